#include "ledger/base/check.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "ledger/base/status.h"

namespace skontro {
namespace {

TEST(CheckTest, WhatHoldsIsLookedAtOnceAndGoesOn) {
  int looked = 0;
  SKONTRO_CHECK(++looked == 1);
  SKONTRO_CHECK_AT(++looked == 2, 7);
  EXPECT_EQ(looked, 2);
}

TEST(CheckDeathTest, ABrokenInvariantStopsTheProcessAndSaysWhich) {
  EXPECT_DEATH(SKONTRO_CHECK(1 + 1 == 3),
               "check_test.cc:[0-9]+: broken invariant: 1 \\+ 1 == 3");
}

TEST(CheckDeathTest, ABrokenInvariantSaysAtWhichSequence) {
  EXPECT_DEATH(SKONTRO_CHECK_AT(false, uint64_t{4711}),
               "broken invariant at sequence 4711: false");
}

absl::Status PassOn(const absl::Status& status, int* after) {
  SKONTRO_RETURN_IF_ERROR(status);
  ++*after;
  return absl::OkStatus();
}

TEST(StatusTest, AnErrorLeavesTheFunctionAndOkGoesOn) {
  int after = 0;
  EXPECT_EQ(PassOn(absl::DataLossError("gone"), &after),
            absl::DataLossError("gone"));
  EXPECT_EQ(after, 0);
  EXPECT_TRUE(PassOn(absl::OkStatus(), &after).ok());
  EXPECT_EQ(after, 1);
}

absl::StatusOr<int> LengthOf(absl::StatusOr<std::unique_ptr<std::string>> in) {
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<std::string> text,
                           std::move(in));
  return static_cast<int>(text->size());
}

TEST(StatusTest, AValueIsMovedOutAndAnErrorIsPassedOn) {
  EXPECT_EQ(LengthOf(std::make_unique<std::string>("four")).value(), 4);
  EXPECT_EQ(LengthOf(absl::NotFoundError("no text")).status(),
            absl::NotFoundError("no text"));
}

}  // namespace
}  // namespace skontro
