// soak: kills a server under load again and again for a given time, and proves
// that nothing was lost; see crash_run.h. tests/soak.sh starts it.
//
// Exit codes: 0 nothing was lost, 1 something does not hold, 2 the command line
// is wrong or there is nothing to resume.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/integration/crash_run.h"
#include "tests/integration/server_process.h"

namespace skontro::integration {
namespace {

struct Arguments {
  int64_t minutes = 10;
  uint64_t seed = 1;
  std::string data_dir;
  std::string bin_dir;
  std::string report;
  int64_t networks = 2;
  int64_t clients = 8;
  int64_t calls = 400;
  int64_t verify_percent = 25;
  bool resume = false;
};

CrashRun::Options OptionsOf(const Arguments& arguments) {
  CrashRun::Options options;
  options.seed = arguments.seed;
  options.directory = arguments.data_dir;
  options.skontrod = arguments.bin_dir + "/skontrod";
  options.skontro = arguments.bin_dir + "/skontro";
  options.networks = arguments.networks;
  options.plan.clients = arguments.clients;
  options.plan.calls = arguments.calls;
  options.plan.members = 40;
  options.verify_percent = arguments.verify_percent;
  options.resume = arguments.resume;
  return options;
}

void PrintProgress(const CrashRun::Totals& totals, absl::Duration elapsed) {
  const double seconds = absl::ToDoubleSeconds(elapsed);
  std::cout << absl::StreamFormat(
                   "%7.1f s  rounds=%d kills=%d+%d stops=%d trades=%d (%.0f/s) "
                   "refusals=%d answers_lost=%d repeated=%d memory=%d MiB "
                   "lost=0\n",
                   seconds, totals.rounds, totals.kills, totals.kills_at_start,
                   totals.stops, totals.trades,
                   static_cast<double>(totals.trades) / seconds,
                   totals.refusals, totals.unknown,
                   totals.repeated + totals.old_repeated,
                   totals.peak_memory_kib / 1024)
            << std::flush;
}

// One line of JSON, for whoever collects them.
std::string ReportLine(const Arguments& arguments,
                       const CrashRun::Totals& totals, absl::Duration elapsed,
                       bool holds) {
  return absl::StrFormat(
      R"({"time":"%s","seed":%d,"seconds":%.1f,"resumed":%s,)"
      R"("networks":%d,"clients":%d,"rounds":%d,"kills":%d,)"
      R"("kills_at_start":%d,"stops":%d,"starts":%d,"slowest_start_s":%.3f,)"
      R"("calls":%d,"answers_lost":%d,"repeated":%d,"old_repeated":%d,)"
      R"("trades":%d,"refusals":%d,"records":%d,"reads":%d,)"
      R"("verifications":%d,"peak_memory_kib":%d,"lost":%s})",
      absl::FormatTime(absl::RFC3339_sec, absl::Now(), absl::UTCTimeZone()),
      arguments.seed, absl::ToDoubleSeconds(elapsed),
      arguments.resume ? "true" : "false", arguments.networks,
      arguments.clients, totals.rounds, totals.kills, totals.kills_at_start,
      totals.stops, totals.starts, absl::ToDoubleSeconds(totals.slowest_start),
      totals.sent, totals.unknown, totals.repeated, totals.old_repeated,
      totals.trades, totals.refusals, totals.records, totals.observations,
      totals.verifications, totals.peak_memory_kib, holds ? "0" : "null");
}

int RunSoak(const Arguments& arguments) {
  const absl::Time start = absl::Now();
  const auto run = CrashRun::Open(OptionsOf(arguments));
  if (!run.ok()) {
    std::cerr << "soak: " << run.status().message() << "\n";
    return absl::IsNotFound(run.status()) ? 2 : 1;
  }
  std::cout << "seed " << arguments.seed << ", data in " << (*run)->data_dir()
            << "\n";
  absl::Status status;
  while (status.ok() &&
         absl::Now() - start < absl::Minutes(arguments.minutes)) {
    status = (*run)->RunRound();
    if (status.ok()) PrintProgress((*run)->totals(), absl::Now() - start);
  }
  if (status.ok()) status = (*run)->Close();
  const std::string line =
      ReportLine(arguments, (*run)->totals(), absl::Now() - start, status.ok());
  std::cout << line << "\n";
  if (!arguments.report.empty()) {
    std::ofstream report(arguments.report, std::ios::app);
    report << line << "\n";
    report.close();
    if (!report.good()) {
      std::cerr << "soak: cannot write " << arguments.report << "\n";
      return 1;
    }
  }
  if (status.ok()) return 0;
  std::cerr << "soak: DOES NOT HOLD, seed " << arguments.seed << ": "
            << status.message() << "\n";
  return 1;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Kills a server under load and proves that nothing was lost");
  app.add_option("--minutes", arguments.minutes, "How long (10)")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", arguments.seed, "Which calls are made (1)");
  app.add_option("--data-dir", arguments.data_dir,
                 "Where the data goes; must be new, unless --resume")
      ->required();
  app.add_option("--bin-dir", arguments.bin_dir, "Where the programs are")
      ->required();
  app.add_option("--report", arguments.report,
                 "Append the result to this file, as a line of JSON");
  app.add_option("--networks", arguments.networks, "How many networks (2)")
      ->check(CLI::Range(1, 16));
  app.add_option("--clients", arguments.clients, "Clients per network (8)")
      ->check(CLI::Range(1, 256));
  app.add_option("--calls", arguments.calls,
                 "Calls of each client in a round (400)")
      ->check(CLI::Range(10, 100'000));
  app.add_option("--verify-percent", arguments.verify_percent,
                 "Share of the time that skontro verify may take (25)")
      ->check(CLI::Range(0, 100));
  app.add_flag("--resume", arguments.resume,
               "Go on with the run in the data directory");
  CLI11_PARSE(app, argc, argv);
  std::error_code ignored;
  if (!arguments.resume &&
      std::filesystem::exists(arguments.data_dir + "/witness", ignored)) {
    std::cerr << "soak: " << arguments.data_dir
              << " has a run already; add --resume, or take another\n";
    return 2;
  }
  return RunSoak(arguments);
}

}  // namespace
}  // namespace skontro::integration

int main(int argc, char** argv) {
  return skontro::integration::Main(argc, argv);
}
