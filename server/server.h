// The gRPC server: all services on one address, from start to stop.
//
// Thread safety: port() and StopIntake() may be called from any thread.

#ifndef SKONTRO_SERVER_SERVER_H_
#define SKONTRO_SERVER_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/auth/tls.h"
#include "server/backend.h"
#include "server/client_use.h"
#include "server/event_feed.h"
#include "server/hold_watch.h"
#include "server/last_use_watch.h"
#include "server/status_reader.h"
#include "server/webhook/webhook_sender.h"

namespace skontro::server {

// Whether `address` is host:port, and whether no other machine can reach that
// host.
bool IsAddress(const std::string& address);
bool IsLoopback(const std::string& address);

class Server {
 public:
  struct Options {
    // Where to listen, as host:port; port 0 chooses one.
    std::string address;
    // How calls prove who makes them.
    Authenticator::Options authentication;
    // Encrypts the calls; must outlive the server. Without it, or with
    // authentication.trust_anybody, the address must be on the loopback.
    Tls* tls = nullptr;
    // What AdminService says of the server.
    StatusSource status;
    // What one client may have.
    ClientLimits client_limits;
    // How long a stream waits for a client that takes nothing.
    absl::Duration stream_patience = absl::Minutes(1);
    // How webhooks are told, and whom they may call.
    WebhookOptions webhooks;
  };

  // Starts to listen. Calls are answered when it returns. All of them must
  // outlive the server; `metrics` may be null.
  //
  // Returns INVALID_ARGUMENT for an address that is none, or that others could
  // reach where calls are not encrypted or need no credentials, and for options
  // of webhooks that cannot be; UNAVAILABLE for an address that cannot be
  // listened on.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const Options& options, NetworkRegistry* networks, const Clock* clock,
      Log* log, Metrics* metrics = nullptr);

  // Stops, if Stop() was not called, without a time for calls to end.
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens.
  int port() const { return port_; }

  // A way to the services inside this process, which every check of a call, and
  // every limit, is on as well. Calls on it end with the server.
  std::shared_ptr<grpc::Channel> InProcessChannel() const;

  // How webhooks do.
  const WebhookSender& webhooks() const { return *webhooks_; }

  // Who makes a call of these services.
  const Authenticator& authenticator() const { return authenticator_; }

  // Tells health checks that nothing more should be sent here, and goes on.
  void Drain();

  // Tells them that, refuses new changes and cancels long work.
  void StopIntake();

  // Does that, then waits for `grace` until every call that is on
  // its way has ended, and cancels the rest. Changes that were accepted are
  // finished in any case.
  void Stop(absl::Duration grace);

 private:
  struct Services;

  Server(const Options& options, NetworkRegistry* networks, const Clock* clock,
         Log* log);

  // What the services are, and whom webhooks tell.
  absl::Status MakeServices(const Options& options, const Clock* clock,
                            Log* log);

  NetworkRegistry* const networks_;
  const Authenticator authenticator_;
  const ClientLimits client_limits_;
  std::unique_ptr<LastUseWatch> last_uses_;
  std::unique_ptr<HoldWatch> holds_;
  Operations operations_;
  std::unique_ptr<EventFeed> events_;
  std::unique_ptr<WorkPool> answers_;
  std::unique_ptr<WorkPool> workers_;
  std::unique_ptr<WebhookSender> webhooks_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_SERVER_H_
