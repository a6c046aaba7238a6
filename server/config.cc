#include "server/config.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/http/route.h"
#include "server/server.h"

namespace skontro::server {
namespace {

constexpr char kNone[] = "none";

constexpr char kVersion[] = "skontrod " SKONTRO_VERSION;

constexpr char kDescription[] =
    "skontrod keeps the books of barter networks and answers calls of gRPC "
    "and\n"
    "of JSON over HTTP.\n"
    "Nothing that it has answered is lost by a crash.";

constexpr char kFooter[] =
    "Examples:\n"
    "  skontrod\n"
    "      data in ~/.local/share/skontro, listening on 127.0.0.1:7411 and, "
    "for\n"
    "      HTTP, on 127.0.0.1:7412\n"
    "  skontrod --data-dir /var/lib/skontro --grpc-listen 0.0.0.0:7411\n"
    "      for other machines too: encrypted, and every call needs a key; the\n"
    "      operator's is in operator.key of the data directory\n"
    "  skontrod --data-dir /var/lib/skontro --log-format json\n"
    "      for a service manager that collects the log\n"
    "  skontrod --data-dir /var/lib/skontro --anchor-dir /mnt/b/anchors "
    "--anchor sync\n"
    "      notices at the next start if even one answered record is gone\n"
    "  skontrod --data-dir /tmp/try --grpc-listen 127.0.0.1:0\n"
    "      a port that is free; the first line of the output names it\n"
    "  skontrod --data-dir /var/lib/skontro --check\n"
    "      open everything, say whether it opens, and stop\n"
    "\n"
    "SIGTERM and SIGINT stop it: what was accepted is finished and answered.\n"
    "A second signal ends it at once; nothing that was answered is lost.\n"
    "The log goes to standard error.\n"
    "\n";

// As the XDG base directory specification has it.
std::string DefaultDataDirectory() {
  const char* data_home = std::getenv("XDG_DATA_HOME");
  if (data_home != nullptr && data_home[0] == '/') {
    return absl::StrCat(data_home, "/skontro");
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] == '\0') return "";
  return absl::StrCat(home, "/.local/share/skontro");
}

std::string CheckAddress(const std::string& address) {
  if (IsAddress(address)) return "";
  return absl::StrCat("'", address, "' is not HOST:PORT");
}

// What one flag alone cannot tell. Empty if all is well.
std::string CheckTogether(const Config& config) {
  if (config.insecure_loopback && !IsLoopback(config.grpc_listen)) {
    return absl::StrCat(
        "--grpc-listen: '", config.grpc_listen,
        "' is not on this machine's loopback. With --insecure-loopback calls "
        "are neither encrypted nor authenticated, so use 127.0.0.1:PORT or "
        "[::1]:PORT, or leave --insecure-loopback out");
  }
  if (config.insecure_loopback &&
      (!config.tls_certificate.empty() || !config.tls_client_ca.empty())) {
    return "--insecure-loopback is without TLS; leave out --tls-certificate, "
           "--tls-key and --tls-client-ca";
  }
  return "";
}

// Where HTTP is listened for unless it is said: beside gRPC, on the loopback.
std::string DefaultHttpListen(const std::string& grpc_listen) {
  int port = 0;
  if (!absl::SimpleAtoi(grpc_listen.substr(grpc_listen.rfind(':') + 1),
                        &port) ||
      port == 0 || port == 65'535) {
    return "127.0.0.1:0";
  }
  return absl::StrCat("127.0.0.1:", port + 1);
}

std::string CheckHttpAddress(const std::string& address) {
  if (address == kNone || IsLoopback(address)) return "";
  return absl::StrCat("'", address,
                      "' is not HOST:PORT on this machine's loopback, and not "
                      "'none'. Calls over HTTP are not encrypted, so use "
                      "127.0.0.1:PORT or [::1]:PORT");
}

std::string CheckOrigin(const std::string& origin) {
  if (http::IsOrigin(origin)) return "";
  return absl::StrCat("'", origin,
                      "' is no origin, such as https://shop.example");
}

void AddHttpFlags(CLI::App* app, Config* config) {
  app->add_option("--http-listen", config->http_listen,
                  "Where to listen for JSON over HTTP; port 0 takes one that "
                  "is free; none for not at all")
      ->type_name("HOST:PORT")
      ->check(CLI::Validator(CheckHttpAddress, ""))
      ->default_str("127.0.0.1 and the port after that of gRPC");
  app->add_option("--http-cors-origin", config->http_cors_origins,
                  "A web page's origin that may call over HTTP, such as "
                  "https://shop.example; may be given more than once")
      ->type_name("ORIGIN")
      ->check(CLI::Validator(CheckOrigin, ""));
}

void AddFlags(CLI::App* app, Config* config) {
  app->add_option("--data-dir", config->data_directory,
                  "Where the data is; made if it is not there")
      ->type_name("DIR")
      ->default_str(DefaultDataDirectory());
  app->add_option("--grpc-listen", config->grpc_listen,
                  "Where to listen; port 0 takes one that is free")
      ->type_name("HOST:PORT")
      ->check(CLI::Validator(CheckAddress, ""))
      ->capture_default_str();
  AddHttpFlags(app, config);
  app->add_flag("--insecure-loopback", config->insecure_loopback,
                "Neither encrypt calls nor ask for keys: who reaches the "
                "address is the operator. On the loopback only");
  auto* const certificate =
      app->add_option("--tls-certificate", config->tls_certificate,
                      "Your own certificate with its chain, in PEM; read again "
                      "when it changes. Without it one is made")
          ->type_name("FILE");
  auto* const key = app->add_option("--tls-key", config->tls_key,
                                    "The private key of the certificate")
                        ->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
  app->add_option("--tls-client-ca", config->tls_client_ca,
                  "Who signs certificates of clients; those that have none "
                  "come with keys")
      ->type_name("FILE");
  app->add_option("--anchor", config->anchor,
                  "When the head anchor is written, which tells at the next "
                  "start whether the store lost records: sync before every "
                  "answer, interval every 100 ms and when it stops")
      ->transform(CLI::CheckedTransformer(
                      std::map<std::string, ledger::AnchorMode>{
                          {"sync", ledger::AnchorMode::kSync},
                          {"interval", ledger::AnchorMode::kInterval}})
                      .description("sync|interval"))
      ->default_str("interval");
  app->add_option("--anchor-dir", config->anchor_directory,
                  "Where the head anchors are, best on another disk; made if "
                  "it is not there; of this data directory alone")
      ->type_name("DIR")
      ->default_str("DATA/anchors");
  app->add_option("--log-format", config->log_format,
                  "text for people, json for a collector")
      ->transform(CLI::CheckedTransformer(std::map<std::string, LogFormat>{
                                              {"text", LogFormat::kText},
                                              {"json", LogFormat::kJson}})
                      .description("text|json"))
      ->default_str("text");
  app->add_option("--log-level", config->log_level,
                  "The least that is logged; debug has a line for each call")
      ->transform(CLI::CheckedTransformer(std::map<std::string, LogLevel>{
                                              {"debug", LogLevel::kDebug},
                                              {"info", LogLevel::kInfo},
                                              {"warning", LogLevel::kWarning},
                                              {"error", LogLevel::kError}})
                      .description("debug|info|warning|error"))
      ->default_str("info");
  app->add_option("--cache-mb", config->cache_mb,
                  "Memory for rows that were read, in MiB, of all networks")
      ->check(CLI::Range(8, 1'048'576))
      ->type_name("MIB")
      ->capture_default_str();
  app->add_option("--disk-full-percent", config->disk_full_percent,
                  "Take no changes while the disk of the data directory is so "
                  "full; reads go on")
      ->check(CLI::Range(1, 100))
      ->type_name("PERCENT")
      ->capture_default_str();
  app->add_option("--checkpoint-records", config->checkpoint_interval,
                  "Records from one checkpoint to the next, in each network; "
                  "0 saves one at a stop only")
      ->type_name("COUNT")
      ->capture_default_str();
  app->add_flag("--full-replay", config->full_replay,
                "Start from the journal alone, whatever checkpoints there are");
  app->add_flag("--check", config->check,
                "Open the data directory and every network, then stop");
}

}  // namespace

