#include "ledger/amount.h"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <optional>
#include <random>

namespace skontro::ledger {
namespace {

using boost::multiprecision::cpp_int;

constexpr int64_t kMax = INT64_MAX;
constexpr int64_t kMin = INT64_MIN;

Amount Of(int64_t minor_units) { return Amount::FromMinorUnits(minor_units); }

// What exact arithmetic says.
std::optional<Amount> Exactly(const cpp_int& value) {
  if (value < kMin || value > kMax) return std::nullopt;
  return Of(static_cast<int64_t>(value));
}

TEST(AmountTest, NoAmountIsZero) {
  EXPECT_EQ(Amount().minor_units(), 0);
  EXPECT_EQ(Amount(), Of(0));
}

TEST(AmountTest, AmountsCompareAsNumbers) {
  EXPECT_LT(Of(kMin), Of(-1));
  EXPECT_LT(Of(-1), Of(0));
  EXPECT_LT(Of(1), Of(kMax));
}

TEST(AmountTest, ASumThatDoesNotFitIsNone) {
  EXPECT_EQ(Add(Of(kMax), Of(0)), Of(kMax));
  EXPECT_EQ(Add(Of(kMax), Of(1)), std::nullopt);
  EXPECT_EQ(Add(Of(kMin), Of(0)), Of(kMin));
  EXPECT_EQ(Add(Of(kMin), Of(-1)), std::nullopt);
  EXPECT_EQ(Add(Of(kMin), Of(kMax)), Of(-1));
  EXPECT_EQ(Add(Of(kMin), Of(kMin)), std::nullopt);
}

TEST(AmountTest, ADifferenceThatDoesNotFitIsNone) {
  EXPECT_EQ(Subtract(Of(kMin), Of(1)), std::nullopt);
  EXPECT_EQ(Subtract(Of(kMax), Of(-1)), std::nullopt);
  EXPECT_EQ(Subtract(Of(0), Of(kMin)), std::nullopt);
  EXPECT_EQ(Subtract(Of(-1), Of(kMin)), Of(kMax));
  EXPECT_EQ(Subtract(Of(kMin), Of(kMin)), Of(0));
}

TEST(AmountTest, TheSmallestAmountHasNoOpposite) {
  EXPECT_EQ(Negate(Of(kMin)), std::nullopt);
  EXPECT_EQ(Negate(Of(kMin + 1)), Of(kMax));
  EXPECT_EQ(Negate(Of(0)), Of(0));
}

TEST(AmountTest, ArithmeticIsExactOrNone) {
  std::mt19937_64 random(20'260'101);
  int none = 0;
  for (int i = 0; i < 20'000; ++i) {
    // Of every magnitude, so that both outcomes are met.
    const auto a = static_cast<int64_t>(random()) >> (random() % 64);
    const auto b = static_cast<int64_t>(random()) >> (random() % 64);
    ASSERT_EQ(Add(Of(a), Of(b)), Exactly(cpp_int(a) + b)) << a << " " << b;
    ASSERT_EQ(Subtract(Of(a), Of(b)), Exactly(cpp_int(a) - b)) << a << " " << b;
    ASSERT_EQ(Negate(Of(a)), Exactly(-cpp_int(a))) << a;
    if (!Add(Of(a), Of(b)).has_value()) ++none;
  }
  EXPECT_GT(none, 0);
}

}  // namespace
}  // namespace skontro::ledger
