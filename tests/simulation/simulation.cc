#include "tests/simulation/simulation.h"

#include <chrono>
#include <cstdio>
#include <fstream>

#include "tests/simulation/failure.h"
#include "tests/simulation/stepped_run.h"
#include "tests/simulation/threaded_run.h"

namespace skontro::simulation {
namespace {

using std::chrono::steady_clock;

constexpr double kReportSeconds = 10;
constexpr uint64_t kThreadsEvery = 4;  // Seeds.

double SecondsSince(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

unsigned long long Long(uint64_t number) { return number; }

uint64_t FirstSeedOf(const Plan& plan) {
  uint64_t seed = plan.first_seed;
  if (plan.resume_file.empty()) return seed;
  std::ifstream file(plan.resume_file);
  uint64_t next = 0;
  return file >> next ? next : seed;
}

void Remember(const Plan& plan, uint64_t next_seed) {
  if (plan.resume_file.empty()) return;
  std::ofstream file(plan.resume_file, std::ios::trunc);
  file << next_seed << "\n";
}

void RunSeed(const Plan& plan, uint64_t seed, Totals* totals) {
  if (!plan.threads_only) {
    BeginSeed(seed, plan.requests_per_seed, /*threaded=*/false);
    SteppedRun run(seed, &totals->coverage, plan.trace);
    run.Run(plan.requests_per_seed);
    totals->commands += run.decided();
    totals->records += run.records();
  }
  if (plan.threads_only || (seed % kThreadsEvery == 0 && !plan.trace)) {
    BeginSeed(seed, plan.requests_per_seed, /*threaded=*/true);
    ThreadedRun run(seed, &totals->coverage);
    run.Run(plan.requests_per_seed);
    totals->commands += run.decided();
    totals->records += run.records();
  }
  ++totals->seeds;
}

void Report(const Totals& totals, uint64_t seed, double seconds) {
  std::printf(
      "seed %llu: %llu seeds, %llu commands, %llu records, %.0f s, "
      "%.0f commands/s\n",
      Long(seed), Long(totals.seeds), Long(totals.commands),
      Long(totals.records), seconds,
      static_cast<double>(totals.commands) / seconds);
  std::fflush(stdout);
}

}  // namespace

Totals Simulate(const Plan& plan, bool quiet) {
  const steady_clock::time_point start = steady_clock::now();
  Totals totals;
  double reported = 0;
  uint64_t seed = FirstSeedOf(plan);
  for (; !plan.last_seed.has_value() || seed <= *plan.last_seed; ++seed) {
    const double seconds = SecondsSince(start);
    if (plan.minutes.has_value() && seconds >= 60 * *plan.minutes) break;
    if (plan.commands.has_value() && totals.commands >= *plan.commands) break;
    if (!quiet && seconds - reported >= kReportSeconds) {
      reported = seconds;
      Report(totals, seed, seconds);
    }
    RunSeed(plan, seed, &totals);
    Remember(plan, seed + 1);
  }
  if (!quiet) Report(totals, seed, SecondsSince(start));
  return totals;
}

}  // namespace skontro::simulation
