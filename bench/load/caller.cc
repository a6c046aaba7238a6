#include "bench/load/caller.h"

#include "ledger/base/check.h"
#include "ledger/base/limits.h"

namespace skontro::bench {

std::vector<std::shared_ptr<grpc::Channel>> Connect(const std::string& address,
                                                    int count) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < count; ++i) {
    grpc::ChannelArguments arguments;
    // Else channels of the same arguments share one connection.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(static_cast<int>(kMessageBytesMax));
    channels.push_back(grpc::CreateCustomChannel(
        address, grpc::InsecureChannelCredentials(), arguments));
  }
  for (const auto& channel : channels) {
    SKONTRO_CHECK(channel->WaitForConnected(std::chrono::system_clock::now() +
                                            std::chrono::seconds(60)));
  }
  return channels;
}

}  // namespace skontro::bench
