#include "bench/load/mix.h"

#include <gtest/gtest.h>

#include <map>

namespace skontro::bench {
namespace {

TEST(MixTest, OperationsComeAsOftenAsTheirWeightsSay) {
  const absl::StatusOr<Mix> mix = Mix::Parse("settle:60,read:30,stream:10");
  ASSERT_TRUE(mix.ok()) << mix.status();
  std::mt19937_64 random(1);
  std::map<Operation, int> count;
  for (int i = 0; i < 100'000; ++i) ++count[mix->Draw(&random)];
  EXPECT_EQ(count.size(), 3u);
  EXPECT_NEAR(count[Operation::kSettle], 60'000, 1'000);
  EXPECT_NEAR(count[Operation::kRead], 30'000, 1'000);
  EXPECT_NEAR(count[Operation::kStream], 10'000, 1'000);
}

TEST(MixTest, WhatMakesNoSenseIsRefusedWithTheWordsThatDo) {
  for (const char* text :
       {"", "settle", "settle:", "settle:0", "settle:-1", "settle:1.5",
        "settle:1000001", "settle:99999999999999999999", "pay:1",
        "settle:1,settle:2", "settle:1,", ":5"}) {
    const absl::StatusOr<Mix> mix = Mix::Parse(text);
    ASSERT_FALSE(mix.ok()) << text;
    EXPECT_EQ(mix.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_NE(mix.status().message().find("such as settle:60"),
              absl::string_view::npos);
  }
}

}  // namespace
}  // namespace skontro::bench
