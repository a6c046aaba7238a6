#include "ledger/statement.h"

#include <algorithm>
#include <string>

#include "ledger/base/status.h"
#include "ledger/big_endian.h"

namespace skontro::ledger {

absl::StatusOr<AccountState> AccountAt(const Snapshot& snapshot,
                                       AccountId account, Sequence as_of) {
  const std::unique_ptr<Iterator> it =
      snapshot.NewIterator(Family::kAccountEntry);
  return AccountAt(it.get(), account, as_of);
}

absl::StatusOr<AccountState> AccountAt(Iterator* postings, AccountId account,
                                       Sequence as_of) {
  postings->SeekForPrev(AccountEntryKey(account, as_of, UINT32_MAX));
  SKONTRO_RETURN_IF_ERROR(postings->status());
  if (!postings->Valid() ||
      postings->key().substr(0, 8) != AccountKey(account)) {
    return AccountState{};
  }
  SKONTRO_ASSIGN_OR_RETURN(
      const AccountPosting last,
      DecodeAccountEntry(postings->key(), postings->value()));
  return AccountState{last.balance_after, last.posting_count};
}

absl::StatusOr<std::optional<Sequence>> FirstBookedFrom(
    const Snapshot& snapshot, CivilDate date) {
  const std::unique_ptr<Iterator> it =
      snapshot.NewIterator(Family::kBookingDay);
  it->Seek(BookingDayKey(date));
  SKONTRO_RETURN_IF_ERROR(it->status());
  if (!it->Valid()) return std::nullopt;
  return Sequence{ReadBigEndian<uint64_t>(it->value())};
}

absl::StatusOr<SequenceRange> RangeOf(const Snapshot& snapshot, CivilDate from,
                                      CivilDate to, Sequence as_of) {
  SequenceRange range{Sequence{1}, as_of};
  if (from.has_value()) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<Sequence> first,
                             FirstBookedFrom(snapshot, from));
    range.first = first.value_or(Next(as_of));
  }
  if (to.has_value()) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<Sequence> past,
        FirstBookedFrom(snapshot, CivilDate::FromDays(to.days() + 1)));
    if (past.has_value()) range.last = std::min(as_of, Before(*past));
  }
  // An empty range still has a place: both balances are those before `first`.
  range.first = std::min(range.first, Next(range.last));
  return range;
}

PostingWalk::PostingWalk(const Snapshot* snapshot, AccountId account,
                         SequenceRange range, PostingOrder order)
    : it_(snapshot->NewIterator(Family::kAccountEntry)),
      account_(account),
      range_(range),
      order_(order) {
  if (order == PostingOrder::kOldestFirst) {
    it_->Seek(AccountEntryKey(account, range.first, 0));
  } else {
    it_->SeekForPrev(AccountEntryKey(account, range.last, UINT32_MAX));
  }
}

void PostingWalk::SeekTo(Sequence sequence, uint32_t leg) {
  // A place out of the range is before it, or nothing is behind it.
  if (order_ == PostingOrder::kOldestFirst && sequence >= range_.first) {
    it_->Seek(AccountEntryKey(account_, sequence, leg));
  } else if (order_ == PostingOrder::kNewestFirst && sequence <= range_.last) {
    it_->SeekForPrev(AccountEntryKey(account_, sequence, leg));
  }
}

void PostingWalk::SkipTo(Sequence sequence, uint32_t leg) {
  const std::string key = AccountEntryKey(account_, sequence, leg);
  // Never back: a page token may name a posting before the range.
  if (!it_->Valid() || it_->key() > key) return;
  it_->Seek(key);
  if (it_->Valid() && it_->key() == key) it_->Next();
}

absl::StatusOr<std::optional<AccountPosting>> PostingWalk::Next() {
  SKONTRO_RETURN_IF_ERROR(it_->status());
  if (!it_->Valid() || it_->key().substr(0, 8) != AccountKey(account_)) {
    return std::nullopt;
  }
  SKONTRO_ASSIGN_OR_RETURN(const AccountPosting posting,
                           DecodeAccountEntry(it_->key(), it_->value()));
  if (posting.sequence < range_.first || posting.sequence > range_.last) {
    return std::nullopt;
  }
  if (order_ == PostingOrder::kOldestFirst) {
    it_->Next();
  } else {
    it_->Prev();
  }
  return posting;
}

}  // namespace skontro::ledger
