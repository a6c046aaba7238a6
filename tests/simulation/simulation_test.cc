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
  const Totals totals = Simulate(plan, /*quiet=*/true);
  EXPECT_EQ(totals.seeds, kSeedsToCoverAll);
  EXPECT_GT(totals.commands, kSeedsToCoverAll * plan.requests_per_seed);
  EXPECT_EQ(totals.coverage.Missing(), std::vector<std::string>());
}

}  // namespace
}  // namespace skontro::simulation
