// Whether a server's memory grows without end: samples of it over time, and the
// median slope between them (Theil and Sen), which a few peaks of flushes and
// compactions do not move.
//
// The rule: after the first half of the time, in which caches fill, the slope
// in an hour is at most 5 % of the median. Then memory is called flat.
//
// Thread safety: none.

#ifndef SKONTRO_BENCH_LOAD_MEMORY_TREND_H_
#define SKONTRO_BENCH_LOAD_MEMORY_TREND_H_

#include <vector>

namespace skontro::bench {

class MemoryTrend {
 public:
  // REQUIRES: `seconds` above those of the last sample.
  void Add(double seconds, double bytes);

  struct Verdict {
    double first_bytes = 0;
    double last_bytes = 0;
    double max_bytes = 0;
    double median_bytes = 0;    // Of the second half of the time.
    double bytes_per_hour = 0;  // The slope in the second half.
    int samples = 0;            // In the second half.
    bool flat = false;          // Never of fewer than ten samples.
  };
  Verdict Judge() const;

 private:
  struct Sample {
    double seconds;
    double bytes;
  };
  std::vector<Sample> samples_;
};

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_MEMORY_TREND_H_
