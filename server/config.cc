#include "server/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/config_file.h"
#include "server/config_print.h"
#include "server/http/route.h"
#include "server/server.h"
#include "server/webhook/webhook_access.h"

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
    "      HTTPS, on 127.0.0.1:7412\n"
    "  skontrod --data-dir /var/lib/skontro --grpc-listen 0.0.0.0:7411 \\\n"
    "      --http-listen 0.0.0.0:7412\n"
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
    "  skontrod --config /etc/skontro/skontrod.conf --check-config\n"
    "      look at all that a start needs, and change nothing\n"
    "\n"
    "Every setting may also be given in the environment (--cache-mb 64 as\n"
    "SKONTROD_CACHE_MB=64) and in the file that --config names (cache-mb = "
    "64).\n"
    "A flag goes before the environment, that before the file.\n"
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

// What one setting alone cannot tell.
std::vector<std::string> CheckTogether(const Config& config) {
  std::vector<std::string> wrong;
  if (config.insecure_loopback && !IsLoopback(config.grpc_listen)) {
    wrong.push_back(absl::StrCat(
        "--grpc-listen: '", config.grpc_listen,
        "' is not on this machine's loopback. With --insecure-loopback calls "
        "are neither encrypted nor authenticated, so use 127.0.0.1:PORT or "
        "[::1]:PORT, or leave --insecure-loopback out"));
  }
  if (config.insecure_loopback && !config.http_listen.empty() &&
      config.http_listen != kNone && !IsLoopback(config.http_listen)) {
    wrong.push_back(absl::StrCat(
        "--http-listen: '", config.http_listen,
        "' is not on this machine's loopback. With --insecure-loopback calls "
        "are neither encrypted nor authenticated, so use 127.0.0.1:PORT or "
        "[::1]:PORT, or leave --insecure-loopback out"));
  }
  if (config.insecure_loopback &&
      (!config.tls_certificate.empty() || !config.tls_client_ca.empty())) {
    wrong.emplace_back(
        "--insecure-loopback is without TLS; leave out --tls-certificate, "
        "--tls-key and --tls-client-ca");
  }
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    wrong.push_back(absl::StrCat(
        config.tls_key.empty() ? "--tls-certificate is without --tls-key"
                               : "--tls-key is without --tls-certificate",
        "; give both, or neither and let the server make its own"));
  }
  const absl::Status webhooks = WebhookAccess::Of(config.webhooks).status();
  if (!webhooks.ok()) {
    wrong.push_back(absl::StrCat("--webhook-networks, --webhook-hosts: ",
                                 webhooks.message()));
  }
  if (config.data_directory.empty()) {
    wrong.emplace_back(
        "neither XDG_DATA_HOME nor HOME is set; name the data directory with "
        "--data-dir");
  }
  return wrong;
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
  if (address == kNone || IsAddress(address)) return "";
  return absl::StrCat("'", address, "' is not HOST:PORT, and not 'none'");
}

std::string CheckOrigin(const std::string& origin) {
  if (http::IsOrigin(origin)) return "";
  return absl::StrCat("'", origin,
                      "' is no origin, such as https://shop.example");
}

void AddHttpFlags(CLI::App* app, Config* config) {
  app->add_option("--http-listen", config->http_listen,
                  "Where to listen for JSON over HTTPS; port 0 takes one that "
                  "is free; none for not at all")
      ->type_name("HOST:PORT")
      ->check(CLI::Validator(CheckHttpAddress, ""))
      ->default_str("127.0.0.1 and the port after that of gRPC");
  app->add_option("--http-cors-origin", config->http_cors_origins,
                  "A web page's origin that may call over HTTP, such as "
                  "https://shop.example; may be given more than once")
      ->type_name("ORIGIN")
      ->check(CLI::Validator(CheckOrigin, ""));
  app->add_flag("--http-metrics-on-loopback", config->http_metrics_on_loopback,
                "Show /metrics without a key to everybody on this machine. Not "
                "behind a proxy that runs here: all come through it");
}

