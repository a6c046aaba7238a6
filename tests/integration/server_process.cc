#include "tests/integration/server_process.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "ledger/base/status.h"
#include "skontro/v1/network_service.grpc.pb.h"

namespace skontro::integration {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(5);

// The first loopback endpoint in what the server wrote; empty before it wrote
// one.
std::string EndpointIn(const std::string& text) {
  static const std::regex* const pattern =
      new std::regex(R"(127\.0\.0\.1:([1-9][0-9]*))");
  std::smatch match;
  return std::regex_search(text, match, *pattern) ? match.str(0) : "";
}

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& endpoint) {
  grpc::ChannelArguments arguments;
  // A channel of its own connection: the server behind a port may be another
  // one than a moment ago.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(64 << 20);
  return grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(),
                                   arguments);
}

bool Answers(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = v1::NetworkService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(1)));
  v1::ListNetworksResponse response;
  return stub->ListNetworks(&context, {}, &response).ok();
}

std::vector<std::string> Arguments(const ServerProcess::Options& options) {
  std::vector<std::string> arguments = {
      options.program,  "--data-dir",
      options.data_dir, "--insecure-loopback",
      "--grpc-listen",  absl::StrCat("127.0.0.1:", options.port),
      "--http-listen",  "127.0.0.1:0"};
  arguments.insert(arguments.end(), options.flags.begin(), options.flags.end());
  return arguments;
}

std::string LogOf(const Process& process) {
  return absl::StrCat(process.out(), process.err());
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(
    const Options& options) {
  SKONTRO_ASSIGN_OR_RETURN(std::unique_ptr<Process> process,
                           Process::Start({Arguments(options), {}, ""}));
  const absl::Time started = absl::Now();
  std::string endpoint;
  std::shared_ptr<grpc::Channel> channel;
  while (absl::Now() - started < options.start_timeout) {
    const std::optional<int> code = process->Wait(kPoll);
    if (code.has_value()) {
      return absl::AbortedError(
          absl::StrCat("exit code ", *code, "\n", LogOf(*process)));
    }
    if (options.kill_after.has_value() &&
        absl::Now() - started >= *options.kill_after) {
      process->Signal(SIGKILL);
    }
    if (endpoint.empty()) {
      endpoint = EndpointIn(LogOf(*process));
      if (endpoint.empty()) continue;
      channel = ChannelTo(endpoint);
    }
    if (Answers(channel)) {
      return std::unique_ptr<ServerProcess>(
          new ServerProcess(std::move(process), endpoint));
    }
  }
  return absl::DeadlineExceededError(
      absl::StrCat("the server does not answer:\n", LogOf(*process)));
}

std::shared_ptr<grpc::Channel> ServerProcess::channel() const {
  return ChannelTo(endpoint_);
}

int ServerProcess::port() const {
  int port = 0;
  return absl::SimpleAtoi(endpoint_.substr(endpoint_.rfind(':') + 1), &port)
             ? port
             : 0;
}

void ServerProcess::Kill() const { process_->Signal(SIGKILL); }

void ServerProcess::Terminate() const { process_->Signal(SIGTERM); }

std::optional<int> ServerProcess::Wait(absl::Duration timeout) {
  return process_->Wait(timeout);
}

std::string ServerProcess::log() const { return LogOf(*process_); }

int64_t ServerProcess::peak_memory_kib() const {
  std::ifstream file(absl::StrCat("/proc/", process_->pid(), "/status"));
  std::string line;
  int64_t kib = 0;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string key;
    if (words >> key && key == "VmHWM:") words >> kib;
  }
  return kib;
}

std::string ProgramPath(const std::string& name) {
  const char* const folder = std::getenv("SKONTRO_BIN_DIR");
  return absl::StrCat(folder != nullptr ? folder : SKONTRO_BIN_DIR, "/", name);
}

}  // namespace skontro::integration
