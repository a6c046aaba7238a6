// What a mixed load found, as a table for people, as JSON for programs, and as
// files for the plotters of HdrHistogram.
//
// Thread safety: pure functions.

#ifndef SKONTRO_BENCH_LOAD_MIXED_REPORT_H_
#define SKONTRO_BENCH_LOAD_MIXED_REPORT_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "bench/load/memory_trend.h"
#include "bench/load/mixed_load.h"

namespace skontro::bench {

// One server under the load.
struct PeerResult {
  MixedResult load;
  double cpu_seconds = 0;         // Of the server, while it was measured.
  double client_cpu_seconds = 0;  // Of this process.
  MemoryTrend memory;
};

struct MixedReport {
  std::string mix;  // As it was asked for.
  std::string partners;
  double rate = 0;  // 0 for a closed loop.
  int in_flight = 0;
  int rounds = 0;
  uint64_t seed = 0;
  bool encrypted = false;
  size_t keys = 0;
  bool interrupted = false;
  PeerResult server;
  std::optional<PeerResult> echo;  // The same load on it.
};

std::string TextOf(const MixedReport& report);
std::string JsonOf(const MixedReport& report);

// Writes DIRECTORY/{server,echo}.OPERATION.hgrm for each operation that was
// done. Returns UNAVAILABLE where a file cannot be written.
absl::Status WriteHgrm(const MixedReport& report, const std::string& directory);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_MIXED_REPORT_H_
