// Stops the machine after every call of the file system that a Script made, in
// every way in which what was not synced may be lost, and starts again on what
// is left. It must hold each time that
//
//   - the network opens. Only where sectors in the middle of unsynced bytes are
//     missing (Loss::kHoles) may it refuse to, as damaged;
//   - every answer that was given before is there;
//   - what is there is the beginning of what there was: the same records, with
//     the same digests;
//   - when the whole script is sent again, what was done is known, the rest is
//     done with the same sequences and digests, and every row ends as it did;
//   - a verifier that shares no code with the ledger finds the books in order.
//
// Thread safety: RunCrashPoints() uses threads of its own; what it calls back
// is called one at a time.

#ifndef SKONTRO_TESTS_FAULTS_CRASH_POINTS_H_
#define SKONTRO_TESTS_FAULTS_CRASH_POINTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/faults/script.h"
#include "tests/ledger/storage/disk_model.h"

namespace skontro::faults {

struct CrashPointOptions {
  uint64_t seed = 1;  // Chooses points and sectors.
  // So many of the points, spread over the script; 0 for every one.
  uint64_t sample = 0;
  int jobs = 1;
  int torn_variants = 2;  // Of kTorn and of kHoles, for each point.
};

struct CrashPointReport {
  uint64_t points = 0;  // Calls after which the machine stopped.
  uint64_t points_total = 0;
  uint64_t variants = 0;  // Crashes: points times the ways of losing.
  uint64_t images = 0;    // Of them, the disks that differed and were tried.
  uint64_t refused = 0;   // Images that did not open, all kHoles.
  std::map<std::string, uint64_t> by_call;  // Points by the name of the call.
  std::vector<std::string> failures;        // What did not hold.
};

// Works in directories below `scratch`; those of failures stay.
CrashPointReport RunCrashPoints(const Script& script,
                                const Recording& recording,
                                const CrashPointOptions& options,
                                const std::string& scratch);

// Starts on the files in `directory`, after which nothing more than `script`
// was done and everything up to `acknowledged` was answered, and checks what is
// said above. Sets `head` to where the journal ended.
absl::Status CheckAfterCrash(const Script& script, const std::string& directory,
                             ledger::Sequence acknowledged,
                             ledger::Sequence* head);

}  // namespace skontro::faults

#endif  // SKONTRO_TESTS_FAULTS_CRASH_POINTS_H_
