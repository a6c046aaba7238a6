#include "bench/load/partners.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace skontro::bench {
namespace {

std::vector<int> Draws(const Partners& partners, size_t members, int draws) {
  std::mt19937_64 random(7);
  std::vector<int> count(members + 1);
  for (int i = 0; i < draws; ++i) ++count.at(partners.Draw(&random));
  return count;
}

TEST(PartnersTest, UniformPartnersAreAllAlike) {
  const auto partners = Partners::Parse("uniform", 10);
  ASSERT_TRUE(partners.ok()) << partners.status();
  const std::vector<int> count = Draws(*partners, 10, 100'000);
  EXPECT_EQ(count[0], 0);
  for (size_t i = 1; i <= 10; ++i) EXPECT_NEAR(count[i], 10'000, 500) << i;
}

TEST(PartnersTest, TheMemberOnRankTwoHasItsShareOfZipfsLaw) {
  for (const double exponent : {0.5, 0.99, 2.0}) {
    const auto partners =
        Partners::Parse("zipf:" + std::to_string(exponent), 1'000);
    ASSERT_TRUE(partners.ok()) << partners.status();
    const std::vector<int> count = Draws(*partners, 1'000, 400'000);
    double sum = 0;
    for (int rank = 1; rank <= 1'000; ++rank) sum += std::pow(rank, -exponent);
    for (const size_t rank : {1u, 2u, 10u}) {
      const double wanted =
          400'000 * std::pow(static_cast<double>(rank), -exponent) / sum;
      EXPECT_NEAR(count[rank], wanted, 5 * std::sqrt(wanted))
          << exponent << " rank " << rank;
    }
  }
}

TEST(PartnersTest, NobodyTradesWithItself) {
  const auto partners = Partners::Parse("zipf:5", 2);
  ASSERT_TRUE(partners.ok());
  std::mt19937_64 random(1);
  for (int i = 0; i < 1'000; ++i) {
    const auto [one, two] = partners->DrawPair(&random);
    EXPECT_EQ(one + two, 3u);
  }
}

TEST(PartnersTest, WhatMakesNoSenseIsRefused) {
  for (const char* text : {"", "Zipf", "zipf:", "zipf:0", "zipf:-1", "zipf:6",
                           "zipf:nan", "zipf:inf", "uniform "}) {
    EXPECT_FALSE(Partners::Parse(text, 10).ok()) << text;
  }
  EXPECT_FALSE(Partners::Parse("uniform", 1).ok());
  EXPECT_FALSE(Partners::Parse("uniform", 10'000'001).ok());
}

}  // namespace
}  // namespace skontro::bench
