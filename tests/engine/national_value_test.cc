#include "engine/national_value.h"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <numeric>
#include <random>

#include "ledger/base/limits.h"

namespace skontro::engine {
namespace {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;

// The number rounded, found by trying its neighbours rather than by moving it:
// the nearest integer, and of two as near the one further from zero.
cpp_int Nearest(const cpp_rational& value) {
  const cpp_int whole = numerator(value) / denominator(value);
  cpp_int best = whole;
  for (const cpp_int& other : {cpp_int(whole - 1), cpp_int(whole + 1)}) {
    const cpp_rational old_way = abs(cpp_rational(value - best));
    const cpp_rational new_way = abs(cpp_rational(value - other));
    if (new_way < old_way || (new_way == old_way && abs(other) > abs(best))) {
      best = other;
    }
  }
  return best;
}

cpp_int Ten(int exponent) { return pow(cpp_int(10), unsigned(exponent)); }

std::optional<int64_t> Value(int64_t units, const Rate& rate) {
  return NationalValue(Amount::FromMinorUnits(units), rate);
}

TEST(ParityTest, OneUnitIsWorthOneOfTheCurrencyWhateverTheDecimals) {
  for (int unit = 0; unit <= 4; ++unit) {
    for (int peg = 0; peg <= 4; ++peg) {
      const Rate rate = ParityOf(unit, peg);
      SCOPED_TRACE(testing::Message() << unit << " and " << peg);
      EXPECT_EQ(cpp_rational(rate.numerator, rate.denominator),
                cpp_rational(Ten(peg), Ten(unit)));
      EXPECT_EQ(std::gcd(rate.numerator, rate.denominator), 1);
      EXPECT_EQ(rate.version, 1);
      // One whole unit, in minor units of both.
      EXPECT_EQ(Value(Ten(unit).convert_to<int64_t>(), rate),
                Ten(peg).convert_to<int64_t>());
    }
  }
}

TEST(ParityTest, DecimalsFromZeroToNineAreKnown) {
  EXPECT_EQ(ParityOf(9, 0), (Rate{1, 1'000'000'000, 1}));
  EXPECT_EQ(ParityOf(0, 9), (Rate{1'000'000'000, 1, 1}));
  EXPECT_EQ(ParityOf(9, 9), (Rate{1, 1, 1}));
}

TEST(ParityDeathTest, OtherDecimalsStopTheProcess) {
  EXPECT_DEATH(ParityOf(10, 0), "broken invariant");
  EXPECT_DEATH(ParityOf(0, -1), "broken invariant");
}

TEST(NationalValueTest, HalvesAreRoundedAwayFromZero) {
  const Rate tenth{1, 10, 1};
  const struct {
    int64_t units;
    int64_t value;
  } kCases[] = {{0, 0},   {1, 0},    {4, 0},    {5, 1},   {6, 1},  {9, 1},
                {10, 1},  {14, 1},   {15, 2},   {25, 3},  {-4, 0}, {-5, -1},
                {-6, -1}, {-15, -2}, {-14, -1}, {-10, -1}};
  for (const auto& c : kCases) {
    EXPECT_EQ(Value(c.units, tenth), c.value) << c.units;
  }
  EXPECT_EQ(Value(1, {1, 2, 1}), 1);
  EXPECT_EQ(Value(1, {1, 3, 1}), 0);
  EXPECT_EQ(Value(2, {1, 3, 1}), 1);
}

TEST(NationalValueTest, AgreesWithExactFractions) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 5'000; ++i) {
    // All sizes, from one digit to fifteen.
    const int64_t units =
        static_cast<int64_t>(random() >> (random() % 50 + 14)) % kAmountMax;
    const Rate rate{static_cast<int64_t>(random() >> (random() % 62 + 1)) + 1,
                    static_cast<int64_t>(random() >> (random() % 62 + 1)) + 1,
                    1};
    const cpp_int exact = Nearest(
        cpp_rational(cpp_int(units) * rate.numerator, rate.denominator));
    SCOPED_TRACE(testing::Message() << units << " at " << rate.numerator << "/"
                                    << rate.denominator);
    const std::optional<int64_t> value = Value(units, rate);
    ASSERT_EQ(value.has_value(), exact <= kAmountMax);
    if (value.has_value()) {
      EXPECT_EQ(cpp_int(*value), exact);
    }
  }
}

TEST(NationalValueTest, TheLargestAmountIsTheLimit) {
  EXPECT_EQ(Value(kAmountMax, {1, 1, 1}), kAmountMax);
  EXPECT_EQ(Value(kAmountMax / 10, {10, 1, 1}), kAmountMax);
  EXPECT_EQ(Value(kAmountMax / 10 + 1, {10, 1, 1}), std::nullopt);
  EXPECT_EQ(Value(kAmountMax, {10'000, 1, 1}), std::nullopt);
  EXPECT_EQ(Value(-kAmountMax / 10 - 1, {10, 1, 1}), std::nullopt);
  // Half a minor unit past it is rounded past it.
  EXPECT_EQ(Value(2 * kAmountMax, {1, 2, 1}), kAmountMax);
  EXPECT_EQ(Value(2 * kAmountMax + 1, {1, 2, 1}), std::nullopt);
}

TEST(NationalValueTest, AtParityTheLimitIsTheSame) {
  EXPECT_EQ(Value(kAmountMax + 1, {1, 1, 1}), std::nullopt);
  EXPECT_EQ(Value(-kAmountMax - 1, {3, 3, 1}), std::nullopt);
  EXPECT_EQ(Value(INT64_MAX, {1, 1, 1}), std::nullopt);
}

TEST(IsTaxOfTest, TheRoundedTaxIsTheTax) {
  EXPECT_TRUE(IsTaxOf(20'00, 100'00, 200'000, 2));
  EXPECT_TRUE(IsTaxOf(0, 100'00, 0, 2));
  EXPECT_TRUE(IsTaxOf(-20'00, -100'00, 200'000, 2));
  EXPECT_TRUE(IsTaxOf(5'50, 100'00, 55'000, 2));
}

TEST(IsTaxOfTest, LessThanOneCurrencyUnitAwayIsAllowedAndOneIsNot) {
  for (int decimals = 0; decimals <= 4; ++decimals) {
    const int64_t one = Ten(decimals).convert_to<int64_t>();
    for (const int64_t base : {int64_t{0}, 100 * one, -100 * one, 333 * one}) {
      const int64_t exact =
          Nearest(cpp_rational(base, 5)).convert_to<int64_t>();
      SCOPED_TRACE(testing::Message() << base << " with " << decimals);
      EXPECT_TRUE(IsTaxOf(exact + one - 1, base, 200'000, decimals));
      EXPECT_TRUE(IsTaxOf(exact - one + 1, base, 200'000, decimals));
      EXPECT_FALSE(IsTaxOf(exact + one, base, 200'000, decimals));
      EXPECT_FALSE(IsTaxOf(exact - one, base, 200'000, decimals));
    }
  }
}

TEST(IsTaxOfTest, ItIsMeasuredFromTheRoundedTax) {
  // 5.5 % of 0.10 is 0.0055, rounded 0.01.
  EXPECT_TRUE(IsTaxOf(1 + 99, 10, 55'000, 2));
  EXPECT_FALSE(IsTaxOf(1 + 100, 10, 55'000, 2));
  EXPECT_FALSE(IsTaxOf(1 - 100, 10, 55'000, 2));
}

TEST(IsTaxOfTest, AgreesWithExactFractions) {
  std::mt19937_64 random(8);
  int near = 0;
  for (int i = 0; i < 5'000; ++i) {
    const auto base = static_cast<int64_t>(random()) >> (random() % 63);
    const auto rate_ppm = static_cast<int64_t>(random() % 1'000'001);
    const cpp_int exact =
        Nearest(cpp_rational(cpp_int(base) * rate_ppm, 1'000'000));
    // Both sides of the limit, either way.
    const cpp_int tax =
        exact + static_cast<int64_t>(random() % 5) - 2 +
        (random() % 3 == 0 ? 0 : (random() % 2 == 0 ? 100 : -100));
    if (tax > INT64_MAX || tax < INT64_MIN) continue;
    const bool is_near = abs(cpp_int(tax - exact)) < 100;
    near += is_near ? 1 : 0;
    ASSERT_EQ(IsTaxOf(tax.convert_to<int64_t>(), base, rate_ppm, 2), is_near)
        << tax << " of " << base << " at " << rate_ppm;
  }
  EXPECT_GT(near, 1'000);
  EXPECT_LT(near, 4'000);
}

TEST(IsTaxOfTest, TheLargestNumbersDoNotOverflow) {
  EXPECT_FALSE(IsTaxOf(INT64_MIN, INT64_MIN, INT64_MIN, 0));
  EXPECT_FALSE(IsTaxOf(INT64_MAX, INT64_MIN, INT64_MAX, 0));
  EXPECT_TRUE(IsTaxOf(kAmountMax, kAmountMax, 1'000'000, 2));
  EXPECT_TRUE(IsTaxOf(-kAmountMax, -kAmountMax, 1'000'000, 2));
  EXPECT_FALSE(IsTaxOf(INT64_MAX, kAmountMax, 1'000'000, 2));
  EXPECT_FALSE(IsTaxOf(INT64_MIN, kAmountMax, 1'000'000, 2));
  EXPECT_FALSE(IsTaxOf(INT64_MIN, INT64_MIN, 999'999, 4));
}

}  // namespace
}  // namespace skontro::engine