std::variant<Config, ExitCode> ReadCommandLine(int argc, char** argv) {
  Config config;
  config.data_directory = DefaultDataDirectory();
  CLI::App app(kDescription, "skontrod");
  app.set_version_flag("--version", kVersion);
  app.footer(absl::StrCat(kFooter, kExitCodeHelp));
  AddFlags(&app, &config);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return ExitCode::kDone;
  } catch (const CLI::CallForVersion&) {
    std::cout << kVersion << "\n";
    return ExitCode::kDone;
  } catch (const CLI::ParseError& error) {
    std::cerr << "skontrod: " << error.what() << "\nNext: skontrod --help\n";
    return ExitCode::kUsage;
  }
  if (const std::string wrong = CheckTogether(config); !wrong.empty()) {
    std::cerr << "skontrod: " << wrong << "\nNext: skontrod --help\n";
    return ExitCode::kUsage;
  }
  if (config.data_directory.empty()) {
    std::cerr << "skontrod: neither XDG_DATA_HOME nor HOME is set; name the "
                 "data directory with --data-dir\n";
    return ExitCode::kUsage;
  }
  if (config.http_listen.empty()) {
    config.http_listen = DefaultHttpListen(config.grpc_listen);
  } else if (config.http_listen == kNone) {
    config.http_listen.clear();
  }
  return config;
}

}  // namespace skontro::server
