// A store on RocksDB in a directory of its own, which goes with it.

#ifndef SKONTRO_TESTS_LEDGER_STORAGE_ROCKSDB_PLACE_H_
#define SKONTRO_TESTS_LEDGER_STORAGE_ROCKSDB_PLACE_H_

#include <filesystem>
#include <string>

#include "ledger/storage/rocksdb_store.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {

// A directory that is empty, and is removed with all in it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

// What the stores of a test program share.
RocksdbResources* TestResources();

StoreKind RocksdbKind();

// Copies the files of an open store as they are: what a crash of the process
// would leave.
void CopyOpenStore(const std::string& from, const std::string& to);

}  // namespace skontro::ledger

#endif  // SKONTRO_TESTS_LEDGER_STORAGE_ROCKSDB_PLACE_H_
