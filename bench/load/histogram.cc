#include "bench/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "absl/strings/str_format.h"
#include "ledger/base/check.h"

namespace skontro::bench {
namespace {

constexpr double kNanosecondsPerUnit = 1'000;  // Text is in microseconds.
constexpr int kTicksPerHalving = 5;
constexpr double kRounding = 1e-12;  // Sums of ticks are not exact.

}  // namespace

size_t Histogram::BucketOf(int64_t value) {
  const auto bits =
      static_cast<int>(std::bit_width(static_cast<uint64_t>(value | kHalf)));
  const int shift = bits - 1 - kHalfBits;
  return static_cast<size_t>(shift * kHalf + (value >> shift));
}

int64_t Histogram::HighestIn(size_t bucket) {
  const auto index = static_cast<int64_t>(bucket);
  const int64_t shift = std::max<int64_t>(index / kHalf - 1, 0);
  return ((index - shift * kHalf + 1) << shift) - 1;
}

void Histogram::Record(int64_t nanoseconds) {
  const int64_t value = std::clamp<int64_t>(nanoseconds, 0, kValueMax);
  const size_t bucket = BucketOf(value);
  if (bucket >= counts_.size()) counts_.resize(bucket + 1);
  ++counts_[bucket];
  ++count_;
  max_ = std::max(max_, nanoseconds);
  const auto exact = static_cast<double>(nanoseconds);
  sum_ += exact;
  sum_of_squares_ += exact * exact;
}

void Histogram::Add(const Histogram& other) {
  if (other.counts_.size() > counts_.size()) {
    counts_.resize(other.counts_.size());
  }
  for (size_t i = 0; i < other.counts_.size(); ++i) {
    counts_[i] += other.counts_[i];
  }
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  sum_of_squares_ += other.sum_of_squares_;
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

double Histogram::StandardDeviation() const {
  if (count_ == 0) return 0;
  const double square = sum_of_squares_ / static_cast<double>(count_);
  return std::sqrt(std::max(square - mean() * mean(), 0.0));
}

int64_t Histogram::ValueAt(double quantile) const {
  SKONTRO_CHECK(quantile >= 0 && quantile <= 1);
  const auto wanted = std::max<int64_t>(
      static_cast<int64_t>(std::ceil(quantile * static_cast<double>(count_))),
      1);
  int64_t reached = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    reached += counts_[i];
    if (reached >= wanted) return std::min(HighestIn(i), max_);
  }
  return max_;
}

std::string Histogram::Hgrm() const {
  std::string text =
      absl::StrFormat("%12s %14s %10s %14s\n\n", "Value", "Percentile",
                      "TotalCount", "1/(1-Percentile)");
  int64_t reached = 0;
  double level = 0;  // The share that the next line is to reach.
  double tick = 1.0 / (2 * kTicksPerHalving);
  for (size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    reached += counts_[i];
    const double share =
        static_cast<double>(reached) / static_cast<double>(count_);
    const double value =
        static_cast<double>(std::min(HighestIn(i), max_)) / kNanosecondsPerUnit;
    while (reached < count_ && level <= share + kRounding) {
      absl::StrAppendFormat(&text, "%12.3f %2.12f %10d %14.2f\n", value, level,
                            reached, 1 / (1 - level));
      level += tick;
      if (level >= 1 - kTicksPerHalving * tick - kRounding) tick /= 2;
    }
    if (reached == count_) {
      absl::StrAppendFormat(&text, "%12.3f %2.12f %10d\n", value, 1.0, reached);
    }
  }
  absl::StrAppendFormat(&text,
                        "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n"
                        "#[Max     = %12.3f, Total count    = %12d]\n"
                        "#[Buckets = %12d, SubBuckets     = %12d]\n",
                        mean() / kNanosecondsPerUnit,
                        StandardDeviation() / kNanosecondsPerUnit,
                        static_cast<double>(max_) / kNanosecondsPerUnit, count_,
                        BucketOf(kValueMax) / kHalf, 2 * kHalf);
  return text;
}

}  // namespace skontro::bench
