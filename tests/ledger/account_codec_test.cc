#include "ledger/account_codec.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "skontro/storage/v1/row.pb.h"
#include "tests/ledger/scribe.h"

namespace skontro::ledger {
namespace {

using std::string_literals::operator""s;

// Any number, small ones and neighbours of others among them.
uint64_t AnyNumber(Random* random) {
  return (*random)() >> (Below(random, 64)) << (Below(random, 2) * 8);
}

TEST(AccountCodecTest, KeysAreAsThePageSays) {
  EXPECT_EQ(AccountKey(AccountId{258}), "\0\0\0\0\0\0\1\2"s);
  EXPECT_EQ(AccountEntryKey(AccountId{258}, Sequence{3}, 4),
            "\0\0\0\0\0\0\1\2\0\0\0\0\0\0\0\3\0\0\0\4"s);
  EXPECT_EQ(BookingDayKey(CivilDate::FromDays(1)), "\x80\0\0\1"s);
  EXPECT_EQ(BookingDayKey(CivilDate::FromDays(-1)), "\x7f\xff\xff\xff"s);
}

TEST(AccountCodecTest, KeysSortAsAccountSequenceAndLegDo) {
  Random random(7);
  for (int i = 0; i < 10'000; ++i) {
    const auto any = [&] {
      return std::tuple(AccountId{AnyNumber(&random)},
                        Sequence{AnyNumber(&random)},
                        static_cast<uint32_t>(AnyNumber(&random)));
    };
    auto a = any();
    auto b = any();
    if (Below(&random, 2) == 0) std::get<0>(b) = std::get<0>(a);
    if (Below(&random, 2) == 0) std::get<1>(b) = std::get<1>(a);
    ASSERT_EQ(a < b,
              std::apply(AccountEntryKey, a) < std::apply(AccountEntryKey, b));
  }
}

TEST(AccountCodecTest, AnAccountIsReadBack) {
  for (int64_t balance : {INT64_MIN, int64_t{-1}, int64_t{0}, INT64_MAX}) {
    const AccountState state =
        DecodeAccount(
            EncodeAccount({Amount::FromMinorUnits(balance), UINT64_MAX}))
            .value();
    EXPECT_EQ(state.balance.minor_units(), balance);
    EXPECT_EQ(state.posting_count, UINT64_MAX);
  }
}

TEST(AccountCodecTest, APostingIsReadBackAsItsAccountSeesIt) {
  Scribe scribe;
  Record record = scribe.Transfer(kBaker, kPrinter, 12'345);
  Entry& entry = record.entries[0];
  entry.kind = EntryKind::kReversal;
  entry.value_date = CivilDate::FromDays(-5);
  const std::string value =
      EncodeAccountEntry(record, entry, entry.postings[0], 17);
  const AccountPosting posting =
      DecodeAccountEntry(AccountEntryKey(kBaker, Sequence{9}, 3), value)
          .value();
  EXPECT_EQ(posting.sequence, Sequence{9});
  EXPECT_EQ(posting.leg, 3U);
  EXPECT_EQ(posting.amount.minor_units(), -12'345);
  EXPECT_EQ(posting.balance_after.minor_units(), -12'345);
  EXPECT_EQ(posting.posting_count, 17U);
  EXPECT_EQ(posting.kind, EntryKind::kReversal);
  EXPECT_EQ(posting.trade, entry.trade);
  EXPECT_EQ(posting.counterparty, kPrinter);
  EXPECT_EQ(posting.booking_date, record.booking_date);
  EXPECT_EQ(posting.value_date, entry.value_date);
  EXPECT_EQ(posting.time_us, record.time_us);

  // The row is a message of row.proto, for readers that are not ours.
  storage::v1::AccountEntryRow row;
  ASSERT_TRUE(row.ParseFromString(value));
  EXPECT_EQ(row.minor_units(), -12'345);
  EXPECT_EQ(row.counterparty(), 2U);
}

TEST(AccountCodecTest, RowsAreWrittenAsTheGeneratedClassesWriteThem) {
  for (const int64_t number :
       {INT64_MIN, int64_t{-64}, int64_t{0}, int64_t{1}, INT64_MAX}) {
    const std::string account = EncodeAccount(
        {Amount::FromMinorUnits(number), static_cast<uint64_t>(number)});
    storage::v1::AccountRow account_row;
    ASSERT_TRUE(account_row.ParseFromString(account));
    EXPECT_EQ(account_row.SerializeAsString(), account);
    EXPECT_EQ(account_row.balance(), number);

    Scribe scribe;
    Record record = scribe.Transfer(kBaker, kPrinter, 1);
    record.time_us = number;
    record.booking_date = CivilDate::FromDays(static_cast<int32_t>(number));
    Entry& entry = record.entries[0];
    entry.value_date = record.booking_date;
    entry.trade = TradeNumber{static_cast<uint64_t>(number)};
    entry.postings[0].balance_after = Amount::FromMinorUnits(number);
    const std::string posting = EncodeAccountEntry(
        record, entry, entry.postings[0], static_cast<uint64_t>(number));
    storage::v1::AccountEntryRow row;
    ASSERT_TRUE(row.ParseFromString(posting));
    EXPECT_EQ(row.SerializeAsString(), posting);
    EXPECT_EQ(row.balance_after(), number);
    EXPECT_EQ(row.posting_count(), static_cast<uint64_t>(number));
    EXPECT_EQ(row.trade(), static_cast<uint64_t>(number));
    EXPECT_EQ(row.time_us(), number);
    EXPECT_EQ(row.value_day(), static_cast<int32_t>(number));
  }
}

TEST(AccountCodecTest, TheCounterpartyIsTheFirstOtherAccount) {
  Scribe scribe;
  Record record = scribe.Transfer(kBaker, kPrinter, 100);
  Entry& entry = record.entries[0];
  const auto counterparty = [&](const Posting& posting) {
    return DecodeAccountEntry(AccountEntryKey(posting.account, Sequence{1}, 0),
                              EncodeAccountEntry(record, entry, posting, 1))
        ->counterparty;
  };
  entry.postings.push_back({kMason, Amount(), Amount()});
  EXPECT_EQ(counterparty(entry.postings[0]), kPrinter);
  EXPECT_EQ(counterparty(entry.postings[1]), kBaker);
  EXPECT_EQ(counterparty(entry.postings[2]), kBaker);
  entry.postings[1].account = kBaker;
  EXPECT_EQ(counterparty(entry.postings[0]), kMason);
  entry.postings[2].account = kBaker;
  EXPECT_EQ(counterparty(entry.postings[0]), kBaker) << "moved to oneself";
}

TEST(AccountCodecTest, WhatIsNoRowIsDamage) {
  const auto kDataLoss = absl::StatusCode::kDataLoss;
  EXPECT_EQ(DecodeAccount("\xff").status().code(), kDataLoss);
  const std::string key = AccountEntryKey(kBaker, Sequence{1}, 0);
  EXPECT_TRUE(DecodeAccountEntry(key, "").ok());
  EXPECT_EQ(DecodeAccountEntry(key, "\xff").status().code(), kDataLoss);
  EXPECT_EQ(DecodeAccountEntry(key + "x", "").status().code(), kDataLoss);
  EXPECT_EQ(DecodeAccountEntry(key.substr(1), "").status().code(), kDataLoss);
  EXPECT_EQ(DecodeAccountEntry("", "").status().code(), kDataLoss);
}

}  // namespace
}  // namespace skontro::ledger
