#include "ledger/entry.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/base/limits.h"

namespace skontro::ledger {
namespace {

constexpr auto kDay = CivilDate::FromDays(20'000);

Entry EntryOf(const std::vector<int64_t>& amounts,
              CivilDate value_date = kDay) {
  Entry entry;
  entry.value_date = value_date;
  uint64_t account = 1;
  for (int64_t minor_units : amounts) {
    entry.postings.push_back(
        {AccountId{account++}, Amount::FromMinorUnits(minor_units), Amount()});
  }
  return entry;
}

// As many postings, half of them of the largest amount and half opposite.
std::vector<int64_t> Largest(size_t postings) {
  std::vector<int64_t> amounts(postings / 2, kAmountMax);
  amounts.resize(postings / 2 * 2, -kAmountMax);
  return amounts;
}

TEST(EntryTest, AnEntryThatBalancesIsValid) {
  EXPECT_TRUE(Validate(EntryOf({100, -100})).ok());
  EXPECT_TRUE(Validate(EntryOf({-1, 1})).ok());
  EXPECT_TRUE(Validate(EntryOf({70, 30, -95, -5})).ok());
  EXPECT_TRUE(Validate(EntryOf({kAmountMax, -kAmountMax})).ok());
  EXPECT_TRUE(Validate(EntryOf(Largest(kPostingsMax))).ok());
}

TEST(EntryTest, AnAccountMayBePostedToTwiceInAnEntry) {
  Entry entry = EntryOf({100, -60, -40});
  entry.postings[2].account = entry.postings[1].account;
  EXPECT_TRUE(Validate(entry).ok());
}

TEST(EntryTest, WhatIsNoBalancedMovementIsRefused) {
  struct Case {
    const char* what;
    Entry entry;
    absl::StatusCode code;
    const char* says;
  };
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  const auto kRange = absl::StatusCode::kOutOfRange;
  const Case kCases[] = {
      {"no posting", EntryOf({}), kInvalid, "at least two postings"},
      {"one posting", EntryOf({1}), kInvalid, "at least two postings"},
      {"one posting too many", EntryOf(Largest(kPostingsMax + 2)), kInvalid,
       "too many postings"},
      {"no value date", EntryOf({1, -1}, CivilDate()), kInvalid, "value date"},
      {"a posting of zero", EntryOf({1, 0, -1}), kInvalid, "zero"},
      {"postings of zero only", EntryOf({0, 0}), kInvalid, "zero"},
      {"one minor unit left over", EntryOf({100, -99}), kInvalid,
       "do not add up to zero"},
      {"both the same way", EntryOf({1, 1}), kInvalid, "do not add up to zero"},
      {"one minor unit past the largest amount",
       EntryOf({kAmountMax + 1, -kAmountMax - 1}), kRange, "largest amount"},
      {"the same below zero", EntryOf({-kAmountMax - 1, kAmountMax + 1}),
       kRange, "largest amount"},
      {"an amount that has no opposite", EntryOf({INT64_MIN, INT64_MIN}),
       kRange, "largest amount"},
      {"a sum that wraps around to zero", EntryOf({INT64_MAX, INT64_MAX, 2}),
       kRange, "largest amount"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    const absl::Status status = Validate(c.entry);
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_NE(std::string(status.message()).find(c.says), std::string::npos)
        << status;
  }
}

TEST(EntryTest, NoEntryCanOverflowASum) {
  static_assert(kPostingsMax < INT64_MAX / kAmountMax);
  std::vector<int64_t> amounts(kPostingsMax, kAmountMax);
  EXPECT_EQ(Validate(EntryOf(amounts)).message(),
            "the postings do not add up to zero");
}

}  // namespace
}  // namespace skontro::ledger
