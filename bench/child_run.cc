#include "bench/child_run.h"

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>

#include "ledger/base/check.h"

namespace skontro::bench {
namespace {

// A line of /proc/self/status, in KiB.
int64_t StatusKib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  int64_t kib = -1;
  while (status >> word) {
    if (word == name + ":") {
      status >> kib;
      break;
    }
  }
  SKONTRO_CHECK(kib >= 0);
  return kib;
}

}  // namespace

int64_t CpuUs() {
  timespec now{};
  SKONTRO_CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

MemoryMeter::MemoryMeter() {
  malloc_trim(0);
  // Sets the highest memory so far to that of now.
  std::ofstream forget("/proc/self/clear_refs");
  forget << "5" << std::flush;
  SKONTRO_CHECK(forget.good());
  before_kib_ = StatusKib("VmRSS");
}

int64_t MemoryMeter::PeakBytes() const {
  return std::max<int64_t>(StatusKib("VmHWM") - before_kib_, 0) * 1024;
}

RunResult RunInChild(const std::function<RunResult()>& run) {
  int ends[2];
  SKONTRO_CHECK(pipe(ends) == 0);
  std::fflush(nullptr);
  const pid_t child = fork();
  SKONTRO_CHECK(child >= 0);
  if (child == 0) {
    const RunResult result = run();
    const bool written =
        write(ends[1], &result, sizeof(result)) == sizeof(result);
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  RunResult result;
  const ssize_t length = read(ends[0], &result, sizeof(result));
  close(ends[0]);
  int status = 0;
  SKONTRO_CHECK(waitpid(child, &status, 0) == child);
  SKONTRO_CHECK(status == 0 && length == sizeof(result));
  return result;
}

}  // namespace skontro::bench
