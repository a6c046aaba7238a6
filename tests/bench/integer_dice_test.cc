// Dice for graphs of debts: the right distributions, and the same on every
// machine.

#include "bench/integer_dice.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace skontro::bench {
namespace {

constexpr int kThrows = 100'000;

TEST(IntegerDiceTest, PowersOfTwoAreExactToTheirLastBits) {
  const PowerOfTwo power;
  EXPECT_EQ(power(0), kOne);
  EXPECT_EQ(power(kOne), 2 * kOne);
  EXPECT_EQ(power(-kOne), kOne / 2);
  EXPECT_EQ(power(-17 * kOne), 0);
  EXPECT_EQ(power(-100 * kOne), 0);
  EXPECT_EQ(power(45 * kOne), kOne << 45);
  EXPECT_EQ(power(46 * kOne), int64_t{1} << 62);
  EXPECT_EQ(power(1'000 * kOne), int64_t{1} << 62);
  for (int64_t exponent = -kOne; exponent < 30 * kOne; exponent += 4'321) {
    const double expected =
        std::exp2(static_cast<double>(exponent) / kOne) * kOne;
    EXPECT_NEAR(static_cast<double>(power(exponent)), expected,
                1 + expected * 1e-9);
  }
}

TEST(IntegerDiceTest, TheSameSeedThrowsTheSameOnEveryMachine) {
  // The first numbers of splitmix64 from 1234567, as its author published them.
  IntegerDice dice(1'234'567);
  EXPECT_EQ(dice.Next(), 6'457'827'717'110'365'317U);
  EXPECT_EQ(dice.Next(), 3'203'168'211'198'807'973U);
}

TEST(IntegerDiceTest, ThrowsBelowABoundReachAllOfIt) {
  IntegerDice dice(1);
  std::vector<int> counts(6);
  for (int i = 0; i < kThrows; ++i) ++counts[dice.Below(6)];
  for (const int count : counts) EXPECT_NEAR(count, kThrows / 6.0, 500);
}

TEST(IntegerDiceTest, NormalNumbersHaveTheirMeanAndDeviation) {
  IntegerDice dice(1);
  double sum = 0;
  double squares = 0;
  int beyond_two = 0;
  for (int i = 0; i < kThrows; ++i) {
    const double each = static_cast<double>(dice.Normal()) / kOne;
    sum += each;
    squares += each * each;
    if (std::abs(each) > 2) ++beyond_two;
  }
  EXPECT_NEAR(sum / kThrows, 0, 0.02);
  EXPECT_NEAR(squares / kThrows, 1, 0.02);
  EXPECT_NEAR(beyond_two, 0.0455 * kThrows, 300);
}

TEST(IntegerDiceTest, AParetoNumberIsAboveXWithTheProbabilityOfItsPower) {
  IntegerDice dice(1);
  int above_4 = 0;
  int above_100 = 0;
  for (int i = 0; i < kThrows; ++i) {
    const int64_t each = dice.Pareto(3, 2);
    EXPECT_GE(each, kOne);
    if (each > 4 * kOne) ++above_4;
    if (each > 100 * kOne) ++above_100;
  }
  EXPECT_NEAR(above_4, kThrows / 8.0, 500);
  EXPECT_NEAR(above_100, kThrows / 1'000.0, 40);
}

TEST(IntegerDiceTest, HalfOfTheLogNormalNumbersAreBelowTheirMedian) {
  IntegerDice dice(1);
  int below = 0;
  for (int i = 0; i < kThrows; ++i) {
    if (dice.LogNormal(10 * kOne, 2 * kOne) < 1'024 * kOne) ++below;
  }
  EXPECT_NEAR(below, kThrows / 2.0, 600);
}

}  // namespace
}  // namespace skontro::bench
