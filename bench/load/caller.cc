#include "bench/load/caller.h"

#include "ledger/base/check.h"
#include "ledger/base/limits.h"

namespace skontro::bench {

std::vector<std::shared_ptr<grpc::Channel>> Connect(const Target& target,
                                                    int count) {
  grpc::SslCredentialsOptions trusted;
  trusted.pem_root_certs = target.ca;
  const auto credentials = target.ca.empty()
                               ? grpc::InsecureChannelCredentials()
                               : grpc::SslCredentials(trusted);
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < count; ++i) {
    grpc::ChannelArguments arguments;
    // Else channels of the same arguments share one connection.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(static_cast<int>(kMessageBytesMax));
    channels.push_back(
        grpc::CreateCustomChannel(target.address, credentials, arguments));
  }
  for (const auto& channel : channels) {
    SKONTRO_CHECK(channel->WaitForConnected(std::chrono::system_clock::now() +
                                            std::chrono::seconds(60)));
  }
  return channels;
}

void Authenticate(const Target& target, size_t key,
                  grpc::ClientContext* context) {
  if (target.keys.empty()) return;
  context->AddMetadata("authorization",
                       "Bearer " + target.keys[key % target.keys.size()]);
}

}  // namespace skontro::bench
