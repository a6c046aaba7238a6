// A Connection is the channel to one server. It never sends a call twice: what
// a second call would do is for the caller to know, who has the request id.
//
// Thread safety: none; one thread owns a Connection.

#ifndef SKONTRO_CLI_CONNECTION_H_
#define SKONTRO_CLI_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/client/channel.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace skontro::cli {

class Connection {
 public:
  // Nothing is connected yet. REQUIRES: CheckEndpoint(endpoint) is OK.
  Connection(std::string endpoint, client::Security security);

  // Says who makes the call.
  void Authenticate(grpc::ClientContext* context) const;

  const std::string& endpoint() const { return endpoint_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // Connects if it is not connected. A failure with kUnreachable where the
  // server refuses, or does not answer within `timeout` (at most 10 s are
  // waited). Until this returns OK no call was sent.
  absl::Status Connect(absl::Duration timeout);

 private:
  const std::string endpoint_;
  const client::Security security_;
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_CONNECTION_H_
