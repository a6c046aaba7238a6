// A sample of the crash points; build/<preset>/tests/fault_matrix crash-points
// tries every one. SKONTRO_FAULT_SEED repeats a sample.

#include "tests/faults/crash_points.h"

#include <gtest/gtest.h>

#include <iostream>

#include "tests/faults/seed.h"
#include "tests/ledger/storage/rocksdb_place.h"

namespace skontro::faults {
namespace {

TEST(CrashPointsTest, WhereverThePowerFailsNothingThatWasAnsweredIsLost) {
  const ledger::ScratchDirectory scratch;
  CrashPointOptions options;
  options.seed = SeedOfThisRun();
  SCOPED_TRACE(testing::Message() << "SKONTRO_FAULT_SEED=" << options.seed);
  options.sample = 16;
  options.torn_variants = 1;
  options.jobs = 2;
  const Script script = WriteScript({});
  const CrashPointReport report =
      RunCrashPoints(script, RecordScript(script, scratch / "script"), options,
                     scratch / "images");
  for (const std::string& failure : report.failures) ADD_FAILURE() << failure;
  EXPECT_EQ(report.points, 16);
  // Both sides were reached.
  EXPECT_GT(report.images, report.refused + 10);
  std::cout << "seed " << options.seed << ": " << report.points << " of "
            << report.points_total << " points, " << report.variants
            << " crashes, " << report.images << " disks, " << report.refused
            << " refused\n";
}

}  // namespace
}  // namespace skontro::faults
