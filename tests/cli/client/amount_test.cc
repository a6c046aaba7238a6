#include "cli/client/amount.h"

#include <gtest/gtest.h>

namespace skontro::client {
namespace {

TEST(AmountTest, ADecimalIsExactlyItsMinorUnits) {
  EXPECT_EQ(*ParseAmount("720.00", 2), 72'000);
  EXPECT_EQ(*ParseAmount("-0.05", 2), -5);
  EXPECT_EQ(*ParseAmount("7.500", 2), 750);
  EXPECT_EQ(FormatAmount(72'000, 2), "720.00");
  EXPECT_EQ(FormatAmount(-5, 2), "-0.05");
  EXPECT_EQ(FormatAmount(90, 0), "90");
}

TEST(AmountTest, WhatIsNoAmountIsRefused) {
  for (const char* text :
       {"", "1,50", "1e3", "+1", " 1", "0x1", "1.005", "."}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseAmount(text, 2).status())) << text;
  }
  EXPECT_TRUE(ParseAmount("10000000000000.00", 2).ok());
  for (const char* text :
       {"10000000000000.01", "-10000000000000.01", "99999999999999999999"}) {
    EXPECT_TRUE(absl::IsOutOfRange(ParseAmount(text, 2).status())) << text;
  }
}

}  // namespace
}  // namespace skontro::client
