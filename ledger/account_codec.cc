#include "ledger/account_codec.h"

#include "ledger/big_endian.h"
#include "skontro/storage/v1/row.pb.h"

namespace skontro::ledger {
namespace {

constexpr size_t kEntryKeyLength = 8 + 8 + 4;

// The account on the other side: the first one that is not `posting`'s.
AccountId CounterpartyOf(const Entry& entry, const Posting& posting) {
  for (const Posting& other : entry.postings) {
    if (other.account != posting.account) return other.account;
  }
  return posting.account;
}

}  // namespace

std::string AccountKey(AccountId account) {
  std::string key;
  AppendBigEndian(&key, static_cast<uint64_t>(account));
  return key;
}

std::string AccountEntryKey(AccountId account, Sequence sequence,
                            uint32_t leg) {
  std::string key;
  AppendBigEndian(&key, static_cast<uint64_t>(account));
  AppendBigEndian(&key, static_cast<uint64_t>(sequence));
  AppendBigEndian(&key, leg);
  return key;
}

std::string BookingDayKey(CivilDate date) {
  std::string key;
  AppendOrdered(&key, date.days());
  return key;
}

std::string EncodeAccount(const AccountState& state) {
  thread_local storage::v1::AccountRow row;
  row.Clear();
  row.set_balance(state.balance.minor_units());
  row.set_posting_count(state.posting_count);
  return row.SerializeAsString();
}

std::string EncodeAccountEntry(const Record& record, const Entry& entry,
                               const Posting& posting, uint64_t posting_count) {
  thread_local storage::v1::AccountEntryRow row;
  row.Clear();
  row.set_minor_units(posting.amount.minor_units());
  row.set_balance_after(posting.balance_after.minor_units());
  row.set_posting_count(posting_count);
  row.set_kind(static_cast<uint32_t>(entry.kind));
  row.set_trade(static_cast<uint64_t>(entry.trade));
  row.set_counterparty(static_cast<uint64_t>(CounterpartyOf(entry, posting)));
  row.set_booking_day(record.booking_date.days());
  row.set_value_day(entry.value_date.days());
  row.set_time_us(record.time_us);
  return row.SerializeAsString();
}

absl::StatusOr<AccountState> DecodeAccount(std::string_view value) {
  storage::v1::AccountRow row;
  if (!row.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return absl::DataLossError("a row of an account cannot be read");
  }
  return AccountState{Amount::FromMinorUnits(row.balance()),
                      row.posting_count()};
}

absl::StatusOr<AccountPosting> DecodeAccountEntry(std::string_view key,
                                                  std::string_view value) {
  storage::v1::AccountEntryRow row;
  if (key.size() != kEntryKeyLength ||
      !row.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return absl::DataLossError("a row of a posting cannot be read");
  }
  AccountPosting posting;
  posting.sequence = Sequence{ReadBigEndian<uint64_t>(key.substr(8))};
  posting.leg = ReadBigEndian<uint32_t>(key.substr(16));
  posting.amount = Amount::FromMinorUnits(row.minor_units());
  posting.balance_after = Amount::FromMinorUnits(row.balance_after());
  posting.posting_count = row.posting_count();
  posting.kind = static_cast<EntryKind>(row.kind());
  posting.trade = TradeNumber{row.trade()};
  posting.counterparty = AccountId{row.counterparty()};
  posting.booking_date = CivilDate::FromDays(row.booking_day());
  posting.value_date = CivilDate::FromDays(row.value_day());
  posting.time_us = row.time_us();
  return posting;
}

}  // namespace skontro::ledger
