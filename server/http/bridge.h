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
    std::string message;
  };
  using OnUnary = std::function<void(grpc::Status, std::string message)>;
  using OnMessage = std::function<void(std::string message)>;
  using OnEnd = std::function<void(grpc::Status)>;

  explicit Bridge(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(channel) {}

  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  // Waits until every call has ended, and what was given to it is destroyed.
  // False if there still is one after `timeout`.
  bool WaitUntilIdle(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  // `done` is called once, on a thread of gRPC, and must not block.
  std::shared_ptr<Call> Unary(Spec spec, OnUnary done);

  // The first Next() is part of it. `on_end` is called once, after the last
  // `on_message`.
  std::shared_ptr<StreamCall> Stream(Spec spec, OnMessage on_message,
                                     OnEnd on_end);

 private:
  class UnaryCall;
  class ServerStream;

  void Begin();
  void End();

  grpc::GenericStub stub_;
  absl::Mutex mutex_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_BRIDGE_H_
