// The settings of skontrod, from flags, environment and file; setting.h says
// which goes before which.

#ifndef SKONTRO_SERVER_CONFIG_H_
#define SKONTRO_SERVER_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ledger/head_anchor.h"
#include "server/client_use.h"
#include "server/exit_code.h"
#include "server/log.h"
#include "server/webhook/webhook_options.h"

namespace skontro::server {

struct Config {
  std::string data_directory;
  std::string anchor_directory;  // Empty: `anchors` in the data directory.
  ledger::AnchorMode anchor = ledger::AnchorMode::kInterval;
  std::string grpc_listen = "127.0.0.1:7411";
  std::string http_listen;  // Resolved; empty for none.
  std::vector<std::string> http_cors_origins;
  bool http_metrics_on_loopback = false;
  ClientLimits client_limits;
  // Plain text on both ports, and whoever calls without a key is the operator.
  bool insecure_loopback = false;
  // The operator's own certificate and key; empty: those in the data directory.
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_ca;  // Who signs clients' certificates; may be empty.
  WebhookOptions webhooks;
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
  int cache_mb = 256;
  int disk_full_percent = 80;
  int drain_seconds = 0;
  uint64_t checkpoint_interval = 1'000'000;
  bool full_replay = false;
  bool check = false;

  std::string config_file;  // Where it was read from; empty for nowhere.
  // Variables that look like settings and are none.
  std::vector<std::string> unknown_variables;
  // With --check-config, which tells them all: what is wrong with the settings.
  bool check_config = false;
  std::vector<std::string> wrong;
};

// Reads the arguments, the environment and the file that they name. Returns the
// configuration or, where the process is to end at once (help, version, a
// setting that is wrong, something to print), its exit code; what is to be said
// was printed then.
std::variant<Config, ExitCode> ReadCommandLine(int argc, char** argv);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONFIG_H_
