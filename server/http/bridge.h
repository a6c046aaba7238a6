// The Bridge calls the services as any client of gRPC does, without a socket in
// between: every check, limit and record of a call is the same whichever way it
// came.
//
// Thread safety: all methods may be called from any thread. A Bridge is held by
// shared_ptr.

#ifndef SKONTRO_SERVER_HTTP_BRIDGE_H_
#define SKONTRO_SERVER_HTTP_BRIDGE_H_

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/auth/authenticator.h"

namespace skontro::server::http {

// A call on its way. Dropping it leaves the call alone.
class Call {
 public:
  virtual ~Call() = default;
  // The call ends soon, with CANCELLED unless it has ended by itself.
  virtual void Cancel() = 0;
};

// A call that is answered with messages, one at a time.
class StreamCall : public Call {
 public:
  // Asks for the next message. REQUIRES: the one before has come.
  virtual void Next() = 0;
};

class Bridge : public std::enable_shared_from_this<Bridge> {
 public:
  struct Spec {
    std::string method;  // "/skontro.v1.TradeService/GetTrade".
    std::optional<absl::Duration> timeout;
    std::optional<std::string> authorization;  // Passed on.
    std::string certificate;  // SHA-256 of the client's; empty for none.
    std::string message;
  };
  using OnUnary = std::function<void(grpc::Status, std::string message)>;
  using OnMessage = std::function<void(std::string message)>;
  using OnEnd = std::function<void(grpc::Status)>;

  // `authenticator` is that of the services, and outlives every call.
  Bridge(const std::shared_ptr<grpc::Channel>& channel,
         const Authenticator* authenticator)
      : stub_(channel), authenticator_(*authenticator) {}

  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  // Waits until every call has ended, and what was given to it is destroyed.
  // False if there still is one after `timeout`.
  bool WaitUntilIdle(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  // The same, and whoever calls then hears UNAVAILABLE: the server that the
  // channel leads to may be shut down, which gRPC does not stand while a call
  // begins.
  bool Close(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  // `done` is called once, on a thread of gRPC or, once the bridge is closed,
  // on the caller's, and must not block. No Call there.
  std::shared_ptr<Call> Unary(Spec spec, OnUnary done);

  // The first Next() is part of it. `on_end` is called once, after the last
  // `on_message`; as with Unary() once the bridge is closed.
  std::shared_ptr<StreamCall> Stream(Spec spec, OnMessage on_message,
                                     OnEnd on_end);

 private:
  class UnaryCall;
  class ServerStream;

  void Prepare(const Spec& spec, grpc::ClientContext* context) const;
  // False once it is closed.
  bool Begin();
  void End();

  grpc::GenericStub stub_;
  const Authenticator& authenticator_;
  absl::Mutex mutex_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_BRIDGE_H_
