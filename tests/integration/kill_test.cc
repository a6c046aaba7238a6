// A real skontrod under load is killed at random moments, again and again.
//
// SKONTRO_KILL_SEED repeats a seed, SKONTRO_KILL_SECONDS sets how long the
// rounds go on.

#include <cstdlib>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/integration/crash_run.h"
#include "tests/integration/server_process.h"
#include "tests/integration/temp_directory.h"

namespace skontro::integration {
namespace {

constexpr int64_t kSeconds = 20;

int64_t FromEnvironment(const char* name, int64_t fallback) {
  const char* const text = std::getenv(name);
  int64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : fallback;
}

TEST(KillTest, NothingAcknowledgedIsLostAndNothingIsHalfDone) {
  TempDirectory directory;
  CrashRun::Options options;
  options.seed = static_cast<uint64_t>(FromEnvironment(
      "SKONTRO_KILL_SEED", static_cast<int64_t>(std::random_device()())));
  SCOPED_TRACE(testing::Message() << "SKONTRO_KILL_SEED=" << options.seed
                                  << ", data kept in " << directory.path());
  std::cout << "seed " << options.seed << "\n";
  options.directory = directory.path();
  options.skontrod = ProgramPath("skontrod");
  options.skontro = ProgramPath("skontro");
  const auto run = CrashRun::Open(options);
  ASSERT_TRUE(run.ok()) << run.status();

  const absl::Time end = absl::Now() + absl::Seconds(FromEnvironment(
                                           "SKONTRO_KILL_SECONDS", kSeconds));
  absl::Status status;
  do {
    status = (*run)->RunRound();
  } while (status.ok() && (absl::Now() < end || (*run)->totals().kills < 3 ||
                           (*run)->totals().rounds < 2));
  if (status.ok()) status = (*run)->Close();
  if (!status.ok()) directory.Keep();
  EXPECT_TRUE(status.ok()) << status;

  // Both sides were reached.
  const CrashRun::Totals& totals = (*run)->totals();
  EXPECT_GT(totals.trades, 0);
  EXPECT_GT(totals.refusals, 0);
  EXPECT_GT(totals.unknown, 0);
  EXPECT_GT(totals.repeated, 0);
  EXPECT_GT(totals.observations, 0);
  std::cout << totals.rounds << " rounds, " << totals.kills << " kills, "
            << totals.kills_at_start << " at start, " << totals.stops
            << " stops, " << totals.trades << " trades, " << totals.refusals
            << " refusals, " << totals.unknown << " answers lost, "
            << totals.repeated << " repeated, " << totals.observations
            << " reads, " << totals.verifications << " verifications\n";
}

}  // namespace
}  // namespace skontro::integration
