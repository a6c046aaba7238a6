// simulate: runs the simulation from a command line; see simulation.h.

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulation/simulation.h"

namespace skontro::simulation {
namespace {

constexpr const char* kUsage =
    "Usage: simulate [--minutes N | --commands N] [--seed S | --seeds A..B]\n"
    "                [--requests N] [--threads] [--trace] [--resume FILE]\n"
    "\n"
    "  --minutes N    stop after N minutes (1 if nothing else says when)\n"
    "  --commands N   stop after N commands; with --seed, requests to send\n"
    "  --seed S       this seed only\n"
    "  --seeds A..B   from this seed to that one\n"
    "  --requests N   requests to send for each seed (4000); a crash reads all "
    "back,\n"
    "                 so many short seeds are quicker than a few long ones\n"
    "  --threads      whole engines with threads only\n"
    "  --trace        print each step\n"
    "  --resume FILE  begin with the seed that FILE names, and keep the next\n"
    "                 one there after each seed\n";

[[noreturn]] void ExitWithUsage() {
  std::fputs(kUsage, stderr);
  std::exit(2);
}

uint64_t NumberIn(std::string_view text) {
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) ExitWithUsage();
  return number;
}

Plan PlanOf(int argc, char** argv) {
  Plan plan;
  bool one_seed = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--threads") {
      plan.threads_only = true;
      continue;
    }
    if (option == "--trace") {
      plan.trace = true;
      continue;
    }
    if (++i == argc) ExitWithUsage();
    const std::string_view value = argv[i];
    if (option == "--minutes") {
      plan.minutes = std::strtod(argv[i], nullptr);
    } else if (option == "--commands") {
      plan.commands = NumberIn(value);
    } else if (option == "--seed") {
      plan.first_seed = NumberIn(value);
      plan.last_seed = plan.first_seed;
      one_seed = true;
    } else if (option == "--seeds") {
      const size_t dots = value.find("..");
      if (dots == std::string_view::npos) ExitWithUsage();
      plan.first_seed = NumberIn(value.substr(0, dots));
      plan.last_seed = NumberIn(value.substr(dots + 2));
    } else if (option == "--requests") {
      plan.requests_per_seed = NumberIn(value);
    } else if (option == "--resume") {
      plan.resume_file = value;
    } else {
      ExitWithUsage();
    }
  }
  if (one_seed && plan.commands.has_value()) {
    plan.requests_per_seed = *plan.commands;
    plan.commands.reset();
  }
  const bool ends = plan.last_seed.has_value() || plan.commands.has_value();
  if (!ends && !plan.minutes.has_value()) plan.minutes = 1;
  return plan;
}

int Main(int argc, char** argv) {
  const Plan plan = PlanOf(argc, argv);
  const Totals totals = Simulate(plan, /*quiet=*/false);
  for (const auto& [what, count] : totals.coverage.counts()) {
    std::printf("%12llu  %s\n", static_cast<unsigned long long>(count),
                what.c_str());
  }
  if (totals.seeds < kSeedsToCoverAll || plan.threads_only) return 0;
  int missing = 0;
  for (const std::string& what : totals.coverage.Missing()) {
    std::printf("never reached: %s\n", what.c_str());
    ++missing;
  }
  return missing == 0 ? 0 : 1;
}

}  // namespace
}  // namespace skontro::simulation

int main(int argc, char** argv) {
  return skontro::simulation::Main(argc, argv);
}
