// A sample of the calls that fail; build/<preset>/tests/fault_matrix
// failing-calls tries every one. SKONTRO_FAULT_SEED repeats a sample.

#include "tests/faults/failing_calls.h"

#include <gtest/gtest.h>

#include <iostream>

#include "tests/faults/seed.h"
#include "tests/ledger/storage/rocksdb_place.h"

namespace skontro::faults {
namespace {

using Fault = ledger::FaultFileSystem::Fault;

constexpr uint64_t kSample = 10;

class FailingCallsTest : public testing::Test {
 protected:
  FailingCallReport Run(Fault fault, bool forever) {
    FailingCallOptions options;
    options.fault = fault;
    options.forever = forever;
    options.seed = SeedOfThisRun();
    options.sample = kSample;
    FailingCallReport report =
        RunFailingCalls(WriteScript({}), options, scratch_ / "calls");
    for (const std::string& failure : report.failures) {
      ADD_FAILURE() << "SKONTRO_FAULT_SEED=" << options.seed << ": " << failure;
    }
    std::cout << "seed " << options.seed << ": " << report.tried << " of "
              << report.calls_total << " calls, " << report.stopped
              << " stopped, " << report.refused << " refused, "
              << report.went_on << " went on\n";
    return report;
  }

  const ledger::ScratchDirectory scratch_;
};

TEST_F(FailingCallsTest, ACallThatFailsOnceLosesNothingThatWasAnswered) {
  EXPECT_EQ(Run(Fault::kIoError, /*forever=*/false).tried, kSample);
}

TEST_F(FailingCallsTest, ADiskThatStaysFullStopsTheProcessAndLosesNothing) {
  const FailingCallReport report = Run(Fault::kNoSpace, /*forever=*/true);
  EXPECT_EQ(report.tried, kSample);
  EXPECT_GT(report.stopped, 0);
}

}  // namespace
}  // namespace skontro::faults
