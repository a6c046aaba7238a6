// A RowTail keeps the newest rows of the projections in memory, in order, and
// moves them to the store many at a time: a store that gets rows one by one, at
// random places, takes far longer for them than for everything else that a
// trade needs.
//
// Rows are added in segments. Small ones are merged at once, larger ones and
// what is old enough to move are the affair of a thread of its own. A crash
// loses the rows that are not in the store; they follow from the journal.
//
// After an error of the store no more rows are moved, and every later call
// returns it: the process should stop, and read the truth from the journal.
//
// Thread safety: one thread at a time may call Append() and Flush(); the rest
// may be called from any thread.

#ifndef SKONTRO_LEDGER_ROW_TAIL_H_
#define SKONTRO_LEDGER_ROW_TAIL_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "ledger/storage/sorted_rows.h"
#include "ledger/storage/store.h"

namespace skontro::ledger {

class RowTail {
 public:
  struct Options {
    // So many bytes of rows are worth a move. As much work has to be done again
    // after a crash, and as much memory is held while nothing happens: a trade
    // takes 400 bytes.
    size_t move_bytes = 16 << 20;
    // With so many Append() waits for the store.
    size_t bytes_max = 48 << 20;
    // Off: nothing moves and nothing large is merged until Flush() and
    // WorkOnce() are called, so that tests choose when.
    bool own_thread = true;
  };

  // `moved` is called after rows came to the store, on the thread that moved
  // them, without a lock. `store` must outlive the tail.
  RowTail(Store* store, const Options& options, std::function<void()> moved);

  RowTail(const RowTail&) = delete;
  RowTail& operator=(const RowTail&) = delete;

  // Waits for a move that has begun. Rows that are not in the store are lost.
  ~RowTail();

  // Adds rows that are newer than all others. Waits while there are too many;
  // without a thread of its own it moves them itself. Returns an error of the
  // store, now or before.
  absl::Status Append(std::shared_ptr<const SortedRows> rows);

  // The store with all these rows on top of it.
  std::shared_ptr<const Snapshot> GetSnapshot() const;

  // Moves all rows to the store. Returns an error of the store, now or before;
  // what GetSnapshot() shows is then as it was.
  absl::Status Flush();

  // What the thread would do next, merge or move; returns whether there was
  // anything. REQUIRES: no thread of its own; called as Append() is.
  bool WorkOnce();

  // What is in memory.
  size_t byte_size() const;
  size_t segment_count() const;

 private:
  using Segments = std::vector<std::shared_ptr<const SortedRows>>;

  // A stretch of the segments that is to be merged or moved.
  struct Work {
    bool moves = false;
    size_t first = 0;
    size_t count = 0;
  };

  void Run();
  absl::Status WaitForRoom() ABSL_LOCKS_EXCLUDED(mutex_);
  void MergeSmall() ABSL_LOCKS_EXCLUDED(mutex_);
  bool IsLarge(const SortedRows& rows) const {
    return rows.byte_size() >= small_bytes_;
  }
  size_t LargeEnd() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<Work> NextWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Segments Begin(const Work& work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Finish(const Work& work, const Segments& segments)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Puts `by`, if it is something, in the place of `old`.
  void Replace(size_t first, const Segments& old,
               std::shared_ptr<const SortedRows> by)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store* const store_;
  const Options options_;
  const size_t small_bytes_;
  const std::function<void()> moved_;

  mutable absl::Mutex mutex_;
  // Oldest first. Append() changes only what is behind the last large segment,
  // the thread only what is before that.
  Segments segments_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);  // Of the store.
  bool append_waits_ ABSL_GUARDED_BY(mutex_) = false;
  bool working_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // Last: starts when everything above is ready.
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_ROW_TAIL_H_
