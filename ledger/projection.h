// A Projection turns committed records into the rows that readers look up, and
// publishes what is there to be read. It is the only writer of derived rows;
// the same code serves a running server, a restart and, later, a follower.
//
// Rows are written without a log, together with the sequence that they reach;
// after a crash they are rolled forward from the journal.
//
// Thread safety: one thread at a time may call Advance() and Flush(); view()
// and the waits may be called from any thread.

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
#include "ledger/record.h"
#include "ledger/record_tree.h"
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
                               WriteBatch* rows) = 0;
};

class Projection {
 public:
  // Opens the projections in `store` and rolls them forward to the end of the
  // journal. `on_progress` is called now and then with the sequence reached.
  // `store` and `projector` must outlive the projection.
  static absl::StatusOr<std::unique_ptr<Projection>> Open(
      Store* store, EventProjector* projector,
      const std::function<void(Sequence)>& on_progress = {});

  Projection(const Projection&) = delete;
  Projection& operator=(const Projection&) = delete;

  // Writes the rows of `batch` and publishes a view that includes it. Stops the
  // process if the rows cannot be made or written.
  // REQUIRES: `batch` is durable and follows the last one.
  void Advance(const CommittedBatch& batch);

  // Makes the rows survive a crash, so that nothing has to be rolled forward.
  absl::Status Flush();

  // The newest view.
  ReadView view() const;

  // Calls `reached` once, on the thread of Advance() or at once on this one,
  // when the view includes `sequence`. Returns a ticket for CancelWait().
  uint64_t WaitFor(Sequence sequence, std::function<void()> reached);

  // After it returns, `reached` of that ticket is not called any more. Returns
  // false if it was called already or is being called.
  bool CancelWait(uint64_t ticket);

 private:
  Projection(Store* store, EventProjector* projector);

  absl::Status RollForward(const std::function<void(Sequence)>& on_progress);
  absl::Status Write(const CommittedBatch& batch);
  absl::Status AddAccountRows(Sequence sequence, const Record& record,
                              WriteBatch* rows);
  absl::StatusOr<uint64_t> PostingCount(AccountId account);
  void Publish(Sequence sequence, const Digest& digest);

  Store* const store_;
  EventProjector* const projector_;

  // Of the thread of Advance().
  Sequence projected_{};
  CivilDate last_booking_date_;
  RecordTreeWriter tree_;
  // Posting counts of the accounts that were touched since the start.
  absl::flat_hash_map<AccountId, uint64_t> posting_counts_;

  mutable absl::Mutex mutex_;
  ReadView view_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_ticket_ ABSL_GUARDED_BY(mutex_) = 1;
  // By sequence, then ticket.
  std::map<std::pair<Sequence, uint64_t>, std::function<void()>> waits_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_PROJECTION_H_
