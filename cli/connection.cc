#include "cli/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "ledger/base/limits.h"

namespace skontro::cli {
namespace {

constexpr absl::Duration kConnectTimeMax = absl::Seconds(10);
// An answer to a full batch repeats every trade, with the server's own fields.
constexpr int kAnswerBytesMax = 4 * static_cast<int>(kMessageBytesMax);

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(
    const Security& security) {
  if (!security.encrypted) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = security.ca;
  options.pem_cert_chain = security.certificate;
  options.pem_private_key = security.certificate_key;
  return grpc::SslCredentials(options);
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& endpoint,
                                           const Security& security) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // A server that comes back is noticed soon; gRPC alone waits up to two
  // minutes between its attempts.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  // A proxy of the environment is for web pages, not for a ledger.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(endpoint, CredentialsOf(security),
                                   arguments);
}

absl::Status Unreachable(const std::string& endpoint, const char* what) {
  return Failure(
      ExitCode::kUnreachable,
      absl::StrCat(
          "the server at ", endpoint, " ", what, "; nothing was sent\n",
          "Next: is skontrod running? Start it with ./dev up, or with\n"
          "  skontrod --data-dir DIR --grpc-listen ",
          endpoint, "\n",
          "If it encrypts calls, and this did not, name the certificate to "
          "trust with\n  --ca-file DATA/tls/ca.pem\n"
          "Another address goes with --endpoint HOST:PORT, SKONTRO_ENDPOINT, "
          "or\n  skontro config set endpoint HOST:PORT"));
}

}  // namespace

Connection::Connection(std::string endpoint, Security security)
    : endpoint_(std::move(endpoint)),
      security_(std::move(security)),
      channel_(MakeChannel(endpoint_, security_)) {}

void Connection::Authenticate(grpc::ClientContext* context) const {
  if (security_.key.empty()) return;
  context->AddMetadata("authorization", "Bearer " + security_.key);
}

absl::Status Connection::Connect(absl::Duration timeout) {
  const auto deadline =
      std::chrono::system_clock::now() +
      absl::ToChronoMicroseconds(std::min(timeout, kConnectTimeMax));
  grpc_connectivity_state state = channel_->GetState(/*try_to_connect=*/true);
  while (state != GRPC_CHANNEL_READY) {
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE ||
        state == GRPC_CHANNEL_SHUTDOWN) {
      return Unreachable(endpoint_, "refuses connections or is not there");
    }
    if (!channel_->WaitForStateChange(state, deadline)) {
      return Unreachable(endpoint_, "does not answer");
    }
    state = channel_->GetState(/*try_to_connect=*/true);
  }
  return absl::OkStatus();
}

bool IsLoopback(const std::string& endpoint) {
  const std::string host = endpoint.substr(0, endpoint.rfind(':'));
  if (host == "localhost") return true;
  if (host.starts_with('[') && host.ends_with(']')) {
    in6_addr six{};
    return inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &six) ==
               1 &&
           IN6_IS_ADDR_LOOPBACK(&six);
  }
  in_addr four{};
  return inet_pton(AF_INET, host.c_str(), &four) == 1 &&
         ntohl(four.s_addr) >> 24 == 127;
}

}  // namespace skontro::cli
