// A CallContext is what gRPC makes for each call, with what we add to it: what
// the call takes of its client's share, which is given back when the call is
// gone, whatever way it went.
//
// Thread safety: as gRPC's contexts; Pay() from any thread; trades are taken
// and given by one at a time.

#ifndef SKONTRO_SERVER_CALL_CONTEXT_H_
#define SKONTRO_SERVER_CALL_CONTEXT_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/client_use.h"
#include "server/clock.h"

namespace skontro::server {

class CallContext : public grpc::CallbackServerContext {
 public:
  CallContext(const ClientLimits* limits, const Clock* clock)
      : limits_(*limits), clock_(*clock) {}
  ~CallContext() override;

  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;

  // REQUIRES: `context` is of a call of ours.
  static CallContext& Of(grpc::CallbackServerContext* context);

  // The call is one of this client's; null for who has no limits. Returns
  // RATE_LIMITED. Called once.
  absl::Status Begin(std::shared_ptr<ClientUse> use, bool is_stream);

  // The call has so many trades in it. Returns RATE_LIMITED.
  absl::Status TakeItems(int64_t items);

  // The same for a stream, which takes them in any case: returns for how long
  // it should read no more.
  absl::Duration TakeStreamItems(int64_t items);
  void GiveItems(int64_t items);
  // How long it should still read no more.
  absl::Duration StreamPause() const;

  // Bytes of a message that came, or is to go.
  void Pay(int64_t bytes);

  // What it takes of; null before Begin() and for who has no limits.
  const std::shared_ptr<ClientUse>& use() const { return use_; }
  const ClientLimits& limits() const { return limits_; }

 private:
  const ClientLimits& limits_;
  const Clock& clock_;
  // Of the request, before it is known whose it is.
  int64_t bytes_ = 0;
  int64_t items_ = 0;
  bool has_begun_ = false;
  bool is_stream_ = false;
  std::shared_ptr<ClientUse> use_;
};

// Has gRPC make those. Both must outlive the server.
class CallContexts : public grpc::ContextAllocator {
 public:
  CallContexts(const ClientLimits* limits, const Clock* clock)
      : limits_(limits), clock_(clock) {}

  grpc::CallbackServerContext* NewCallbackServerContext() override {
    return new CallContext(limits_, clock_);
  }
  // gRPC hands over every context, also those that it made itself, for methods
  // that nobody has: they are not on the heap by themselves.
  void Release(grpc::CallbackServerContext* context) override {
    delete dynamic_cast<CallContext*>(context);
  }

 private:
  const ClientLimits* const limits_;
  const Clock* const clock_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CALL_CONTEXT_H_
