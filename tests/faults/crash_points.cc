#include "tests/faults/crash_points.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "cli/verifier/directory.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "tests/faults/sample.h"

namespace skontro::faults {
namespace {

using ledger::Loss;
using ledger::Sequence;

// The newest sequence that was answered when the disk had seen so many calls.
Sequence AcknowledgedAt(const Recording& recording, uint64_t calls) {
  Sequence newest{1};  // The network was made before the script.
  for (const Acknowledged& one : recording.acknowledged) {
    if (one.calls <= calls) newest = std::max(newest, one.sequence);
  }
  return newest;
}

absl::Status Verify(const std::string& directory, Sequence head) {
  SKONTRO_ASSIGN_OR_RETURN(const auto results,
                           verifier::VerifyDirectory(directory, {}, {}));
  for (const verifier::NetworkResult& result : results) {
    SKONTRO_RETURN_IF_ERROR(result.report.status());
    if (result.report->verdict() != verifier::Verdict::kOk ||
        result.report->last_sequence != static_cast<uint64_t>(head)) {
      return absl::DataLossError(absl::StrCat("the verifier does not agree: ",
                                              ToText(*result.report)));
    }
  }
  return absl::OkStatus();
}

// Whether the records in `session` are the first of `script`.
absl::Status CheckPrefix(const Script& script, const Session& session) {
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<ledger::Digest> digests,
                           ReadDigests(*session.view().snapshot));
  if (digests.size() > script.digests.size() ||
      !std::equal(digests.begin(), digests.end(), script.digests.begin())) {
    return absl::DataLossError("the journal is not a beginning of what it was");
  }
  if (digests.size() != static_cast<uint64_t>(session.view().sequence)) {
    return absl::DataLossError("the view does not end where the journal does");
  }
  return absl::OkStatus();
}

// One thread of the matrix: it goes through all points, and tries the images
// that fall to it.
class Worker {
 public:
  Worker(const Script& script, const Recording& recording,
         const CrashPointOptions& options, std::string directory, int rank)
      : script_(script),
        recording_(recording),
        options_(options),
        directory_(std::move(directory)),
        rank_(static_cast<size_t>(rank)) {}

  void Run() {
    ledger::DiskModel disk(recording_.base);
    uint64_t applied = 0;
    for (const uint64_t calls :
         SampleOf(0, recording_.calls.size(), options_.sample, options_.seed)) {
      while (applied < calls) disk.Apply(recording_.calls[applied++]);
      ++report_.points;
      if (calls > 0) ++report_.by_call[recording_.calls[calls - 1].name];
      for (const Loss loss : ledger::kLosses) {
        const bool random = loss == Loss::kTorn || loss == Loss::kHoles;
        for (int i = 0; i < (random ? options_.torn_variants : 1); ++i) {
          Try(disk, calls, loss, i);
        }
      }
    }
  }

  CrashPointReport& report() { return report_; }

 private:
  void Try(const ledger::DiskModel& disk, uint64_t calls, Loss loss,
           int variant) {
    std::seed_seq seed{options_.seed, calls, static_cast<uint64_t>(loss),
                       static_cast<uint64_t>(variant)};
    std::mt19937_64 random(seed);
    const ledger::DiskFiles files = disk.AfterCrash(loss, &random);
    std::string bytes;
    for (const auto& [name, content] : files) {
      absl::StrAppend(&bytes, name, ":", content.size(), ":", content);
    }
    const ledger::Digest image = ledger::HashOf(bytes);
    if (image[0] % static_cast<size_t>(options_.jobs) != rank_) return;
    ++report_.variants;
    const Sequence acknowledged = AcknowledgedAt(recording_, calls);
    const auto known = heads_.find(image);
    absl::Status status;
    if (known != heads_.end()) {
      // The same disk, but more may have been answered by now.
      if (known->second < acknowledged) {
        status = absl::DataLossError("an answer is lost");
      }
    } else {
      ++report_.images;
      ledger::WriteFiles(files, directory_);
      Sequence& head = heads_[image];
      status = CheckAfterCrash(script_, directory_, acknowledged, &head);
      if (loss == Loss::kHoles && absl::IsDataLoss(status) &&
          head == Sequence{0}) {
        // Not opened; an answer that it lacks is not lost, but out of reach.
        ++report_.refused;
        head = Sequence{UINT64_MAX};
        status = absl::OkStatus();
      }
    }
    if (!status.ok()) Fail(status, files, calls, loss, variant);
  }

  void Fail(const absl::Status& status, const ledger::DiskFiles& files,
            uint64_t calls, Loss loss, int variant) {
    const std::string kept = absl::StrCat(directory_, "-failure-", calls, "-",
                                          std::string(NameOf(loss)));
    ledger::WriteFiles(files, kept);
    report_.failures.push_back(absl::StrCat(
        "after call ", calls, " of ", recording_.calls.size(), " (",
        calls > 0 ? Describe(recording_.calls[calls - 1]) : "the start", "), ",
        std::string(NameOf(loss)), " ", variant, ", seed ", options_.seed,
        ", files in ", kept, ": ", status.ToString()));
  }

  const Script& script_;
  const Recording& recording_;
  const CrashPointOptions& options_;
  const std::string directory_;
  const size_t rank_;
  std::map<ledger::Digest, Sequence> heads_;  // By image, where it opened to.
  CrashPointReport report_;
};

}  // namespace

absl::Status CheckAfterCrash(const Script& script, const std::string& directory,
                             Sequence acknowledged, Sequence* head) {
  SKONTRO_ASSIGN_OR_RETURN(
      std::unique_ptr<Session> session,
      Session::Open(directory, AnchorAt(script, acknowledged)));
  *head = session->view().sequence;
  if (*head < acknowledged) {
    return absl::DataLossError(
        absl::StrCat("sequence ", static_cast<uint64_t>(acknowledged),
                     " was answered and the journal ends at ",
                     static_cast<uint64_t>(*head)));
  }
  SKONTRO_RETURN_IF_ERROR(CheckPrefix(script, *session));
  SKONTRO_RETURN_IF_ERROR(
      RunScript(script, std::move(session), Stops::kLeftOut, {}));
  return Verify(directory, Sequence{script.digests.size()});
}

CrashPointReport RunCrashPoints(const Script& script,
                                const Recording& recording,
                                const CrashPointOptions& options,
                                const std::string& scratch) {
  SKONTRO_CHECK(options.jobs > 0);
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::thread> threads;
  for (int i = 0; i < options.jobs; ++i) {
    workers.push_back(std::make_unique<Worker>(
        script, recording, options, absl::StrCat(scratch, "/crash-", i), i));
    threads.emplace_back([worker = workers.back().get()] { worker->Run(); });
  }
  for (std::thread& thread : threads) thread.join();

  CrashPointReport all;
  all.points_total = recording.calls.size() + 1;
  all.by_call = workers[0]->report().by_call;
  all.points = workers[0]->report().points;
  for (const auto& worker : workers) {
    const CrashPointReport& one = worker->report();
    all.points = std::min(all.points, one.points);
    all.variants += one.variants;
    all.images += one.images;
    all.refused += one.refused;
    all.failures.insert(all.failures.end(), one.failures.begin(),
                        one.failures.end());
  }
  return all;
}

}  // namespace skontro::faults
