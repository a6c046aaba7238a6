// A Caller keeps a number of calls in flight for a while and says how long each
// took. One thread and one completion queue: the client shares the cores with
// the server and has to be cheap.
//
// Thread safety: none.

#ifndef SKONTRO_BENCH_LOAD_CALLER_H_
#define SKONTRO_BENCH_LOAD_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::bench {

using Clock = std::chrono::steady_clock;

// Where a server is, and who calls it.
struct Target {
  std::string address;
  std::string ca;                 // PEM of who is trusted; empty: plain text.
  std::vector<std::string> keys;  // Callers take turns; empty: no key is sent.
};

// So many connections to one server. Stops the process where it does not answer
// within a minute.
std::vector<std::shared_ptr<grpc::Channel>> Connect(const Target& target,
                                                    int count);
inline std::vector<std::shared_ptr<grpc::Channel>> Connect(
    const std::string& address, int count) {
  return Connect(Target{address, "", {}}, count);
}

// Says who makes the call: the key with this index, counted around.
void Authenticate(const Target& target, size_t key,
                  grpc::ClientContext* context);

// What a while of calls was like.
struct CallRound {
  double seconds = 0;
  std::vector<double> latency_us;  // One per call.
  absl::Status status;             // The first error, if there was one.
};

// One method: how to fill the next request, how to start the call on a
// connection, and whether its answer is what the load expects.
template <typename Request, typename Response>
struct Method {
  std::function<void(Request*)> fill;
  std::function<std::unique_ptr<grpc::ClientAsyncResponseReader<Response>>(
      size_t connection, grpc::ClientContext*, const Request&,
      grpc::CompletionQueue*)>
      prepare;
  std::function<absl::Status(const Response&)> check;
};

// Keeps `in_flight` calls on their way until `duration` is over or
// `fill` was asked for `calls_max` requests, then waits for those that are. An
// error ends it early. Call number i in flight uses connection i, which the
// method maps to what it has.
template <typename Request, typename Response>
CallRound RunCalls(const Method<Request, Response>& method, int in_flight,
                   std::chrono::duration<double> duration, int64_t calls_max) {
  struct Slot {
    size_t connection = 0;
    Request request;
    Response response;
    grpc::Status status;
    Clock::time_point start;
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;
  };
  grpc::CompletionQueue queue;
  int64_t left = calls_max;
  const auto start_call = [&](Slot* slot) {
    --left;
    method.fill(&slot->request);
    slot->context = std::make_unique<grpc::ClientContext>();
    slot->start = Clock::now();
    slot->reader = method.prepare(slot->connection, slot->context.get(),
                                  slot->request, &queue);
    slot->reader->StartCall();
    slot->reader->Finish(&slot->response, &slot->status, slot);
  };

  CallRound round;
  const Clock::time_point start = Clock::now();
  const auto end =
      start + std::chrono::duration_cast<Clock::duration>(duration);
  std::vector<Slot> slots(static_cast<size_t>(in_flight));
  int running = 0;
  for (size_t i = 0; i < slots.size() && left > 0; ++i, ++running) {
    slots[i].connection = i;
    start_call(&slots[i]);
  }
  Clock::time_point now = start;
  while (running > 0) {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    now = Clock::now();
    Slot* slot = static_cast<Slot*>(tag);
    round.latency_us.push_back(
        std::chrono::duration<double, std::micro>(now - slot->start).count());
    if (round.status.ok()) {
      round.status =
          slot->status.ok()
              ? method.check(slot->response)
              : absl::Status(
                    static_cast<absl::StatusCode>(slot->status.error_code()),
                    slot->status.error_message());
    }
    if (now < end && left > 0 && round.status.ok()) {
      start_call(slot);
    } else {
      --running;
    }
  }
  round.seconds = std::chrono::duration<double>(now - start).count();
  queue.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
  }
  return round;
}

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_CALLER_H_
