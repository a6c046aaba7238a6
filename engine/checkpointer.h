// A Checkpointer saves a checkpoint every so many records while the engine
// runs, without stopping the writer: a thread of its own loads the newest
// checkpoint, rolls it forward along the journal as it is on disk, and saves
// what comes of it.
//
// Its replay is compared with the state digests that the writer put into the
// journal. Where they differ, or where the journal cannot be read, memory or
// disk is wrong, and the process stops: nothing may be answered from it.
//
// Thread safety: Advance() may be called from any thread, Stop() from one.

#ifndef SKONTRO_ENGINE_CHECKPOINTER_H_
#define SKONTRO_ENGINE_CHECKPOINTER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "engine/replay.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

// What became of a checkpoint: the record that it is after, how many records
// were read for it, and OK or why it was not saved; then the next is tried
// after as many records again.
struct CheckpointReport {
  Sequence sequence{};
  uint64_t replayed = 0;
  absl::Status status;
};
using OnCheckpoint = std::function<void(const CheckpointReport&)>;

class Checkpointer {
 public:
  struct Options {
    uint64_t interval = 0;  // Records between two; 0 for never.
    uint64_t digest_interval = kDigestInterval;
  };

  // `newest` is the sequence of the newest checkpoint that can be used; 0 for
  // none. `store` must outlive it. `on_checkpoint` is called on its thread and
  // may be empty.
  Checkpointer(ledger::Store* store, const Options& options, Sequence newest,
               OnCheckpoint on_checkpoint);

  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  ~Checkpointer() { Stop(); }

  // Every record up to `durable` is durable now. Never blocks on the disk.
  void Advance(Sequence durable) ABSL_LOCKS_EXCLUDED(mutex_);

  // Gives up what it is at and ends its thread. Returns the sequence of the
  // newest checkpoint.
  Sequence Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run();
  CheckpointReport Make();

  ledger::Store* const store_;
  const Options options_;
  const OnCheckpoint on_checkpoint_;
  std::atomic<bool> stopping_ = false;

  absl::Mutex mutex_;
  Sequence durable_ ABSL_GUARDED_BY(mutex_){};
  Sequence newest_ ABSL_GUARDED_BY(mutex_){};
  Sequence next_ ABSL_GUARDED_BY(mutex_){};
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // Last; none with interval 0.
};

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_CHECKPOINTER_H_
