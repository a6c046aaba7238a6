#include "bench/load/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace skontro::bench {
namespace {

TEST(HistogramTest, IsZeroWhereNothingWasRecorded) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.ValueAt(0.5), 0);
  EXPECT_EQ(histogram.mean(), 0);
}

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram histogram;
  for (int64_t value = 1; value <= 1'000; ++value) histogram.Record(value);
  EXPECT_EQ(histogram.ValueAt(0.5), 500);
  EXPECT_EQ(histogram.ValueAt(0.99), 990);
  EXPECT_EQ(histogram.ValueAt(0.999), 999);
  EXPECT_EQ(histogram.ValueAt(1), 1'000);
  EXPECT_EQ(histogram.max(), 1'000);
  EXPECT_DOUBLE_EQ(histogram.mean(), 500.5);
}

// Against the sorted values themselves, over nine orders of magnitude.
TEST(HistogramTest, AQuantileIsAtMostATenthOfAPercentTooHigh) {
  std::mt19937_64 random(1);
  std::vector<int64_t> values;
  Histogram histogram;
  for (int i = 0; i < 100'000; ++i) {
    const double power = std::uniform_real_distribution<double>(0, 9)(random);
    values.push_back(static_cast<int64_t>(std::pow(10, power)));
    histogram.Record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double quantile : {0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto rank = static_cast<size_t>(
        std::ceil(quantile * static_cast<double>(values.size())));
    const int64_t exact = values[rank - 1];
    EXPECT_GE(histogram.ValueAt(quantile), exact) << quantile;
    EXPECT_LE(static_cast<double>(histogram.ValueAt(quantile)),
              static_cast<double>(exact) * 1.001)
        << quantile;
  }
}

TEST(HistogramTest, ValuesBeyondAnHourKeepTheirMaximum) {
  Histogram histogram;
  const int64_t day = int64_t{86'400} * 1'000'000'000;
  histogram.Record(day);
  histogram.Record(-5);
  EXPECT_EQ(histogram.count(), 2);
  EXPECT_EQ(histogram.max(), day);
  EXPECT_EQ(histogram.ValueAt(0), 0);
}

TEST(HistogramTest, TwoAddedAreAsIfOneHadRecordedAll) {
  Histogram one;
  Histogram two;
  Histogram all;
  for (int64_t i = 1; i <= 5'000; ++i) {
    (i % 3 == 0 ? one : two).Record(i * i);
    all.Record(i * i);
  }
  one.Add(two);
  EXPECT_EQ(one.Hgrm(), all.Hgrm());
}

TEST(HistogramTest, TextIsThatOfHdrHistogram) {
  Histogram histogram;
  for (int64_t i = 1; i <= 10; ++i) histogram.Record(i * 1'000);
  EXPECT_EQ(histogram.Hgrm(),
            "       Value     Percentile TotalCount 1/(1-Percentile)\n"
            "\n"
            "       1.000 0.000000000000          1           1.00\n"
            "       1.000 0.100000000000          1           1.11\n"
            "       2.000 0.200000000000          2           1.25\n"
            "       3.001 0.300000000000          3           1.43\n"
            "       4.001 0.400000000000          4           1.67\n"
            "       5.003 0.500000000000          5           2.00\n"
            "       6.003 0.550000000000          6           2.22\n"
            "       6.003 0.600000000000          6           2.50\n"
            "       7.003 0.650000000000          7           2.86\n"
            "       7.003 0.700000000000          7           3.33\n"
            "       8.003 0.750000000000          8           4.00\n"
            "       8.003 0.775000000000          8           4.44\n"
            "       8.003 0.800000000000          8           5.00\n"
            "       9.007 0.825000000000          9           5.71\n"
            "       9.007 0.850000000000          9           6.67\n"
            "       9.007 0.875000000000          9           8.00\n"
            "       9.007 0.887500000000          9           8.89\n"
            "       9.007 0.900000000000          9          10.00\n"
            "      10.000 1.000000000000         10\n"
            "#[Mean    =        5.500, StdDeviation   =        2.872]\n"
            "#[Max     =       10.000, Total count    =           10]\n"
            "#[Buckets =           32, SubBuckets     =         2048]\n");
}

}  // namespace
}  // namespace skontro::bench
