#include "cli/client/channel.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "ledger/base/limits.h"

namespace skontro::client {
namespace {

// An answer to a full batch repeats every trade, with the server's own fields.
constexpr int kAnswerBytesMax = 4 * static_cast<int>(kMessageBytesMax);

// A server that comes back is noticed soon; gRPC alone waits up to two minutes
// between its attempts.
constexpr int kReconnectMs = 5'000;

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(
    const Security& security) {
  if (!security.encrypted) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = security.ca;
  options.pem_cert_chain = security.certificate;
  options.pem_private_key = security.certificate_key;
  return grpc::SslCredentials(options);
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& endpoint,
                                           const Security& security) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  // A proxy of the environment is for web pages, not for a ledger.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(endpoint, CredentialsOf(security),
                                   arguments);
}

void Authenticate(const Security& security, grpc::ClientContext* context) {
  if (security.key.empty()) return;
  context->AddMetadata("authorization", "Bearer " + security.key);
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

}  // namespace skontro::client
