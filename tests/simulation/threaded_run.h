// A ThreadedRun is one seed of the simulation on a whole Engine: several client
// threads, the writer, the committer, a short queue, a short memory, and
// crashes while all of them are at work. The seed fixes what the clients ask;
// how the threads interleave it does not.
//
// Nobody can say beforehand in which order the commands are decided. But each
// answer names the sequence that it tells of, so at the end the Oracle lives
// through the journal record by record and every answer is held against it as
// of its sequence.
//
// Thread safety: Run() makes its own threads; the class belongs to one.

#ifndef SKONTRO_TESTS_SIMULATION_THREADED_RUN_H_
#define SKONTRO_TESTS_SIMULATION_THREADED_RUN_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "engine/engine.h"
#include "ledger/storage/memory_store.h"
#include "tests/simulation/coverage.h"
#include "tests/simulation/crowd.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/oracle.h"

namespace skontro::simulation {

class ThreadedRun {
 public:
  ThreadedRun(uint64_t seed, Coverage* coverage);

  // Sends so many requests from all clients together. Stops the process where
  // an answer or a record is not what the Oracle says.
  void Run(uint64_t requests);

  uint64_t decided() const { return decided_; }
  uint64_t records() const { return records_; }

 private:
  // A request on its way. Sent again until it is answered.
  struct Sending {
    Request request;
    std::optional<engine::Answer> answer;
  };

  // One life of the engine, between two crashes.
  struct Life {
    std::unique_ptr<ledger::MemoryStore> store;
    std::unique_ptr<engine::Engine> engine;
  };

  Life NewLife(std::unique_ptr<ledger::MemoryStore> store);
  void Crash() ABSL_LOCKS_EXCLUDED(engine_mutex_, mutex_);

  // A client's thread.
  void SendRequests(uint64_t seed, const std::string& name, uint64_t requests);
  size_t Add(Request request) ABSL_LOCKS_EXCLUDED(mutex_);
  void Submit(const std::vector<size_t>& tickets)
      ABSL_LOCKS_EXCLUDED(engine_mutex_, mutex_);
  void OnReply(uint64_t life, size_t ticket,
               const absl::StatusOr<engine::Answer>& answer)
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<size_t> TakeUnsent() ABSL_LOCKS_EXCLUDED(mutex_);
  void WaitUntilAnswered(size_t count) ABSL_LOCKS_EXCLUDED(mutex_);

  // At the end, when nothing else runs.
  void Verify() ABSL_NO_THREAD_SAFETY_ANALYSIS;
  std::map<std::string, Request> RequestsByContent() const
      ABSL_NO_THREAD_SAFETY_ANALYSIS;
  void CheckAnswersAt(uint64_t sequence, Oracle* oracle);
  void CheckKeptAnswers(Oracle* oracle) ABSL_NO_THREAD_SAFETY_ANALYSIS;

  Dice dice_;
  Coverage* const coverage_;
  const Terms terms_;
  const int64_t start_us_;
  std::atomic<int64_t> time_us_;
  std::atomic<uint64_t> newest_ = 1;
  uint64_t decided_ = 0;
  uint64_t records_ = 0;

  // Held by readers who submit, and by the crash that takes the engine away.
  absl::Mutex engine_mutex_;
  Life life_ ABSL_GUARDED_BY(engine_mutex_);

  absl::Mutex mutex_ ABSL_ACQUIRED_AFTER(engine_mutex_);
  uint64_t lives_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Sending> sendings_ ABSL_GUARDED_BY(mutex_);
  std::vector<size_t> unsent_ ABSL_GUARDED_BY(mutex_);
  size_t answered_ ABSL_GUARDED_BY(mutex_) = 0;
  Coverage seen_ ABSL_GUARDED_BY(mutex_);

  // Of Verify(): answers without a record, by the sequence that they tell of.
  std::multimap<uint64_t, const Sending*> without_record_;
};

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_THREADED_RUN_H_
