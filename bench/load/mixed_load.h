// A MixedLoad lets members do what a Mix says, against one server, and counts
// how long each operation took.
//
// Open loop: operations start by a schedule that knows nothing of the answers,
// as customers do, at random moments (a Poisson process) of a given rate. The
// latency of each counts from the moment at which it was to start: what waited
// because the server, or this client, was slow has waited (no coordinated
// omission). Where as many as `in_flight` are on their way already, the next
// ones wait too, and that counts.
//
// Closed loop: `in_flight` operations are on their way at any time, and the
// next starts when one is done: what the server can do at most.
//
// Thread safety: none.

#ifndef SKONTRO_BENCH_LOAD_MIXED_LOAD_H_
#define SKONTRO_BENCH_LOAD_MIXED_LOAD_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/synchronization/mutex.h"
#include "bench/load/histogram.h"
#include "bench/load/job.h"
#include "bench/load/mix.h"

namespace skontro::bench {

// What became of the operations of one kind.
struct OperationResult {
  Histogram latency;                      // Of those that were done.
  std::map<std::string, int64_t> errors;  // By code; they have no latency.
  std::string first_error;
  int64_t error_count() const;
};

struct MixedResult {
  double seconds = 0;  // From the first intended start to the last answer.
  std::array<OperationResult, kOperationCount> operations;
  // How far behind the schedule operations began; of an open loop.
  Histogram late;

  void Add(const MixedResult& other);
  int64_t done() const;
  int64_t errors() const;
};

class MixedLoad {
 public:
  struct Options {
    double rate = 0;     // Operations a second; 0 for a closed loop.
    int in_flight = 64;  // Of an open loop at most, of a closed one always.
    double warm_up_seconds = 0;  // Before what is counted.
    double seconds = 1;
    uint64_t seed = 1;  // Of the schedule.
    // Ends the load early: nothing new is started, what is on its way ends.
    const std::atomic<bool>* stop = nullptr;
    // Called about once a second with the seconds since the start.
    std::function<void(double)> tick;
  };

  // Both outlive the load.
  MixedLoad(JobScene* scene, JobMaker* maker) : scene_(scene), maker_(maker) {}

  // What was done after the warm-up, and every error.
  MixedResult Run(const Options& options);

 private:
  void StartBySchedule(const Options& options);
  void KeepInFlight(const Options& options);
  // Takes events until all that was started is done.
  void TakeEvents();
  void Count(const Job& job, Clock::time_point now);
  void StartJob(Clock::time_point intended);
  bool Stopped(const Options& options) const;

  JobScene* const scene_;
  JobMaker* const maker_;
  std::unique_ptr<grpc::CompletionQueue> queue_;
  Clock::time_point counted_from_;
  Clock::time_point end_;
  Clock::time_point last_done_;
  MixedResult result_;  // Of the thread that takes events, but `late`.
  absl::Mutex mutex_;
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_MIXED_LOAD_H_
