// Runs something in a process of its own, to see what it costs: the memory of
// one run is then not hidden in what another one had before.
//
// Thread safety: the caller is the only thread of its process.

#ifndef SKONTRO_BENCH_CHILD_RUN_H_
#define SKONTRO_BENCH_CHILD_RUN_H_

#include <cstdint>
#include <functional>

namespace skontro::bench {

// CPU time of the process so far, in microseconds.
int64_t CpuUs();

// What a run has to say. It is copied between processes as it is.
struct RunResult {
  int64_t debt_minor_units = 0;
  int64_t spent_minor_units = 0;
  int64_t prepare_cpu_us = 0;
  int64_t cpu_us = 0;
  int64_t check_cpu_us = 0;
  int64_t memory_bytes = 0;
};

// In a child, notes the memory that the process has now, what the allocator
// keeps in reserve given back, and measures from here on.
class MemoryMeter {
 public:
  MemoryMeter();

  // The most that the process had beyond that, in bytes. The kernel counts in
  // steps of up to some hundred KiB.
  int64_t PeakBytes() const;

 private:
  int64_t before_kib_;
};

// Forks, and returns what `run` returned there. Stops the process where the
// child did not end well: a result that is missing must not look like a fast
// one.
RunResult RunInChild(const std::function<RunResult()>& run);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_CHILD_RUN_H_
