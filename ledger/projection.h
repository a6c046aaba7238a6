// A Projection turns committed records into the rows that readers look up, and
// publishes what is there to be read. It is the only writer of derived rows;
// the same code serves a running server, a restart and, later, a follower.
//
// The newest rows are in memory and come to the store later (RowTail), always
// together with the sequence that they reach; after a crash they are rolled
// forward from the journal.
//
// Thread safety: one thread at a time may call Advance(), Flush() and
// WorkOnce(); view() and the waits may be called from any thread.

#ifndef SKONTRO_LEDGER_PROJECTION_H_
#define SKONTRO_LEDGER_PROJECTION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "ledger/account_codec.h"
#include "ledger/record.h"
#include "ledger/record_tree.h"
#include "ledger/row_tail.h"
#include "ledger/storage/row_buffer.h"
#include "ledger/storage/store.h"

namespace skontro::ledger {

// What readers see: every record up to `sequence`, all of them durable, and
// every row that follows from them. Cheap to copy; keeps its state alive.
struct ReadView {
  Sequence sequence{};
  Digest digest{};  // Of the record at `sequence`.
  std::shared_ptr<const Snapshot> snapshot;
};

// Makes the rows that follow from the event of a record. The rows are absolute:
// the same record gives the same rows, however often.
class EventProjector {
 public:
  virtual ~EventProjector() = default;

  // Adds the rows of `record` to `rows`. Returns DATA_LOSS for an event that
  // cannot be read.
  virtual absl::Status Project(Sequence sequence, const Record& record,
                               RowBuffer* rows) = 0;
};

class Projection {
 public:
  // Opens the projections in `store` and rolls them forward to the end of the
  // journal. `on_progress` is called now and then with the sequence reached.
  // `store` and `projector` must outlive the projection.
  static absl::StatusOr<std::unique_ptr<Projection>> Open(
      Store* store, EventProjector* projector,
      const std::function<void(Sequence)>& on_progress = {},
      const RowTail::Options& tail = {});

  Projection(const Projection&) = delete;
  Projection& operator=(const Projection&) = delete;

  // Makes the rows of `batch` and publishes a view that includes it. Waits
  // while too many rows are on their way to the store. Stops the process if the
  // rows cannot be made, or written. REQUIRES: `batch` is durable and follows
  // the last one.
  void Advance(const CommittedBatch& batch);

  // Makes the rows survive a crash, so that nothing has to be rolled forward.
  // After an error of the store the view is as it was.
  absl::Status Flush();

  // See RowTail: where it has no thread of its own, does what that would.
  bool WorkOnce() { return tail_.WorkOnce(); }

  // The newest view.
  ReadView view() const;

  // Calls `reached` once, on the thread of Advance() or at once on this one,
  // when the view includes `sequence`. Returns a ticket for CancelWait().
  uint64_t WaitFor(Sequence sequence, std::function<void()> reached);

  // After it returns, `reached` of that ticket is not called any more. Returns
  // false if it was called already or is being called.
  bool CancelWait(uint64_t ticket);

 private:
  // An account that was touched since the start.
  struct Touched {
    AccountState state;
    bool changed = false;  // By the batch whose rows are being made.
  };

  Projection(Store* store, EventProjector* projector,
             const RowTail::Options& tail);

  absl::Status RollForward(const std::function<void(Sequence)>& on_progress);
  absl::Status AddLateFamilies(
      const Snapshot& snapshot,
      const std::function<void(Sequence)>& on_progress);
  absl::Status AddToTail(const CommittedBatch& batch);
  absl::Status AddPostings(Sequence sequence, const Record& record);
  absl::StatusOr<Touched*> Touch(AccountId account);
  void AddAccounts();
  void Publish(Sequence sequence, const Digest& digest);
  void ShortenView() ABSL_LOCKS_EXCLUDED(mutex_);

  Store* const store_;
  EventProjector* const projector_;

  // Of the thread of Advance().
  Sequence projected_{};
  CivilDate last_booking_date_;
  RecordTreeWriter tree_;
  absl::flat_hash_map<AccountId, Touched> touched_;
  std::vector<AccountId> changed_;  // By the batch.
  bool families_due_ = false;       // The row that says which are whole.
  RowBuffer rows_;                  // Of the batch; kept for its memory.

  mutable absl::Mutex mutex_;
  ReadView view_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_ticket_ ABSL_GUARDED_BY(mutex_) = 1;
  // By sequence, then ticket.
  std::map<std::pair<Sequence, uint64_t>, std::function<void()>> waits_
      ABSL_GUARDED_BY(mutex_);

  RowTail tail_;  // Last: its thread shortens the view.
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_PROJECTION_H_
