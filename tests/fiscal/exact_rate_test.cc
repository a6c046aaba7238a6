#include "fiscal/exact_rate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <random>

namespace skontro::fiscal {
namespace {

TEST(ExactRateTest, ARateIsWrittenForWholeUnits) {
  EXPECT_EQ(FormatRate({1, 1, 1}, 2, 2), "1");
  EXPECT_EQ(FormatRate({4, 5, 1}, 2, 2), "0.8");
  EXPECT_EQ(FormatRate({1, 1, 1}, 0, 2), "0.01");
  EXPECT_EQ(FormatRate({100, 1, 1}, 0, 2), "1");
  EXPECT_EQ(FormatRate({125, 2, 1}, 2, 2), "62.5");
  EXPECT_EQ(FormatRate({10, 1, 1}, 2, 2), "10");
}

TEST(ExactRateTest, ADecimalWithoutEndIsWrittenAsAFraction) {
  EXPECT_EQ(FormatRate({2, 3, 1}, 2, 2), "2/3");
  EXPECT_EQ(FormatRate({4, 6, 1}, 2, 2), "2/3");
  EXPECT_EQ(FormatRate({1, INT64_MAX, 1}, 0, 4), "1/92233720368547758070000");
}

TEST(ExactRateTest, WhatIsWrittenIsTheRateExactly) {
  using boost::multiprecision::cpp_int;
  std::mt19937_64 random(1'936);
  int fractions = 0;
  for (int i = 0; i < 5'000; ++i) {
    const auto numerator = static_cast<int64_t>(1 + random() % 1'000'000);
    int64_t denominator = 1;
    for (size_t k = random() % 12; k > 0; --k) {
      denominator *=
          std::array<int64_t, 3>{2, 5, 3}[random() % (i % 2 == 0 ? 2 : 3)];
    }
    std::string text = FormatRate({numerator, denominator, 1}, 2, 2);
    cpp_int below = 1;
    if (const size_t slash = text.find('/'); slash != std::string::npos) {
      below = cpp_int(text.substr(slash + 1));
      text.resize(slash);
      ++fractions;
    } else if (const size_t point = text.find('.');
               point != std::string::npos) {
      for (size_t k = point + 1; k < text.size(); ++k) below *= 10;
      text.erase(point, 1);
      text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
    }
    ASSERT_EQ(cpp_int(text) * denominator, numerator * below) << text;
  }
  EXPECT_GT(fractions, 100);
}

}  // namespace
}  // namespace skontro::fiscal
