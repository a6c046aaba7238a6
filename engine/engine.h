// The Engine of one network turns commands into durable records, one after
// another, and shows readers what is durable.
//
// Commands from any thread go into one bounded queue. One writer thread takes
// what is there, decides and applies each command in turn, and hands the
// records of the whole batch to the journal. While a batch becomes durable the
// next one is decided. When a batch is durable its rows are projected, a view
// that includes them is published, and then its answers are given: no answer
// shows a record that a crash could lose, and whoever got an answer can read it
// back.
//
// If the journal or the store fails the process stops: memory would be ahead of
// the disk, and a restart brings back the truth.
//
// Thread safety: all public methods may be called from any thread. Answers come
// on the journal's thread or on the caller's, and must not block.

#ifndef SKONTRO_ENGINE_ENGINE_H_
#define SKONTRO_ENGINE_ENGINE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "engine/checkpointer.h"
#include "engine/command.h"
#include "engine/decider.h"
#include "engine/event_projector.h"
#include "engine/replay.h"
#include "ledger/base/reason.h"
#include "ledger/head_anchor.h"
#include "ledger/journal.h"
#include "ledger/projection.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

// Called once with what a command led to, or with an error that says why nobody
// decided it: RESOURCE_EXHAUSTED with QUEUE_FULL, UNAVAILABLE with
// SHUTTING_DOWN, the refusal of PauseIntake(), or an error of the store. After
// such an error nothing was done.
using Reply = std::function<void(absl::StatusOr<Answer>)>;

class Engine {
 public:
  struct Options {
    // Commands that may wait; one more is refused with QUEUE_FULL.
    size_t queue_length_max = 65'536;
    // How many request ids, invoices and finished trades memory holds before
    // those that are in the store are forgotten. So few that they stay in the
    // cache of a core: with 200,000, deciding takes nearly twice as long.
    size_t recent_max = 10'000;
    // Told of each durable head; it was compared with the store, and outlives
    // the engine. None where nobody has to notice that a store is old.
    ledger::HeadAnchor* anchor = nullptr;
    // Records from one checkpoint to the next while it runs; with 0 there is
    // one after a stop only.
    uint64_t checkpoint_interval = 1'000'000;
    // Whether a start may begin at a checkpoint.
    bool use_checkpoints = true;
    // Told of each checkpoint; may be empty. See Checkpointer.
    OnCheckpoint on_checkpoint;
    // That of the format; only tests have another one.
    uint64_t digest_interval = kDigestInterval;
    // How the rows of the projections come to the store.
    ledger::RowTail::Options row_tail;
  };

  // Opens the network in `store`: reads the newest checkpoint that fits and the
  // journal behind it, rolls the projections forward and starts the writer.
  // `store` must outlive the engine. `on_start` is called now and then.
  //
  // Returns NOT_FOUND for a store without a journal, DATA_LOSS naming the
  // sequence where the journal is damaged or a state digest is not that of the
  // records before it, UNIMPLEMENTED for a later format.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(
      ledger::Store* store, const Options& options,
      const OnStart& on_start = {});

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Finishes every command that was accepted, answers it, saves a checkpoint,
  // flushes the projections, then stops.
  ~Engine();

  // Decides `command` and calls `reply`. The command needs no Facts and no
  // Prepare(). Never blocks on the writer; looks up the store on this thread.
  void Submit(Command command, Reply reply);

  // The same for many commands in this order, with one lock for all.
  // REQUIRES: as many replies as commands.
  void SubmitAll(std::vector<Command> commands, std::vector<Reply> replies);

  // Refuses every later command with SHUTTING_DOWN; the accepted ones go on.
  void StopIntake();

  // Refuses every later command that could make a record with `refusal`, until
  // ResumeIntake(). Previews and requests that were answered before still get
  // their answers, and the accepted ones go on.
  void PauseIntake(const Refusal& refusal);
  void ResumeIntake();

  // What can never change about the network, and the digests' uid.
  const NetworkCreated& terms() const { return terms_; }
  const ledger::NetworkUid& uid() const { return uid_; }

  // The newest view. Everything that was answered is in it.
  ledger::ReadView view() const { return projection_->view(); }

  // See Projection: calls back when a sequence is in the view.
  uint64_t WaitFor(Sequence sequence, std::function<void()> reached) {
    return projection_->WaitFor(sequence, std::move(reached));
  }
  bool CancelWait(uint64_t ticket) { return projection_->CancelWait(ticket); }

  // Commands that wait now.
  size_t queue_length() const;

  // When a Tick would have something to do, in microseconds since 1970-01-01;
  // INT64_MAX for never. As of the newest commands that were decided.
  int64_t next_deadline_us() const { return next_deadline_us_; }

 private:
  struct Pending {
    Command command;
    Reply reply;
  };
  // Answers that wait until a batch is durable.
  struct Release {
    std::shared_ptr<const ledger::CommittedBatch> batch;
    std::vector<std::pair<Reply, Answer>> answers;
  };
  class Batch;

  Engine(ledger::Store* store, const Options& options,
         const NetworkCreated& terms, const ledger::NetworkUid& uid,
         Sequence checkpoint, std::unique_ptr<IndexProjector> projector,
         std::unique_ptr<ledger::Projection> projection,
         std::unique_ptr<ledger::Journal> journal,
         std::unique_ptr<Decider> decider);

  // Looks up facts that are new enough for the writer. Calls the reply and
  // returns false where the store cannot be read.
  bool AddFacts(Pending* pending, Sequence at_least);

  void RunWriter();
  std::deque<Pending> TakePending() ABSL_LOCKS_EXCLUDED(mutex_);
  void Forget(const std::deque<Pending>& taken)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DecideAll(std::deque<Pending> taken);
  void Append(Batch* batch) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDurable() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Settle();

  ledger::Store* const store_;
  const Options options_;
  const NetworkCreated terms_;
  const ledger::NetworkUid uid_;
  const std::unique_ptr<IndexProjector> projector_;
  const std::unique_ptr<ledger::Projection> projection_;

  // Only the writer thread touches it.
  const std::unique_ptr<Decider> decider_;

  std::atomic<int64_t> next_deadline_us_;

  mutable absl::Mutex mutex_;
  std::deque<Pending> queue_ ABSL_GUARDED_BY(mutex_);
  // Facts older than this are not complete together with memory.
  Sequence floor_ ABSL_GUARDED_BY(mutex_){};
  // One per batch on its way, oldest first.
  std::deque<std::shared_ptr<Release>> releases_ ABSL_GUARDED_BY(mutex_);
  bool intake_stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> paused_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  Checkpointer checkpointer_;
  // Behind everything that its thread calls back into.
  const std::unique_ptr<ledger::Journal> journal_;
  std::thread writer_;  // Last: starts when everything above is ready.
};

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_ENGINE_H_
