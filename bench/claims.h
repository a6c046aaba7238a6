// Runs the benchmarks of one program in turns and says of each claim what it
// was compared with. The machine may be shared and noisy: figures of one run
// are compared with each other, never with those of another run.

#ifndef SKONTRO_BENCH_CLAIMS_H_
#define SKONTRO_BENCH_CLAIMS_H_

#include <string>
#include <vector>

namespace skontro::bench {

// Two benchmarks whose items per second are compared; names as Google Benchmark
// prints them, without the suffixes of the clocks.
struct Claim {
  std::string subject;
  std::string reference;
};

// The body of main(): runs every benchmark at least five times, the rounds of
// all of them interleaved, and prints the medians and then the ratio of each
// claim. The medians become metrics (bench/metrics.h):
//
//   name.rate     items per second of the benchmark's clock: of one core, or of
//                 real time with UseRealTime()
//   name.cpu_us   microseconds of CPU per item, all threads together
//   name.<counter>  of each counter of the benchmark
//
// The usual flags of Google Benchmark go before what is set here.
int RunClaims(int argc, char** argv, const std::vector<Claim>& claims);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_CLAIMS_H_
