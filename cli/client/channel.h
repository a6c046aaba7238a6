// The way to one server: an address, how it is made safe, and who calls.
//
// Thread safety: values and pure functions; a grpc::Channel may be used by any
// thread.

#ifndef SKONTRO_CLI_CLIENT_CHANNEL_H_
#define SKONTRO_CLI_CLIENT_CHANNEL_H_

#include <memory>
#include <string>

#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace skontro::client {

// How a channel is made safe, and who makes calls on it.
struct Security {
  // Whether calls are encrypted; if not, the endpoint must be on the loopback.
  bool encrypted = false;
  std::string ca;   // PEM of who is trusted; empty for the system's list.
  std::string key;  // Sent with every call; empty for none.
  std::string certificate;      // PEM of the client's own; empty for none.
  std::string certificate_key;  // Its private key.
};

// A channel to `endpoint`, such as "127.0.0.1:7411". Nothing is connected yet.
// gRPC sends no call of it twice by itself: what a second call would do is for
// the caller to know, who has the request id.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& endpoint,
                                           const Security& security);

// Says who makes the call.
void Authenticate(const Security& security, grpc::ClientContext* context);

// Whether the endpoint is on this machine, so that nobody listens in:
// `localhost`, or an address of the loopback. What only looks like one, such as
// 127.example.org, is a name that may be anywhere.
bool IsLoopback(const std::string& endpoint);

}  // namespace skontro::client

#endif  // SKONTRO_CLI_CLIENT_CHANNEL_H_
