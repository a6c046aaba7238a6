#include "tests/faults/failing_calls.h"

#include <rocksdb/env.h>
#include <sys/mman.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "tests/faults/child.h"
#include "tests/faults/crash_points.h"
#include "tests/faults/sample.h"

namespace skontro::faults {
namespace {

constexpr int kWentOn = 0;
constexpr int kRefused = 3;
constexpr int kWrong = 4;
constexpr unsigned kChildSeconds = 120;

// What a child tells its parent even when it stops itself.
using Newest = std::atomic<uint64_t>;

Newest* NewShared() {
  void* const memory = mmap(nullptr, sizeof(Newest), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  SKONTRO_CHECK(memory != MAP_FAILED);
  return new (memory) Newest(0);
}

// Called in a child when it stops itself.
std::function<void()>* on_abort = nullptr;

void OnAbort(int) {
  std::signal(SIGABRT, SIG_DFL);
  (*on_abort)();
}

// Which of the calls, and where.
struct Place {
  std::string kept;  // The directory, as a kill leaves it.
  std::string lost;  // What a power cut would leave of it.
};

// In the child: does the script while a call fails.
int DoScript(const Script& script, const ledger::DiskFiles& base,
             const FailingCallOptions& options, uint64_t call,
             const Place& place, Newest* acknowledged) {
  ledger::WriteFiles(base, place.kept);
  const auto disk = std::make_shared<ledger::FaultFileSystem>(place.kept);
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  disk->Plan(options.fault, call, options.forever ? UINT64_MAX : call);
  std::function<void()> write_lost = [&] {
    ledger::DiskModel model(base);
    for (const ledger::FileCall& one : disk->calls()) model.Apply(one);
    ledger::WriteFiles(model.AfterCrash(ledger::Loss::kAll, nullptr),
                       place.lost);
  };
  on_abort = &write_lost;
  std::signal(SIGABRT, OnAbort);
  absl::StatusOr<std::unique_ptr<Session>> session = Session::Open(
      place.kept, AnchorAt(script, ledger::Sequence{1}), env.get());
  absl::Status status = session.status();
  if (status.ok()) {
    status = RunScript(script, *std::move(session), Stops::kDone,
                       [&](ledger::Sequence sequence) {
                         acknowledged->store(static_cast<uint64_t>(sequence));
                       });
  }
  write_lost();
  if (status.ok()) return kWentOn;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return absl::IsDataLoss(status) ? kWrong : kRefused;
}

// In another child: starts on what is left.
int CheckBoth(const Script& script, const Place& place,
              ledger::Sequence acknowledged) {
  for (const std::string& directory : {place.kept, place.lost}) {
    ledger::Sequence head{};
    const absl::Status status =
        CheckAfterCrash(script, directory, acknowledged, &head);
    if (status.ok()) continue;
    std::fprintf(stderr, "%s: %s\n", directory.c_str(),
                 status.ToString().c_str());
    return kWrong;
  }
  return kWentOn;
}

// Whether a process that stopped itself said why, and where.
bool SaysWhere(const std::string& words) {
  return absl::StrContains(words, "could not be written") &&
         absl::StrContains(words, " sequence ");
}

// Counts how the child ended. Returns why it may not have ended so, or nothing.
std::string Judge(const ChildEnd& end, FailingCallReport* report) {
  if (end.signal == SIGABRT && SaysWhere(end.err)) {
    ++report->stopped;
  } else if (end.code == kWentOn) {
    ++report->went_on;
  } else if (end.code == kRefused) {
    ++report->refused;
  } else {
    return absl::StrCat("ended with ", end.code, ", signal ", end.signal, ": ",
                        end.err);
  }
  return "";
}

}  // namespace

FailingCallReport RunFailingCalls(const Script& script,
                                  const FailingCallOptions& options,
                                  const std::string& scratch) {
  std::filesystem::create_directories(scratch);
  FailingCallReport report;
  const std::string network = scratch + "/network";
  const ChildEnd recorded = RunInChild(
      [&](int out) {
        const Recording recording = RecordScript(script, network);
        ledger::WriteFiles(recording.base, scratch + "/base");
        WriteLine(out, absl::StrCat(recording.calls.size()));
        return 0;
      },
      kChildSeconds);
  if (!absl::SimpleAtoi(recorded.out, &report.calls_total)) {
    report.failures.push_back("the script does not run: " + recorded.err);
    return report;
  }
  const ledger::DiskFiles base = ledger::ReadFiles(scratch + "/base");

  Newest* const acknowledged = NewShared();
  for (const uint64_t call :
       SampleOf(1, report.calls_total, options.sample, options.seed)) {
    ++report.tried;
    const Place place{absl::StrCat(scratch, "/", call, "-kept"),
                      absl::StrCat(scratch, "/", call, "-lost")};
    *acknowledged = 1;  // The network was made before.
    const ChildEnd run = RunInChild(
        [&](int) {
          return DoScript(script, base, options, call, place, acknowledged);
        },
        kChildSeconds);
    std::string failure = Judge(run, &report);
    const ChildEnd check = RunInChild(
        [&](int) {
          return CheckBoth(script, place,
                           ledger::Sequence{acknowledged->load()});
        },
        kChildSeconds);
    if (check.code != kWentOn) {
      absl::StrAppend(&failure, " afterwards: ", check.err);
    }
    if (failure.empty()) {
      std::filesystem::remove_all(place.kept);
      std::filesystem::remove_all(place.lost);
    } else {
      report.failures.push_back(absl::StrCat("call ", call, ", files in ",
                                             place.kept, ": ", failure));
    }
  }
  munmap(acknowledged, sizeof(Newest));
  return report;
}

}  // namespace skontro::faults
