// skontrod: opens the data directory, serves gRPC and HTTP until a signal
// comes, and leaves the books in order.

#include <grpc/support/log.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/auth/certificates.h"
#include "server/auth/credentials.h"
#include "server/auth/tls.h"
#include "server/clock.h"
#include "server/clock_watch.h"
#include "server/config.h"
#include "server/config_check.h"
#include "server/data_directory.h"
#include "server/disk_watch.h"
#include "server/gauges.h"
#include "server/http/http_server.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/network_registry.h"
#include "server/server.h"
#include "server/service_manager.h"

namespace skontro::server {
namespace {

// How long calls that are on their way may take when the server stops.
constexpr absl::Duration kStopGrace = absl::Seconds(10);

// What a stop may take in all, but for the time of --drain-seconds: the calls,
// and what is left to be written. TimeoutStopSec= of
// packaging/skontrod.service.
constexpr absl::Duration kStopTimeMax = absl::Seconds(120);

// Where gRPC's own words go: into our log, as what a developer may want.
Log* grpc_log = nullptr;

void LogOfGrpc(gpr_log_func_args* args) {
  grpc_log->Write(LogLevel::kDebug, "grpc",
                  {{"severity", gpr_log_severity_string(args->severity)},
                   {"file", args->file},
                   {"line", args->line},
                   {"message", args->message}});
}

ExitCode Fail(Log* log, std::string_view event, ExitCode code,
              const absl::Status& status) {
  log->Write(LogLevel::kError, event,
             {{"error", std::string(status.message())},
              {"exit_code", static_cast<int>(code)}});
  return code;
}

// How often the files of certificates are looked at.
constexpr absl::Duration kCertificateInterval = absl::Seconds(5);

// The certificates to serve with: the operator's own, or those of the data
// directory, made for the names of this machine.
absl::StatusOr<CertificateFiles> CertificatesFor(const Config& config,
                                                 const Clock& clock) {
  CertificateFiles files;
  if (!config.tls_certificate.empty()) {
    files.certificate = config.tls_certificate;
    files.key = config.tls_key;
  } else {
    std::vector<std::string> hosts = {"localhost", "127.0.0.1", "::1"};
    char name[256] = {};
    if (gethostname(name, sizeof(name) - 1) == 0 && name[0] != '\0' &&
        hosts.front() != name) {
      hosts.emplace_back(name);
    }
    absl::StatusOr<CertificateFiles> made =
        MakeCertificates(config.data_directory, hosts, clock.NowUs());
    if (!made.ok()) return made;
    files = *std::move(made);
  }
  files.client_ca = config.tls_client_ca;
  return files;
}

// What AdminService says of this server. The files of certificates are those
// that CertificatesFor() chooses.
StatusSource StatusOf(const Config& config, const Clock& clock) {
  StatusSource status;
  status.version = SKONTRO_VERSION;
  status.start_time_us = clock.NowUs();
  status.insecure = config.insecure_loopback;
  status.data_directory = config.data_directory;
  status.anchor_directory = config.anchor_directory;
  status.disk_full_percent = config.disk_full_percent;
  status.checkpoint_interval = config.checkpoint_interval;
  if (config.insecure_loopback) return status;
  if (config.tls_certificate.empty()) {
    status.certificates = {CaPath(config.data_directory),
                           config.data_directory + "/tls/server.pem"};
  } else {
    status.certificates = {config.tls_certificate};
  }
  if (!config.tls_client_ca.empty()) {
    status.certificates.push_back(config.tls_client_ca);
  }
  return status;
}

// Waits until a signal asks to stop. From then on a second one ends the process
// at once, while the caller puts things in order.
class StopSignal {
 public:
  StopSignal() : signals_(context_, SIGTERM, SIGINT) {}

  int Wait() {
    int received = 0;
    signals_.async_wait([&](const boost::system::error_code&, int number) {
      received = number;
    });
    context_.run();
    signals_.clear();
    std::signal(SIGTERM, EndAtOnce);
    std::signal(SIGINT, EndAtOnce);
    return received;
  }

 private:
  static void EndAtOnce(int number) { _exit(128 + number); }

