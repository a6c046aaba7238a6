#include "bench/load/memory_trend.h"

#include <algorithm>

#include "bench/metrics.h"
#include "ledger/base/check.h"

namespace skontro::bench {
namespace {

constexpr double kShareMax = 0.05;  // Of the median, in an hour.
constexpr size_t kSamplesMin = 10;
constexpr size_t kSamplesMax = 1'000;  // Pairs are the square of it.
constexpr double kSecondsPerHour = 3'600;

}  // namespace

void MemoryTrend::Add(double seconds, double bytes) {
  SKONTRO_CHECK(samples_.empty() || seconds > samples_.back().seconds);
  samples_.push_back({seconds, bytes});
}

MemoryTrend::Verdict MemoryTrend::Judge() const {
  Verdict verdict;
  if (samples_.empty()) return verdict;
  verdict.first_bytes = samples_.front().bytes;
  verdict.last_bytes = samples_.back().bytes;
  const double middle =
      (samples_.front().seconds + samples_.back().seconds) / 2;
  std::vector<Sample> half;
  std::vector<double> bytes;
  for (const Sample& sample : samples_) {
    verdict.max_bytes = std::max(verdict.max_bytes, sample.bytes);
    if (sample.seconds < middle) continue;
    half.push_back(sample);
    bytes.push_back(sample.bytes);
  }
  verdict.median_bytes = Quantile(bytes, 0.5);
  verdict.samples = static_cast<int>(half.size());
  const size_t step = half.size() / kSamplesMax + 1;
  std::vector<double> slopes;
  for (size_t i = 0; i < half.size(); i += step) {
    for (size_t j = i + step; j < half.size(); j += step) {
      slopes.push_back((half[j].bytes - half[i].bytes) /
                       (half[j].seconds - half[i].seconds));
    }
  }
  if (slopes.empty()) return verdict;
  verdict.bytes_per_hour = Quantile(slopes, 0.5) * kSecondsPerHour;
  verdict.flat = half.size() >= kSamplesMin &&
                 verdict.bytes_per_hour <= kShareMax * verdict.median_bytes;
  return verdict;
}

}  // namespace skontro::bench