void AddLimit(CLI::App* app, const char* flag, const char* what,
              int64_t* limit) {
  app->add_option(flag, *limit, what)
      ->check(CLI::Range(int64_t{0}, std::numeric_limits<int64_t>::max()))
      ->type_name("COUNT")
      ->capture_default_str();
}

void AddLimitFlags(CLI::App* app, ClientLimits* limits) {
  AddLimit(app, "--client-calls",
           "Calls that one client may have in flight; 0 is no limit, here and "
           "in the next four. A client is an identity of a network",
           &limits->calls_max);
  AddLimit(app, "--client-streams", "Streams that it may have open",
           &limits->streams_max);
  AddLimit(app, "--client-items",
           "Trades of its batches and streams that may be in flight",
           &limits->items_max);
  AddLimit(app, "--client-items-per-second",
           "Calls and trades that it may make in the long run",
           &limits->items_per_second);
  AddLimit(app, "--client-bytes-per-second",
           "Bytes that it may send and get in the long run",
           &limits->bytes_per_second);
}

void AddTlsFlags(CLI::App* app, Config* config) {
  app->add_flag("--insecure-loopback", config->insecure_loopback,
                "Neither encrypt calls nor ask for keys: who reaches the "
                "address is the operator. On the loopback only");
  app->add_option("--tls-certificate", config->tls_certificate,
                  "Your own certificate with its chain, in PEM; read again "
                  "when it changes. Without it one is made")
      ->type_name("FILE");
  app->add_option("--tls-key", config->tls_key,
                  "The private key of the certificate")
      ->type_name("FILE");
  app->add_option("--tls-client-ca", config->tls_client_ca,
                  "Who signs certificates of clients; those that have none "
                  "come with keys")
      ->type_name("FILE");
}

void AddWebhookFlags(CLI::App* app, WebhookOptions* webhooks) {
  app->add_option("--webhook-hosts", webhooks->hosts,
                  "Hosts that webhooks may call, such as erp.example.org or "
                  "*.example.org; without it any whose address is public")
      ->type_name("HOST")
      ->delimiter(',');
  app->add_option("--webhook-networks", webhooks->networks,
                  "Networks whose addresses webhooks may call though they are "
                  "not public, such as 10.1.0.0/16")
      ->type_name("CIDR")
      ->delimiter(',');
  app->add_flag("--webhook-plain-http", webhooks->plain_http,
                "Let webhooks call http, where everybody on the way can read "
                "what they say");
  app->add_option("--webhook-ca", webhooks->ca_file,
                  "Who signs certificates of receivers, beside those that the "
                  "system trusts, in PEM")
      ->type_name("FILE");
}

