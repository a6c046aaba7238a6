// Reads accounts and their postings from a view: balances at any sequence, and
// statements over any period.
//
// Thread safety: pure functions; a PostingWalk belongs to one thread.

#ifndef SKONTRO_LEDGER_STATEMENT_H_
#define SKONTRO_LEDGER_STATEMENT_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "ledger/account_codec.h"
#include "ledger/storage/store.h"

namespace skontro::ledger {

// The balance and the number of postings of `account` after the record
// `as_of`: one look-up, however long the history. An account without postings
// has zero of both; whether it exists is not known here.
absl::StatusOr<AccountState> AccountAt(const Snapshot& snapshot,
                                       AccountId account, Sequence as_of);

// The same for who asks of many accounts, in ascending order best: `postings`
// walks the family `account_entry`.
absl::StatusOr<AccountState> AccountAt(Iterator* postings, AccountId account,
                                       Sequence as_of);

// The first sequence booked on `date` or later; nullopt if there is none yet.
absl::StatusOr<std::optional<Sequence>> FirstBookedFrom(
    const Snapshot& snapshot, CivilDate date);

// A stretch of the journal, both ends included. Empty if last < first.
struct SequenceRange {
  Sequence first{};
  Sequence last{};
};

// The records booked from `from` to `to`, both included, as of `as_of`. A date
// that is not set leaves that side open.
absl::StatusOr<SequenceRange> RangeOf(const Snapshot& snapshot, CivilDate from,
                                      CivilDate to, Sequence as_of);

enum class PostingOrder { kOldestFirst, kNewestFirst };

// Walks the postings of one account in one order. The snapshot must outlive it.
class PostingWalk {
 public:
  // The postings in `range`.
  PostingWalk(const Snapshot* snapshot, AccountId account, SequenceRange range,
              PostingOrder order = PostingOrder::kOldestFirst);

  // Moves to the first posting that does not come before this place, wherever
  // it stands now, but not out of the range.
  void SeekTo(Sequence sequence, uint32_t leg);

  // Skips the postings up to and with this one; none of those that are left if
  // it lies behind already. REQUIRES: the oldest come first.
  void SkipTo(Sequence sequence, uint32_t leg);

  // The next posting, nullopt behind the last, or an error of the disk.
  absl::StatusOr<std::optional<AccountPosting>> Next();

 private:
  std::unique_ptr<Iterator> it_;
  const AccountId account_;
  const SequenceRange range_;
  const PostingOrder order_;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STATEMENT_H_
