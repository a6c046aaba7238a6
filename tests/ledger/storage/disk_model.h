// What a disk would hold if the machine stopped after some calls of a
// FaultFileSystem: it keeps what was synced apart from what was not. It is as
// harsh as POSIX allows: a new name, a rename and a deletion survive only a
// sync of the directory, bytes only a sync of the file, and bytes whose sync
// failed are never written again.
//
// Thread safety: none.

#ifndef SKONTRO_TESTS_LEDGER_STORAGE_DISK_MODEL_H_
#define SKONTRO_TESTS_LEDGER_STORAGE_DISK_MODEL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "tests/ledger/storage/fault_file_system.h"

namespace skontro::ledger {

// What becomes of what was not synced.
enum class Loss {
  kNone,   // All is there: only the process ended.
  kAll,    // Nothing is there.
  kTorn,   // Names are there; of the bytes so many sectors, from the front.
  kHoles,  // Names and lengths are there; any of the sectors are zeros.
};

inline constexpr Loss kLosses[] = {Loss::kNone, Loss::kAll, Loss::kTorn,
                                   Loss::kHoles};

// "kept", "lost", "torn", "holes".
std::string_view NameOf(Loss loss);

using DiskFiles = std::map<std::string, std::string>;

// The files of a directory, and back. RocksDB's LOG is left out: it is text for
// people, and nothing reads it.
DiskFiles ReadFiles(const std::string& directory);
void WriteFiles(const DiskFiles& files, const std::string& directory);

class DiskModel {
 public:
  static constexpr size_t kSectorBytes = 512;

  // A directory with these files, all of which survive.
  explicit DiskModel(const DiskFiles& files);

  // The next call.
  void Apply(const FileCall& call);

  // What is there after a crash now. `random` chooses the sectors.
  DiskFiles AfterCrash(Loss loss, std::mt19937_64* random) const;

 private:
  struct File {
    std::string bytes;
    std::string synced;
    bool sync_failed = false;
  };

  static std::string BytesAfter(const File& file, Loss loss,
                                std::mt19937_64* random);

  std::map<std::string, std::shared_ptr<File>> names_;
  std::map<std::string, std::shared_ptr<File>> synced_names_;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_TESTS_LEDGER_STORAGE_DISK_MODEL_H_
