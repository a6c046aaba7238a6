#include "tests/ledger/storage/rocksdb_place.h"

#include <unistd.h>

#include <cstdlib>
#include <set>
#include <utility>

#include "gtest/gtest.h"
#include "ledger/base/check.h"

namespace skontro::ledger {
namespace {

namespace fs = std::filesystem;

std::set<std::string> NamesIn(const std::string& directory) {
  std::set<std::string> names;
  for (const auto& file : fs::directory_iterator(directory)) {
    names.insert(file.path().filename());
  }
  return names;
}

// A store without rows: copying one is much faster than making one.
const std::string& EmptyStore() {
  static const ScratchDirectory directory;
  static const std::string path = [] {
    const std::string made = directory / "empty";
    SKONTRO_CHECK(
        RocksdbStore::Open(made, OpenMode::kCreate, TestResources()).ok());
    return made;
  }();
  return path;
}

class RocksdbPlace : public StorePlace {
 public:
  RocksdbPlace() {
    fs::copy(EmptyStore(), path_, fs::copy_options::recursive);
    Open();
  }

  Store* store() override { return store_.get(); }

  void Reopen() override {
    store_.reset();
    Open();
  }

  void Crash() override {
    const std::string after = directory_ / std::to_string(++crashes_);
    CopyOpenStore(path_, after);
    store_.reset();
    fs::remove_all(path_);
    path_ = after;
    Open();
  }

 private:
  void Open() {
    store_ =
        RocksdbStore::Open(path_, OpenMode::kExisting, TestResources()).value();
  }

  ScratchDirectory directory_;
  int crashes_ = 0;
  std::string path_ = directory_ / "0";
  std::unique_ptr<RocksdbStore> store_;
};

}  // namespace

// In memory where there is such a place: tests ask what is lost in a crash of
// the process, not whether the disk keeps its word.
ScratchDirectory::ScratchDirectory() {
  const std::string memory = "/dev/shm/";
  std::string path =
      access(memory.c_str(), W_OK) == 0 ? memory : testing::TempDir();
  path += "skontro-XXXXXX";
  SKONTRO_CHECK(mkdtemp(path.data()) != nullptr);
  path_ = path;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

RocksdbResources* TestResources() {
  static auto* const kResources =
      new RocksdbResources(/*cache_bytes=*/4 << 20,
                           /*write_buffer_bytes=*/64 << 20);
  return kResources;
}

StoreKind RocksdbKind() {
  return {"Rocksdb", []() -> std::unique_ptr<StorePlace> {
            return std::make_unique<RocksdbPlace>();
          }};
}

void CopyOpenStore(const std::string& from, const std::string& to) {
  // A compaction in the background changes which files there are; then again.
  for (std::set<std::string> before; before != NamesIn(from);) {
    fs::remove_all(to);
    before = NamesIn(from);
    std::error_code gone;
    fs::copy(from, to, fs::copy_options::recursive, gone);
    if (gone) before.clear();
  }
}

}  // namespace skontro::ledger
