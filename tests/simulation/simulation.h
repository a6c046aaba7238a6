// The simulation of a network: seed after seed, clients who want too much and
// an engine that must keep its word, each answer held against an Oracle that
// was written apart from it.
//
// A failure names its seed and the command line that repeats it:
//
//   ./dev simulate --seed 17 --commands 4000 --trace
//
// takes the same steps again and prints each. A run with threads does not take
// the same steps again; the requests are the same, so repeat it a few times.
//
// What is where: Request is what a client asks. Crowd makes requests. Edge
// turns them into commands. Oracle says what must come of them. SteppedRun
// drives the Decider in one thread, with everything around it as late and as
// forgetful as may be; ThreadedRun drives a whole Engine. Audit reads what is
// in the store and holds it against a Scan of the journal. Coverage proves that
// a run has met both sides of each rule.

#ifndef SKONTRO_TESTS_SIMULATION_SIMULATION_H_
#define SKONTRO_TESTS_SIMULATION_SIMULATION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "tests/simulation/coverage.h"

namespace skontro::simulation {

// What to run. Without an end it goes on until somebody stops it.
struct Plan {
  uint64_t first_seed = 1;
  std::optional<uint64_t> last_seed;
  std::optional<uint64_t> commands;  // To decide, in all seeds together.
  std::optional<double> minutes;
  uint64_t requests_per_seed = 4'000;
  bool threads_only = false;
  bool trace = false;
  std::string resume_file;  // Remembers the next seed; empty for none.
};

struct Totals {
  uint64_t seeds = 0;
  uint64_t commands = 0;
  uint64_t records = 0;
  Coverage coverage;
};

// Runs the plan and prints how it goes, if `quiet` is not set. Stops the
// process at the first contradiction.
Totals Simulate(const Plan& plan, bool quiet);

// After so many seeds everything must have been reached.
inline constexpr uint64_t kSeedsToCoverAll = 8;

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_SIMULATION_H_