void AddLogFlags(CLI::App* app, Config* config) {
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
  AddLimitFlags(app, &config->client_limits);
  AddTlsFlags(app, config);
  AddWebhookFlags(app, &config->webhooks);
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
  AddLogFlags(app, config);
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
  app->add_option("--drain-seconds", config->drain_seconds,
                  "At a stop say not ready, on /readyz and to gRPC's health "
                  "checks, and go on with all calls for so long; then stop. "
                  "As long as a balancer of load takes to notice")
      ->check(CLI::Range(0, 3'600))
      ->type_name("SECONDS")
      ->capture_default_str();
  app->add_option("--checkpoint-records", config->checkpoint_interval,
                  "Records from one checkpoint to the next, in each network; "
                  "0 saves one at a stop only")
      ->type_name("COUNT")
      ->capture_default_str();
}

// What a start is to do but serve, or how; never in a file.
struct Deeds {
  std::string config_file;
  std::string print;  // Empty for not at all.
};

void AddDeeds(CLI::App* app, Config* config, Deeds* deeds) {
  app->add_option("--config", deeds->config_file,
                  "The configuration file; SKONTROD_CONFIG names it too. There "
                  "is none unless it is named")
      ->type_name("FILE");
  app->add_flag("--check-config", config->check_config,
                "Look at all that a start needs - settings, files, rights, "
                "certificates, ports - and say all that is wrong; change "
                "nothing. Exit code 0, or 12");
  app->add_option("--print-config", deeds->print,
                  "Print every setting with its value and where that is from, "
                  "as a configuration file; --print-config=example prints one "
                  "to begin with, =reference a table")
      ->type_name("WHAT")
      ->expected(0, 1)
      ->default_str(kPrintEffective)
      ->check(CLI::IsMember({kPrintEffective, kPrintExample, kPrintReference})
                  .description(""));
  app->add_flag("--check", config->check,
                "Open the data directory and every network, then stop");
  app->add_flag("--full-replay", config->full_replay,
                "Start from the journal alone, whatever checkpoints there are");
}

// What the defaults of these are depends on others.
void Resolve(Config* config, std::vector<Setting>* settings) {
  if (config->http_listen.empty()) {
    config->http_listen = DefaultHttpListen(config->grpc_listen);
  } else if (config->http_listen == kNone) {
    config->http_listen.clear();
  }
  for (Setting& setting : *settings) {
    if (setting.source != SettingSource::kDefault) continue;
    if (setting.name == "http-listen") {
      setting.values = {config->http_listen};
    } else if (setting.name == "anchor-dir") {
      setting.values = {absl::StrCat(config->data_directory, "/anchors")};
    } else if (!setting.default_text.empty()) {
      setting.values = {setting.default_text};
    }
  }
}

// The file that the flag or the environment names; empty for none.
std::string ConfigPath(const Deeds& deeds) {
  if (!deeds.config_file.empty()) return deeds.config_file;
  const char* const named = std::getenv(EnvironmentName("config").c_str());
  return named == nullptr ? "" : named;
}

ExitCode TellWrong(const std::vector<std::string>& wrong) {
  for (const std::string& what : wrong) {
    std::cerr << "skontrod: " << what << "\n";
  }
  std::cerr << "Next: skontrod --help\n";
  return ExitCode::kUsage;
}

std::variant<Config, ExitCode> Read(CLI::App* app, const Deeds& deeds,
                                    Config* config, int argc, char** argv) {
  SettingLayers layers(app, argc, argv);
  if (deeds.print == kPrintExample || deeds.print == kPrintReference) {
    std::cout << (deeds.print == kPrintExample
                      ? ExampleConfig(layers.settings())
                      : ConfigReference(layers.settings()));
    return ExitCode::kDone;
  }
  std::vector<std::string> wrong;
  layers.ReadEnvironment();
  config->config_file = ConfigPath(deeds);
  if (!config->config_file.empty()) {
    const absl::StatusOr<std::vector<FileEntry>> entries =
        ReadConfigFile(config->config_file);
    if (entries.ok()) {
      layers.ReadFile(*entries);
    } else {
      wrong.emplace_back(entries.status().message());
    }
  }
  wrong.insert(wrong.end(), layers.errors().begin(), layers.errors().end());
  const std::vector<std::string> together = CheckTogether(*config);
  wrong.insert(wrong.end(), together.begin(), together.end());
  config->unknown_variables = UnknownVariables(layers.settings());
  Resolve(config, &layers.settings());
  if (config->check_config) {
    config->wrong = std::move(wrong);
    return *config;
  }
  if (!wrong.empty()) return TellWrong(wrong);
  if (deeds.print == kPrintEffective) {
    std::cout << EffectiveConfig(layers.settings());
    return ExitCode::kDone;
  }
  return *config;
}

}  // namespace

std::variant<Config, ExitCode> ReadCommandLine(int argc, char** argv) {
  Config config;
  Deeds deeds;
  config.data_directory = DefaultDataDirectory();
  CLI::App app(kDescription, "skontrod");
  app.set_version_flag("--version", kVersion);
  app.footer(absl::StrCat(kFooter, kExitCodeHelp));
  AddDeeds(&app, &config, &deeds);
  app.option_defaults()->group(SettingLayers::kSettings);
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
    return TellWrong({error.what()});
  }
  return Read(&app, deeds, &config, argc, argv);
}

}  // namespace skontro::server