  boost::asio::io_context context_;
  boost::asio::signal_set signals_;
};

// How long answers over HTTP may take to go out when all calls have ended.
constexpr absl::Duration kHttpStopGrace = absl::Seconds(2);

// Sockets, and the files of the stores, are counted together; the system's soft
// limit is one of the days of select().
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Null where calls are not to be encrypted.
absl::StatusOr<std::unique_ptr<Tls>> OpenTls(const Config& config,
                                             const Clock* clock, Log* log) {
  if (config.insecure_loopback) return nullptr;
  const absl::StatusOr<CertificateFiles> files =
      CertificatesFor(config, *clock);
  if (!files.ok()) return files.status();
  return Tls::Open(*files, kCertificateInterval, clock, log);
}

// Null where there is to be none.
absl::StatusOr<std::unique_ptr<http::HttpServer>> StartHttp(
    const Config& config, Tls* tls, Log* log) {
  if (config.http_listen.empty()) return nullptr;
  http::Options options;
  options.address = config.http_listen;
  options.cors_origins = config.http_cors_origins;
  options.metrics_on_loopback = config.http_metrics_on_loopback;
  return http::HttpServer::Start(std::move(options), tls, log);
}

std::string WithPort(const std::string& address, int port) {
  return absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
}

void TellAddresses(const std::string& grpc, const std::string& http,
                   bool encrypted, Log* log) {
  if (http.empty()) {
    log->Write(LogLevel::kInfo, "listening", {{"grpc", grpc}});
  } else {
    log->Write(LogLevel::kInfo, "listening", {{"grpc", grpc}, {"http", http}});
  }
  std::printf("skontrod: listening on %s\n", grpc.c_str());
  if (!http.empty()) {
    std::printf("skontrod: listening on %s://%s\n",
                encrypted ? "https" : "http", http.c_str());
  }
  std::fflush(stdout);
}

void TellManager(std::string_view state, Log* log) {
  const absl::Status told = TellServiceManager(state);
  if (told.ok()) return;
  log->Write(LogLevel::kWarning, "service_manager_not_told",
             {{"error", std::string(told.message())}});
}

// Says that nothing more should be sent here, and goes on with all that comes
// until those who balance load have asked. A second signal ends it.
void WaitForBalancers(const Config& config, Server* server,
                      http::HttpServer* http, int signal, Log* log) {
  if (config.drain_seconds == 0) return;
  log->Write(LogLevel::kInfo, "draining",
             {{"signal", signal}, {"seconds", config.drain_seconds}});
  server->Drain();
  if (http != nullptr) http->Drain();
  const absl::Duration time = absl::Seconds(config.drain_seconds);
  // Its patience may be shorter than the drain, and end the process half-way.
  TellManager(ServiceNeeds(time + kStopTimeMax), log);
  absl::SleepFor(time);
}

ExitCode Serve(const Config& config, const Credentials& credentials, Tls* tls,
               NetworkRegistry* networks, http::HttpServer* http,
               Metrics* metrics, StopSignal* stop, Log* log) {
  const SystemClock clock;
  const ClockWatch clock_watch({}, &clock, *networks, log);
  DiskWatch::Options disk;
  disk.full_percent = config.disk_full_percent;
  const DiskWatch disk_watch(config.data_directory, disk, networks, log);
  Server::Options options;
  options.address = config.grpc_listen;
  options.authentication = {credentials.secret, credentials.server_key,
                            /*trust_anybody=*/config.insecure_loopback};
  options.client_limits = config.client_limits;
  options.tls = tls;
  options.webhooks = config.webhooks;
  options.status = StatusOf(config, clock);
  absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Start(options, networks, &clock, log, metrics);
  if (!server.ok()) {
    return Fail(log, "listen_failed", ExitCode::kCannotListen, server.status());
  }
  LimitsGauge limits;
  if (http != nullptr) {
    http->Serve(
        (*server)->InProcessChannel(), &(*server)->authenticator(),
        [&config, &limits, networks, metrics, http,
         &webhooks = (*server)->webhooks()](const auto& shows) {
          std::vector<GaugeFamily> gauges =
              ReadGauges(*networks, config.data_directory, &limits);
          gauges.push_back({"skontro_http_connections",
                            "Connections of HTTP clients.",
                            {{{}, static_cast<double>(http->connections())}}});
          webhooks.AddGauges(&gauges);
          return metrics->Text(gauges, shows);
        });
  }
  TellAddresses(
      WithPort(config.grpc_listen, (*server)->port()),
      http == nullptr ? "" : WithPort(config.http_listen, http->port()),
      tls != nullptr, log);

  TellManager(kServiceReady, log);

  const int number = stop->Wait();
  TellManager(kServiceStopping, log);
  WaitForBalancers(config, server->get(), http, number, log);
  log->Write(LogLevel::kInfo, "stopping", {{"signal", number}});
  if (http != nullptr) {
    http->Drain();
    (*server)->StopIntake();
    http->WaitForCalls(kStopGrace);
  }
  (*server)->Stop(kStopGrace);
  if (http != nullptr) http->Stop(kHttpStopGrace);
  return ExitCode::kDone;
}

ExitCode Run(const Config& config, StopSignal* stop, Log* log) {
  absl::StatusOr<std::unique_ptr<DataDirectory>> directory =
      DataDirectory::Open(config.data_directory);
  if (!directory.ok()) {
    return Fail(log, "data_directory_failed", ExitCodeOf(directory.status()),
                directory.status());
  }
  const absl::StatusOr<Credentials> credentials =
      LoadCredentials(config.data_directory);
  if (!credentials.ok()) {
    return Fail(log, "credentials_failed", ExitCode::kCredentials,
                credentials.status());
  }
  if (credentials->is_new) {
    log->Write(LogLevel::kInfo, "operator_key_made",
               {{"file", ServerKeyPath(config.data_directory)}});
  }
  const SystemClock clock;
  std::unique_ptr<Tls> tls;
  std::unique_ptr<http::HttpServer> http;
  if (!config.check) {
    absl::StatusOr<std::unique_ptr<Tls>> opened = OpenTls(config, &clock, log);
    if (!opened.ok()) {
      return Fail(log, "certificates_failed", ExitCode::kCredentials,
                  opened.status());
    }
    tls = *std::move(opened);
    absl::StatusOr<std::unique_ptr<http::HttpServer>> started =
        StartHttp(config, tls.get(), log);
    if (!started.ok()) {
      return Fail(log, "listen_failed", ExitCode::kCannotListen,
                  started.status());
    }
    http = *std::move(started);
  }
  Metrics metrics;
  NetworkRegistry::Options options;
  options.metrics = &metrics;
  options.cache_bytes = static_cast<size_t>(config.cache_mb) << 20;
  options.anchor_directory = config.anchor_directory;
  options.anchor.mode = config.anchor;
  options.engine.checkpoint_interval = config.checkpoint_interval;
  options.engine.use_checkpoints = !config.full_replay;
  absl::StatusOr<std::unique_ptr<NetworkRegistry>> networks =
      NetworkRegistry::Open(directory->get(), options, log);
  if (!networks.ok()) {
    return Fail(log, "network_failed", ExitCodeOf(networks.status()),
                networks.status());
  }
  const auto count = static_cast<int64_t>((*networks)->All().size());
  log->Write(LogLevel::kInfo, "opened",
             {{"data_directory", config.data_directory}, {"networks", count}});
  if (config.check) {
    std::printf("skontrod: %s opens, with %d networks\n",
                config.data_directory.c_str(), static_cast<int>(count));
    return ExitCode::kDone;
  }
  return Serve(config, *credentials, tls.get(), networks->get(), http.get(),
               &metrics, stop, log);
}

ExitCode Main(int argc, char** argv) {
  // The books are for their owner and, as the owner likes, its group.
  umask(umask(0) | 027);
  // A reader of the log that went away must not end the server.
  std::signal(SIGPIPE, SIG_IGN);
  std::variant<Config, ExitCode> read = ReadCommandLine(argc, argv);
  if (const auto* code = std::get_if<ExitCode>(&read)) return *code;
  const Config& config = std::get<Config>(read);
  if (config.check_config) {
    const std::vector<Finding> findings =
        CheckConfig(config, SystemClock().NowUs());
    std::printf("%s", FindingsText(findings).c_str());
    return ExitCodeOf(findings);
  }
  static Log log(STDERR_FILENO, config.log_format, config.log_level);
  grpc_log = &log;
  gpr_set_log_function(LogOfGrpc);
  RaiseFileLimit();
  StopSignal stop;
  log.Write(LogLevel::kInfo, "starting", {{"version", SKONTRO_VERSION}});
  if (!config.config_file.empty()) {
    log.Write(LogLevel::kInfo, "configured", {{"file", config.config_file}});
  }
  for (const std::string& name : config.unknown_variables) {
    log.Write(LogLevel::kWarning, "unknown_variable", {{"name", name}});
  }
  const ExitCode code = Run(config, &stop, &log);
  log.Write(LogLevel::kInfo, "stopped",
            {{"exit_code", static_cast<int>(code)}});
  return code;
}

}  // namespace
}  // namespace skontro::server

int main(int argc, char** argv) {
  return static_cast<int>(skontro::server::Main(argc, argv));
}
