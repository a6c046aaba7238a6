// A short run of the simulation; `simulate` runs longer ones. See simulation.h
// for how to repeat a seed that failed.

#include "tests/simulation/simulation.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace skontro::simulation {
namespace {

TEST(SimulationTest, TheEngineKeepsItsWordAndEveryRuleIsMetFromBothSides) {
  Plan plan;
  plan.last_seed = kSeedsToCoverAll;
  plan.requests_per_seed = 1'500;
  Totals totals = Simulate(plan, /*quiet=*/true);
  EXPECT_EQ(totals.seeds, kSeedsToCoverAll);
  EXPECT_GT(totals.commands, kSeedsToCoverAll * plan.requests_per_seed);
  // What threads meet is up to the scheduler; a busy machine may take some more
  // runs of them.
  Plan threads;
  threads.threads_only = true;
  threads.requests_per_seed = plan.requests_per_seed;
  for (uint64_t seed = 1'000; seed < 1'020; ++seed) {
    if (totals.coverage.Missing().empty()) break;
    threads.first_seed = seed;
    threads.last_seed = seed;
    totals.coverage.Add(Simulate(threads, /*quiet=*/true).coverage);
  }
  EXPECT_EQ(totals.coverage.Missing(), std::vector<std::string>());
}

}  // namespace
}  // namespace skontro::simulation
