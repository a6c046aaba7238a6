// A LoadRun is one pass of all clients of some networks over the calls of a
// round, each client in a thread, with readers beside them that watch what the
// server shows meanwhile.
//
// Thread safety: Await() and Stop() from any thread.

#ifndef SKONTRO_TESTS_INTEGRATION_LOAD_RUN_H_
#define SKONTRO_TESTS_INTEGRATION_LOAD_RUN_H_

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/integration/audit.h"
#include "tests/integration/books.h"
#include "tests/integration/call_log.h"
#include "tests/integration/load_client.h"
#include "tests/integration/load_plan.h"

namespace skontro::integration {

class LoadRun {
 public:
  // What a network needs to be put under load. All of it outlives the run.
  struct Target {
    const LoadPlan* plan = nullptr;
    const LoadClient* client = nullptr;
    CallLog* log = nullptr;
  };

  // Starts the threads. `pass` counts the passes over the round: each takes the
  // calls in another order.
  LoadRun(const std::vector<Target>& targets, int64_t pass, uint64_t seed);

  // Stops and joins the threads.
  ~LoadRun();

  // Waits until `calls` were made in this run, or all clients are through.
  // Returns whether all are through; false too if nothing moved for a minute.
  bool AwaitCalls(int64_t calls);

  // From now on a call that gets no answer is no finding: the server is about
  // to end, and on a busy machine its end takes longer than clients try.
  void ExpectEnd();

  // Asks the clients to make no more calls, since the server will be gone.
  void Stop();

  // Waits until the clients are through, or stopped.
  void Join();

  // REQUIRES: Join() returned.
  Findings& findings() ABSL_NO_THREAD_SAFETY_ANALYSIS { return findings_; }
  const std::vector<Observation>& observations(size_t target) const
      ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return observations_[target];
  }

 private:
  void RunClient(size_t target, int64_t client);
  void RunReader(size_t target);
  bool MakeCall(const Target& target, const PlannedCall& call);
  void Provoke(const Target& target, const PlannedCall& call);
  void ReadBack(const Target& target, const PlannedCall& call,
                const CallAnswer& answer);
  void Find(std::string finding) ABSL_LOCKS_EXCLUDED(mutex_);
  bool stopped() const ABSL_LOCKS_EXCLUDED(mutex_);
  bool expects_end() const ABSL_LOCKS_EXCLUDED(mutex_);

  const std::vector<Target> targets_;
  const int64_t pass_;
  const uint64_t seed_;
  mutable absl::Mutex mutex_;
  int64_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t working_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool expects_end_ ABSL_GUARDED_BY(mutex_) = false;
  Findings findings_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::vector<Observation>> observations_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_LOAD_RUN_H_
