// An Entry is one balanced movement of the ledger: two or more Postings whose
// amounts add up to zero. Entries are facts. They are never edited or deleted;
// a mistake is undone by a second entry.

#ifndef SKONTRO_LEDGER_ENTRY_H_
#define SKONTRO_LEDGER_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "ledger/amount.h"
#include "ledger/civil_date.h"

namespace skontro::ledger {

// Number of an account, from 1 without gaps.
enum class AccountId : uint64_t {};

// Number of a trade: the sequence of the record that created it.
enum class TradeNumber : uint64_t {};

// What moved the amounts of an entry. The numbers are on disk and on the wire.
enum class EntryKind : uint32_t { kTrade = 1, kReversal = 2 };

// One account and one amount. In the words of bookkeepers, seen from the
// network's books: a positive amount is a credit, a negative one a debit.
struct Posting {
  AccountId account{};
  Amount amount;
  Amount balance_after;  // Of the account, after this posting.

  friend bool operator==(const Posting&, const Posting&) = default;
};

struct Entry {
  EntryKind kind = EntryKind::kTrade;
  TradeNumber trade{};
  CivilDate value_date;
  std::vector<Posting> postings;

  friend bool operator==(const Entry&, const Entry&) = default;
};

// The most postings that one entry may have, so that its record stays below
// kRecordBytesMax.
inline constexpr size_t kPostingsMax = 1'024;

// Returns OK iff `entry` could be written to a journal as it stands: it has a
// value date and between two and kPostingsMax postings, none of them zero or
// beyond kAmountMax, adding up to zero. Returns OUT_OF_RANGE for a posting
// beyond kAmountMax and INVALID_ARGUMENT for the rest.
absl::Status Validate(const Entry& entry);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_ENTRY_H_
