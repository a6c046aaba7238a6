// What a process has used so far, as the kernel says.

#ifndef SKONTRO_BENCH_LOAD_PROCESS_USAGE_H_
#define SKONTRO_BENCH_LOAD_PROCESS_USAGE_H_

#include <sys/types.h>

namespace skontro::bench {

struct ProcessUsage {
  double cpu_seconds = 0;  // All threads, in user and kernel mode.
  double resident_bytes = 0;
  double written_bytes = 0;  // To devices, counted when a page is dirtied.
};

// Zeros where the kernel does not tell. Ticks of the CPU clock are 10 ms: ask
// over a second or more.
ProcessUsage UsageOf(pid_t process);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_PROCESS_USAGE_H_
