// A Histogram counts durations in buckets whose width grows with the value, as
// HdrHistogram does: three significant digits from one nanosecond to an hour,
// in memory that does not grow with the number of values. Its text is what
// HdrHistogram's plotter and its kin read.
//
// Thread safety: none.

#ifndef SKONTRO_BENCH_LOAD_HISTOGRAM_H_
#define SKONTRO_BENCH_LOAD_HISTOGRAM_H_

#include <cstdint>
#include <string>
#include <vector>

namespace skontro::bench {

class Histogram {
 public:
  // Values are held to 0 and an hour; the true ones go into mean and max.
  void Record(int64_t nanoseconds);
  void Add(const Histogram& other);

  int64_t count() const { return count_; }
  int64_t max() const { return max_; }
  double mean() const;

  // The highest value of the bucket in which the share `quantile` of the values
  // is reached, but never above max(): at most 0.1 % too high. 0 where nothing
  // was recorded. REQUIRES: 0 <= quantile <= 1.
  int64_t ValueAt(double quantile) const;

  // The percentile distribution of HdrHistogram (`.hgrm`), values in
  // microseconds, five lines for each halving of what is left.
  std::string Hgrm() const;

 private:
  // Values below 2 * kHalf are counted one by one, each doubling above them in
  // kHalf buckets.
  static constexpr int kHalfBits = 10;
  static constexpr int64_t kHalf = int64_t{1} << kHalfBits;
  static constexpr int64_t kValueMax = int64_t{3'600'000'000'000};

  static size_t BucketOf(int64_t value);
  static int64_t HighestIn(size_t bucket);
  double StandardDeviation() const;

  std::vector<int64_t> counts_;  // Up to the highest bucket in use.
  int64_t count_ = 0;
  int64_t max_ = 0;
  double sum_ = 0;
  double sum_of_squares_ = 0;
};

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_HISTOGRAM_H_
