// Damages one file of a small store after another, in every way that a disk or
// an operator can, and starts a network on it. It must hold each time that the
// network refuses to open, or refuses to answer what it cannot read, or is what
// it was, row by row. It is never another.
//
// A log or a manifest that ends early, at a place where a power cut could have
// ended it, looks whole by itself: there the head anchor refuses (kNoticed). It
// holds the newest head that was answered, as one does that is written in every
// commit.
//
// RocksDB's LOG and OPTIONS files are exempt: the first is text for people, the
// second a copy of what the program sets, and neither is read at a start.
//
// The parent must have no threads: see child.h.

#ifndef SKONTRO_TESTS_FAULTS_DAMAGE_H_
#define SKONTRO_TESTS_FAULTS_DAMAGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/faults/script.h"
#include "tests/ledger/storage/disk_model.h"

namespace skontro::faults {

// What is done to which file.
struct Damage {
  enum class Kind {
    kFlip,    // One bit of the byte `at`.
    kCut,     // Only the first `at` bytes are left.
    kDelete,  // The file is gone.
    kOlder,   // It is as it was earlier.
  };
  Kind kind = Kind::kFlip;
  std::string file;
  uint64_t at = 0;
};

enum class Outcome {
  kRefused,      // Does not open, and says that it is damaged.
  kUnread,       // Opens; a read is an error.
  kIdentical,    // Every row is what it was.
  kNoticed,      // The head anchor says that records are missing.
  kRecreatable,  // Says that nothing is there.
  kDiffers,      // FAILURE: other rows.
  kShorter,      // FAILURE: a beginning of what there was, whole in itself.
  kDied,         // FAILURE: the process ended.
  kMisnamed,     // FAILURE: an error that does not say that it is damaged.
  // An assertion of RocksDB's ended the process before it opened anything: the
  // packaged one has them on, and trusts the byte of a table's footer that says
  // how blocks are checked.
  kAssertion,
};

std::string_view NameOf(Outcome outcome);
bool IsFailure(Outcome outcome);

// "CURRENT", "IDENTITY", "MANIFEST", "log" or "table"; empty: exempt.
std::string KindOfFile(const std::string& name);

// A store to be damaged.
struct Victim {
  ledger::DiskFiles files;  // As a killed process left them.
  ledger::DiskFiles older;  // Those that were other bytes once.
};

// The store that the script leaves, in `directory`.
Victim MakeVictim(const Script& script, const std::string& directory);

// Everything that can be done to `victim`: every byte flipped; logs and the
// manifest cut at each record and in its middle, other files at some places;
// each file deleted, and each as it was.
std::vector<Damage> AllDamages(const Victim& victim);

struct DamageOptions {
  uint64_t seed = 1;    // Chooses the bits, and the sample.
  uint64_t sample = 0;  // About so many damages; 0 for all.
  absl::Duration time_max = absl::InfiniteDuration();
  // Where outcomes are kept as they come, and read first: the damages in it are
  // not done again. Empty: nowhere.
  std::string progress;
  int shard = 0;  // Of `shards`: does every so-manieth damage.
  int shards = 1;
};

struct DamageReport {
  uint64_t total = 0;  // Damages that there are, of this shard.
  uint64_t tried = 0;  // Of them done, in this run and in those before.
  std::map<std::pair<std::string, Outcome>, uint64_t> counts;  // By kind.
  std::vector<std::string> failures;
};

// Works in directories below `scratch`.
DamageReport RunDamages(const Script& script, const Victim& victim,
                        const DamageOptions& options,
                        const std::string& scratch);

}  // namespace skontro::faults

#endif  // SKONTRO_TESTS_FAULTS_DAMAGE_H_
