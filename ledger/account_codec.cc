#include "ledger/account_codec.h"

#include "ledger/big_endian.h"
#include "ledger/wire_writer.h"
#include "skontro/storage/v1/row.pb.h"

namespace skontro::ledger {
namespace {

namespace pb = storage::v1;

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

// By hand, and byte for byte what the generated classes write: a trade has up
// to four of these rows.
std::string EncodeAccount(const AccountState& state) {
  thread_local WireWriter out;
  out.Clear();
  out.ZigZag(pb::AccountRow::kBalanceFieldNumber, state.balance.minor_units());
  out.Unsigned(pb::AccountRow::kPostingCountFieldNumber, state.posting_count);
  return std::string(out.bytes());
}

std::string EncodeAccountEntry(const Record& record, const Entry& entry,
                               const Posting& posting, uint64_t posting_count) {
  using Row = pb::AccountEntryRow;
  thread_local WireWriter out;
  out.Clear();
  out.ZigZag(Row::kMinorUnitsFieldNumber, posting.amount.minor_units());
  out.ZigZag(Row::kBalanceAfterFieldNumber,
             posting.balance_after.minor_units());
  out.Unsigned(Row::kPostingCountFieldNumber, posting_count);
  out.Unsigned(Row::kKindFieldNumber, static_cast<uint32_t>(entry.kind));
  out.Unsigned(Row::kTradeFieldNumber, static_cast<uint64_t>(entry.trade));
  out.Unsigned(Row::kCounterpartyFieldNumber,
               static_cast<uint64_t>(CounterpartyOf(entry, posting)));
  out.ZigZag(Row::kBookingDayFieldNumber, record.booking_date.days());
  out.ZigZag(Row::kValueDayFieldNumber, entry.value_date.days());
  out.Signed(Row::kTimeUsFieldNumber, record.time_us);
  return std::string(out.bytes());
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
