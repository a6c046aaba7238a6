// Runs the matrices of faults in full: ./dev crash-points, ./dev failing-calls,
// ./dev flip. docs/reliability.md says what they found.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "ledger/base/check.h"
#include "tests/faults/child.h"
#include "tests/faults/crash_points.h"
#include "tests/faults/damage.h"
#include "tests/faults/failing_calls.h"

namespace skontro::faults {
namespace {

using Fault = ledger::FaultFileSystem::Fault;

// Where a matrix works: in memory where there is such a place. It stays where
// something did not hold.
class WorkDirectory {
 public:
  WorkDirectory() {
    std::string path = "/dev/shm/skontro-faults-XXXXXX";
    if (access("/dev/shm", W_OK) != 0) path = "/tmp/skontro-faults-XXXXXX";
    SKONTRO_CHECK(mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  const std::string& path() const { return path_; }
  void Remove() { std::filesystem::remove_all(path_); }

 private:
  std::string path_;
};

struct Arguments {
  ScriptOptions script;
  CrashPointOptions crash;
  FailingCallOptions calls;
  DamageOptions damage;
  std::string data_dir;
  bool resume = false;
  int64_t minutes = 0;
  uint64_t seed = 1;
  uint64_t sample = 0;
};

int Print(const std::vector<std::string>& failures, absl::Time start,
          WorkDirectory* work) {
  if (failures.empty()) work->Remove();
  for (const std::string& failure : failures) {
    std::cout << "DOES NOT HOLD: " << failure << "\n";
  }
  std::cout << failures.size() << " failures, "
            << absl::ToInt64Seconds(absl::Now() - start) << " s\n";
  return failures.empty() ? 0 : 1;
}

int CrashPoints(const Arguments& arguments) {
  const absl::Time start = absl::Now();
  WorkDirectory work;
  const Script script = WriteScript(arguments.script);
  const Recording recording = RecordScript(script, work.path() + "/script");
  std::cout << "seed " << arguments.seed << ", " << arguments.script.commands
            << " commands: " << script.digests.size() << " records, "
            << script.refused << " refusals, " << script.repeated
            << " repeated; " << recording.calls.size()
            << " calls of the file system\n";
  const CrashPointReport report =
      RunCrashPoints(script, recording, arguments.crash, work.path());
  std::cout << report.points << " of " << report.points_total
            << " crash points, " << report.variants << " crashes, "
            << report.images << " different disks, of which " << report.refused
            << " with holes refused to open\n";
  for (const auto& [call, count] : report.by_call) {
    std::cout << "  after " << call << ": " << count << "\n";
  }
  return Print(report.failures, start, &work);
}

int FailingCalls(const Arguments& arguments) {
  const absl::Time start = absl::Now();
  WorkDirectory work;
  const FailingCallReport report = RunFailingCalls(
      WriteScript(arguments.script), arguments.calls, work.path());
  std::cout << "seed " << arguments.seed << ": " << report.tried << " of "
            << report.calls_total << " calls failed: " << report.stopped
            << " stopped the process, " << report.refused
            << " were refused with an error, " << report.went_on
            << " did not matter\n";
  return Print(report.failures, start, &work);
}

// The small store that every byte of is flipped: one flush, so that the journal
// is partly in tables and partly in the log.
ScriptOptions SmallScript(uint64_t seed) {
  ScriptOptions options;
  options.seed = seed;
  options.commands = 40;
  options.flushes = 1;
  options.reopens = false;
  return options;
}

int Flip(const Arguments& arguments) {
  const absl::Time start = absl::Now();
  const std::string& data = arguments.data_dir;
  const bool there = std::filesystem::exists(data + "/store");
  if (there != arguments.resume) {
    std::cerr << "fault_matrix: "
              << (there ? data + " has a run already; add --resume"
                        : "there is nothing to resume in " + data)
              << "\n";
    return 2;
  }
  const Script script = WriteScript(SmallScript(arguments.seed));
  WorkDirectory work;
  if (!there) {
    const ChildEnd made = RunInChild(
        [&](int) {
          const Victim victim = MakeVictim(script, work.path() + "/script");
          ledger::WriteFiles(victim.older, data + "/older");
          ledger::WriteFiles(victim.files, data + "/store");
          return 0;
        },
        120);
    SKONTRO_CHECK(made.code == 0);
  }
  const Victim victim{ledger::ReadFiles(data + "/store"),
                      ledger::ReadFiles(data + "/older")};
  DamageOptions options = arguments.damage;
  options.seed = arguments.seed;
  options.sample = arguments.sample;
  options.progress =
      absl::StrCat(data, "/progress-", options.shard, "-", options.shards);
  if (arguments.minutes > 0) {
    options.time_max = absl::Minutes(arguments.minutes);
  }
  const DamageReport report = RunDamages(script, victim, options, work.path());
  std::cout << "seed " << arguments.seed << ": " << report.tried << " of "
            << report.total << " damages to " << victim.files.size()
            << " files done\n";
  for (const auto& [what, count] : report.counts) {
    std::cout << "  " << what.first << ": " << NameOf(what.second) << " "
              << count << "\n";
  }
  return Print(report.failures, start, &work);
}

void AddCommon(CLI::App* verb, Arguments* arguments) {
  verb->add_option("--seed", arguments->seed,
                   "Chooses the script, the sample and what is lost (1)");
  verb->add_option("--sample", arguments->sample,
                   "About so many places instead of all (0: all)");
  verb->add_option("--commands", arguments->script.commands,
                   "Commands of the script (200)")
      ->check(CLI::Range(100, 100'000));
}

int Main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Tries what faults of disks and machines do to a network");
  app.require_subcommand(1);
  CLI::App* const crash = app.add_subcommand(
      "crash-points", "Stop the machine after every call of the file system");
  AddCommon(crash, &arguments);
  crash->add_option("--jobs", arguments.crash.jobs, "Threads (1)");
  crash->add_option("--torn", arguments.crash.torn_variants,
                    "Ways of tearing, for each call (2)");
  CLI::App* const calls = app.add_subcommand(
      "failing-calls", "Let every call of the file system fail in its turn");
  AddCommon(calls, &arguments);
  calls->add_option("--fault", arguments.calls.fault, "eio or enospc (eio)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Fault>{
          {"eio", Fault::kIoError}, {"enospc", Fault::kNoSpace}}));
  calls->add_flag("--forever", arguments.calls.forever,
                  "Every later call fails too");
  CLI::App* const flip = app.add_subcommand(
      "flip", "Damage every byte of every file of a small store");
  flip->add_option("--seed", arguments.seed, "Chooses script and bits (1)");
  flip->add_option("--sample", arguments.sample,
                   "About so many flips instead of all (0: all)");
  flip->add_option("--data-dir", arguments.data_dir,
                   "Where the store and the progress are kept")
      ->required();
  flip->add_flag("--resume", arguments.resume,
                 "Go on with the run in the data directory");
  flip->add_option("--minutes", arguments.minutes,
                   "Stop after so long; --resume goes on (0: at the end)");
  flip->add_option("--shard", arguments.damage.shard,
                   "Which part to do, from 0 (0)");
  flip->add_option("--shards", arguments.damage.shards,
                   "How many parts there are, each a process (1)");
  CLI11_PARSE(app, argc, argv);
  arguments.script.seed = arguments.crash.seed = arguments.calls.seed =
      arguments.seed;
  arguments.crash.sample = arguments.calls.sample = arguments.sample;
  if (flip->parsed()) return Flip(arguments);
  return crash->parsed() ? CrashPoints(arguments) : FailingCalls(arguments);
}

}  // namespace
}  // namespace skontro::faults

int main(int argc, char** argv) { return skontro::faults::Main(argc, argv); }
