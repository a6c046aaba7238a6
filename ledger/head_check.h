// Compares what a store recovered with what the head anchor remembers.
//
// Thread safety: pure functions on a snapshot.

#ifndef SKONTRO_LEDGER_HEAD_CHECK_H_
#define SKONTRO_LEDGER_HEAD_CHECK_H_

#include "absl/status/status.h"
#include "ledger/anchor_slots.h"
#include "ledger/storage/store.h"
#include "ledger/store_journal.h"

namespace skontro::ledger {

// `head` as the anchor holds it.
AnchoredHead ToAnchored(const JournalHead& head);

// Returns OK iff the journal in `snapshot` has the record that `anchored` was
// and is the same up to there; it may go on behind it, by what was committed
// after the anchor was written. Returns OUT_OF_RANGE, with both sequences and
// what to do, where the journal ends before that record, has another in its
// place or is another network's; or the errors of ReadHead() and ReadRecord().
absl::Status CheckHead(const Snapshot& snapshot, const AnchoredHead& anchored);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_HEAD_CHECK_H_
