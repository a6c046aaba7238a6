// A Scribe writes records that may follow each other, as an engine would: time
// rises, booking days do not go back, entries balance and name the balances
// after them. It knows no rules of business.
//
// Belongs to one thread.

#ifndef SKONTRO_TESTS_LEDGER_SCRIBE_H_
#define SKONTRO_TESTS_LEDGER_SCRIBE_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "ledger/journal.h"
#include "ledger/record.h"
#include "ledger/record_codec.h"

namespace skontro::ledger {

using Random = std::mt19937_64;

// A number from 0 to `bound` - 1.
uint64_t Below(Random* random, uint64_t bound);

inline constexpr AccountId kBaker{1};
inline constexpr AccountId kPrinter{2};
inline constexpr AccountId kMason{3};

inline constexpr NetworkUid kNetwork = {1, 2,  3,  4,  5,  6,  7,  8,
                                        9, 10, 11, 12, 13, 14, 15, 16};

inline constexpr uint64_t Number(Sequence sequence) {
  return static_cast<uint64_t>(sequence);
}

class Scribe {
 public:
  // The next record. The journal begins on 2026-01-01 with a genesis.
  Record Genesis();
  Record Event(const std::string& event);  // Moves nothing.
  Record Refusal(const std::string& event);
  Record Transfer(AccountId from, AccountId to, int64_t minor_units);

  // Between 1 and `records_max` records of any form, some of them groups, with
  // the accounts 1 to `accounts`.
  std::vector<Record> AnyBatch(Random* random, size_t records_max,
                               uint64_t accounts);

  // Lets days pass before the next record.
  void SkipDays(int days) { day_ += days; }

  // Goes on after `record`, which somebody else wrote.
  void GoOnAfter(const Record& record);

 private:
  Record Begin(RecordKind kind);
  Record AnyRecord(Random* random, uint64_t accounts);
  Entry AnyEntry(Random* random, uint64_t accounts);
  Posting Post(AccountId account, int64_t minor_units);

  int64_t time_us_ = 1'767'225'600'000'000;
  int32_t day_ = 20'454;
  uint64_t requests_ = 0;
  std::map<AccountId, int64_t> balances_;
};

// The batch that a writer would hand to a journal.
PendingBatch Pending(std::vector<Record> records,
                     std::vector<PersonalRow> personal = {});

// Appends and waits until it is durable.
std::shared_ptr<const CommittedBatch> AppendAndWait(Journal* journal,
                                                    PendingBatch pending);

}  // namespace skontro::ledger

#endif  // SKONTRO_TESTS_LEDGER_SCRIBE_H_
