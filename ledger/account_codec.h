// The rows of accounts and their postings to and from bytes; keys and values
// are in docs/journal_format.md.
//
// Thread safety: pure functions.

#ifndef SKONTRO_LEDGER_ACCOUNT_CODEC_H_
#define SKONTRO_LEDGER_ACCOUNT_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ledger/record.h"

namespace skontro::ledger {

// An account at some sequence.
struct AccountState {
  Amount balance;
  uint64_t posting_count = 0;
};

// One posting as its account sees it.
struct AccountPosting {
  Sequence sequence{};
  uint32_t leg = 0;  // Rank within the record, from 0.
  Amount amount;
  Amount balance_after;
  uint64_t posting_count = 0;  // Of the account, this one included.
  EntryKind kind = EntryKind::kTrade;
  TradeNumber trade{};
  AccountId counterparty{};
  CivilDate booking_date;
  CivilDate value_date;
  int64_t time_us = 0;
};

std::string AccountKey(AccountId account);
std::string AccountEntryKey(AccountId account, Sequence sequence, uint32_t leg);
std::string BookingDayKey(CivilDate date);

std::string EncodeAccount(const AccountState& state);
std::string EncodeAccountEntry(const Record& record, const Entry& entry,
                               const Posting& posting, uint64_t posting_count);

// Return DATA_LOSS for what is no such row.
absl::StatusOr<AccountState> DecodeAccount(std::string_view value);
absl::StatusOr<AccountPosting> DecodeAccountEntry(std::string_view key,
                                                  std::string_view value);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_ACCOUNT_CODEC_H_
