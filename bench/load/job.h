// A Job is one operation of a mixed load on its way: one call, two in a row, or
// a stream, driven by a completion queue whose tag it is.
//
// Thread safety: Start() by one thread, then Proceed() by the one that takes
// events from the queue.

#ifndef SKONTRO_BENCH_LOAD_JOB_H_
#define SKONTRO_BENCH_LOAD_JOB_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/load/caller.h"
#include "bench/load/mix.h"
#include "bench/load/partners.h"
#include "bench/load/witness_log.h"
#include "skontro/v1/account_service.grpc.pb.h"
#include "skontro/v1/event_service.grpc.pb.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::bench {

// The stubs of one connection.
struct Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel);
  std::unique_ptr<v1::TradeService::Stub> trades;
  std::unique_ptr<v1::AccountService::Stub> accounts;
  std::unique_ptr<v1::EventService::Stub> events;
};

// What all jobs on one server share.
struct JobScene {
  Target target;
  std::vector<Stubs> connections;
  std::chrono::milliseconds timeout{30'000};  // Of each call.
  WitnessLog* witness = nullptr;              // Null for none.
  std::atomic<int64_t> newest{0};  // The newest sequence that was answered.

  std::unique_ptr<grpc::ClientContext> NewContext(size_t key) const;
  void Saw(int64_t sequence);
};

class Job {
 public:
  explicit Job(Operation operation) : operation_(operation) {}
  virtual ~Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Makes the first call; from then on the queue has this job as its tag.
  virtual void Start(grpc::CompletionQueue* queue) = 0;
  // Takes an event of the queue; whether it was the last.
  virtual bool Proceed(bool ok) = 0;

  Operation operation() const { return operation_; }
  // Of the whole, when it is done.
  const grpc::Status& status() const { return status_; }

  Clock::time_point intended;  // When it should have started.

 protected:
  grpc::Status status_;

 private:
  const Operation operation_;
};

// Makes one job after another, in an order that the seed decides.
//
// Thread safety: none.
class JobMaker {
 public:
  // Request ids begin with `run`, which must be new for the server's network.
  JobMaker(JobScene* scene, const Mix& mix, const Partners& partners,
           std::string run, uint64_t seed);

  std::unique_ptr<Job> Next();

 private:
  WitnessedCall DrawTrade(WitnessedCall::Kind kind);

  JobScene* const scene_;
  const Mix mix_;
  const Partners partners_;
  const std::string run_;
  std::mt19937_64 random_;
  size_t count_ = 0;
};

// Whether a status says for good that the server did not do what was asked, and
// never will. After any other the same request may be sent again.
bool IsRefusal(const grpc::Status& status);

// The request of a call that was witnessed.
v1::CreateTradeRequest CreateRequestOf(const std::string& id,
                                       const WitnessedCall& call);
v1::AcceptTradeRequest AcceptRequestOf(const std::string& id,
                                       const WitnessedCall& call);

// The last part of a resource name.
std::string IdOf(const std::string& name);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_JOB_H_
