#include "bench/load/memory_trend.h"

#include <gtest/gtest.h>

namespace skontro::bench {
namespace {

constexpr double kMegabyte = 1e6;

TEST(MemoryTrendTest, SaysNothingOfNothing) {
  EXPECT_FALSE(MemoryTrend().Judge().flat);
  EXPECT_EQ(MemoryTrend().Judge().samples, 0);
}

TEST(MemoryTrendTest, FewerThanTenSamplesAreNotCalledFlat) {
  MemoryTrend trend;
  for (int i = 0; i < 18; ++i) trend.Add(i, 100 * kMegabyte);
  EXPECT_FALSE(trend.Judge().flat);
  for (int i = 18; i < 20; ++i) trend.Add(i, 100 * kMegabyte);
  EXPECT_TRUE(trend.Judge().flat);
}

TEST(MemoryTrendTest, CachesThatFillInTheFirstHalfDoNotCount) {
  MemoryTrend trend;
  for (int i = 0; i < 1'800; ++i) trend.Add(i, (100 + i / 20.0) * kMegabyte);
  for (int i = 1'800; i < 3'600; ++i) trend.Add(i, 190 * kMegabyte);
  const MemoryTrend::Verdict verdict = trend.Judge();
  EXPECT_TRUE(verdict.flat);
  EXPECT_DOUBLE_EQ(verdict.first_bytes, 100 * kMegabyte);
  EXPECT_DOUBLE_EQ(verdict.bytes_per_hour, 0);
}

TEST(MemoryTrendTest, ALeakOfTenPercentAnHourIsNotFlat) {
  MemoryTrend trend;
  for (int i = 0; i < 3'600; ++i) {
    trend.Add(i, (200 + i * 20.0 / 3'600) * kMegabyte);
  }
  const MemoryTrend::Verdict verdict = trend.Judge();
  EXPECT_FALSE(verdict.flat);
  EXPECT_NEAR(verdict.bytes_per_hour, 20 * kMegabyte, kMegabyte / 100);
}

TEST(MemoryTrendTest, PeaksOfFlushesDoNotMoveTheSlope) {
  MemoryTrend trend;
  for (int i = 0; i < 3'600; ++i) {
    trend.Add(i, (i % 50 == 49 ? 260 : 200) * kMegabyte);
  }
  EXPECT_TRUE(trend.Judge().flat);
  EXPECT_DOUBLE_EQ(trend.Judge().max_bytes, 260 * kMegabyte);
}

}  // namespace
}  // namespace skontro::bench
