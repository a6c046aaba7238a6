// The flags of skontrod.

#ifndef SKONTRO_SERVER_CONFIG_H_
#define SKONTRO_SERVER_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ledger/head_anchor.h"
#include "server/exit_code.h"
#include "server/log.h"

namespace skontro::server {

struct Config {
  std::string data_directory;
  std::string anchor_directory;  // Empty: `anchors` in the data directory.
  ledger::AnchorMode anchor = ledger::AnchorMode::kInterval;
  std::string grpc_listen = "127.0.0.1:7411";
  std::string http_listen;  // Resolved; empty for none.
  std::vector<std::string> http_cors_origins;
  // Plain text, and whoever calls without a key is the operator.
  bool insecure_loopback = false;
  // The operator's own certificate and key; empty: those in the data directory.
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_ca;  // Who signs clients' certificates; may be empty.
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
  int cache_mb = 256;
  int disk_full_percent = 80;
  uint64_t checkpoint_interval = 1'000'000;
  bool full_replay = false;
  bool check = false;
};

// Reads the command line. Returns the configuration or, where the process is to
// end at once (help, version, a flag that is wrong), its exit code; what is to
// be said was printed then.
std::variant<Config, ExitCode> ReadCommandLine(int argc, char** argv);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONFIG_H_
