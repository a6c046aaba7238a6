#include "ledger/storage/rocksdb_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/rocksdb_place.h"

namespace skontro::ledger {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;

// A directory with one store in it, some rows of which are in a table and some
// in the log only.
class RocksdbStoreTest : public testing::Test {
 protected:
  static absl::StatusOr<std::unique_ptr<RocksdbStore>> Open(
      const std::string& path, OpenMode mode) {
    return RocksdbStore::Open(path, mode, TestResources());
  }

  static absl::Status WriteRow(Store* store, const std::string& key,
                               const std::string& value) {
    WriteBatch batch;
    batch.Put(Family::kJournal, key, value);
    return store->Write(batch, Durability::kSynced);
  }

  // Leaves the files that a crash would leave.
  void MakeStore(const std::string& path) {
    const std::string open = path + ".open";
    auto store = Open(open, OpenMode::kCreate);
    ASSERT_TRUE(store.ok()) << store.status();
    for (int i = 0; i < 20; ++i) {
      if (i == 10) {
        ASSERT_TRUE((*store)->Flush().ok());
      }
      ASSERT_TRUE(
          WriteRow(store->get(), std::to_string(i), std::string(90, 'v')).ok());
    }
    rows_ = RowsOf(*(*store)->GetSnapshot(), Family::kJournal);
    CopyOpenStore(open, path);
    store->reset();
    fs::remove_all(open);
  }

  // That opening fails with `code`, says `says`, and leaves all as it was.
  void ExpectRefused(const std::string& path, OpenMode mode, StatusCode code,
                     const std::string& says) {
    const absl::Status status = Open(path, mode).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_NE(std::string(status.message()).find(says), std::string::npos)
        << status;
    EXPECT_NE(std::string(status.message()).find(path), std::string::npos)
        << "which store? " << status;
  }

  ScratchDirectory directory_;
  const std::string path_ = directory_ / "blocks-and-locks";
  FamilyRows rows_;
};

TEST_F(RocksdbStoreTest, AStoreIsMadeOnceAndThenOpened) {
  MakeStore(path_);
  ExpectRefused(path_, OpenMode::kCreate, StatusCode::kAlreadyExists,
                "a new store needs an empty one");
  auto store = Open(path_, OpenMode::kExisting);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(RowsOf(*(*store)->GetSnapshot(), Family::kJournal), rows_);
}

TEST_F(RocksdbStoreTest, AnEmptyDirectoryMayBecomeAStore) {
  fs::create_directory(path_);
  EXPECT_TRUE(Open(path_, OpenMode::kCreate).ok());
}

TEST_F(RocksdbStoreTest, NothingThatIsThereIsWrittenOver) {
  fs::create_directory(path_);
  std::ofstream(path_ + "/letter.txt") << "dear";
  ExpectRefused(path_, OpenMode::kCreate, StatusCode::kAlreadyExists,
                "not empty");
  EXPECT_EQ(fs::file_size(path_ + "/letter.txt"), 4U);

  const std::string remains = directory_ / "remains";
  MakeStore(remains);
  fs::remove(remains + "/CURRENT");
  ExpectRefused(remains, OpenMode::kCreate, StatusCode::kAlreadyExists,
                "not empty");
}

TEST_F(RocksdbStoreTest, WhereThereIsNoStoreNoneIsOpened) {
  ExpectRefused(path_, OpenMode::kExisting, StatusCode::kNotFound,
                "check the path");
  EXPECT_FALSE(fs::exists(path_));
  fs::create_directory(path_);
  ExpectRefused(path_, OpenMode::kExisting, StatusCode::kNotFound,
                "check the path");
  EXPECT_TRUE(fs::is_empty(path_));
  ExpectRefused(path_ + "/no/such", OpenMode::kCreate, StatusCode::kNotFound,
                "no directory to hold");
  EXPECT_TRUE(fs::is_empty(path_));
}

TEST_F(RocksdbStoreTest, AFileIsNoStore) {
  std::ofstream(path_) << "text";
  for (OpenMode mode : {OpenMode::kCreate, OpenMode::kExisting}) {
    ExpectRefused(path_, mode, StatusCode::kFailedPrecondition, "is a file");
  }
  ExpectRefused(path_ + "/below", OpenMode::kCreate, StatusCode::kNotFound,
                "no directory to hold");
}

TEST_F(RocksdbStoreTest, AStoreIsOpenInOnePlaceOnly) {
  MakeStore(path_);
  auto store = Open(path_, OpenMode::kExisting);
  ASSERT_TRUE(store.ok()) << store.status();
  ExpectRefused(path_, OpenMode::kExisting, StatusCode::kFailedPrecondition,
                "in use by another server");
  store->reset();
  EXPECT_TRUE(Open(path_, OpenMode::kExisting).ok());
}

TEST_F(RocksdbStoreTest, APathWithAWordOfAnErrorInItChangesNoCode) {
  const std::string path = directory_ / "lock hold by: Permission denied";
  MakeStore(path);
  fs::remove(path + "/CURRENT");
  ExpectRefused(path, OpenMode::kExisting, StatusCode::kDataLoss,
                "lost its file CURRENT");
}

TEST_F(RocksdbStoreTest, AStoreOfALaterVersionIsLeftAlone) {
  MakeStore(path_);
  {
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, path_, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) {
      families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path_, families, &handles, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    ASSERT_TRUE(
        db->CreateColumnFamily({}, "clearing", &handles.emplace_back()).ok());
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
      ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
    }
  }
  ExpectRefused(path_, OpenMode::kExisting, StatusCode::kUnimplemented,
                "family 'clearing' that this program does not know; start a "
                "newer skontrod");
}

// Takes away the rights of root, and gives them back.
class AsNobody {
 public:
  AsNobody() {
    if (geteuid() == 0) was_root_ = seteuid(65'534) == 0;
  }
  ~AsNobody() {
    if (was_root_ && seteuid(0) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  bool was_root_ = false;
};

TEST_F(RocksdbStoreTest, AStoreOfAnotherUserIsLeftAlone) {
  MakeStore(path_);
  fs::permissions(fs::path(path_).parent_path(), fs::perms(0755));
  for (const auto& [mode, says] :
       {std::pair(0555, "may not be written"), std::pair(0000, "read")}) {
    fs::permissions(path_, fs::perms(mode));
    const AsNobody nobody;
    ASSERT_NE(faccessat(AT_FDCWD, path_.c_str(), W_OK, AT_EACCESS), 0)
        << "nobody may write here";
    ExpectRefused(path_, OpenMode::kExisting, StatusCode::kPermissionDenied,
                  says);
  }
  fs::permissions(path_, fs::perms(0755));
  EXPECT_TRUE(Open(path_, OpenMode::kExisting).ok());
}

// Files may not grow past a size while this lives, as on a disk that is full.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small = {bytes, before_.rlim_max};
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(RocksdbStoreTest, ADiskThatFailsLosesNothingThatWasAcknowledged) {
  auto store = Open(path_, OpenMode::kCreate);
  ASSERT_TRUE(store.ok()) << store.status();
  FamilyRows acknowledged;
  {
    const SmallDisk disk(300'000);
    for (int i = 0; i < 50; ++i) {
      const std::string value(20'000, static_cast<char>('a' + i % 26));
      const absl::Status status =
          WriteRow(store->get(), std::to_string(i), value);
      if (!status.ok()) {
        EXPECT_EQ(status.code(), StatusCode::kUnavailable);
        EXPECT_NE(std::string(status.message()).find("the disk cannot be"),
                  std::string::npos)
            << status;
        break;
      }
      acknowledged[std::to_string(i)] = value;
    }
    ASSERT_GT(acknowledged.size(), 5U);
    ASSERT_LT(acknowledged.size(), 50U);
    EXPECT_FALSE(WriteRow(store->get(), "later", "x").ok());
  }
  const std::string after = directory_ / "after";
  CopyOpenStore(path_, after);
  auto recovered = Open(after, OpenMode::kExisting);
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  const FamilyRows rows =
      RowsOf(*(*recovered)->GetSnapshot(), Family::kJournal);
  EXPECT_TRUE(std::includes(rows.begin(), rows.end(), acknowledged.begin(),
                            acknowledged.end()));
  EXPECT_LE(rows.size(), acknowledged.size() + 1);
}

std::vector<std::string> FilesOf(const std::string& path,
                                 const std::string& part) {
  std::vector<std::string> files;
  for (const auto& file : fs::directory_iterator(path)) {
    if (file.path().filename().string().find(part) != std::string::npos &&
        file.file_size() > 0) {
      files.push_back(file.path());
    }
  }
  return files;
}

TEST_F(RocksdbStoreTest, AStoreThatLostAFileIsRefused) {
  for (const char* part : {"CURRENT", "MANIFEST", ".sst"}) {
    SCOPED_TRACE(part);
    const std::string path = directory_ / part;
    MakeStore(path);
    const std::vector<std::string> files = FilesOf(path, part);
    ASSERT_FALSE(files.empty());
    for (const std::string& file : files) fs::remove(file);
    ExpectRefused(path, OpenMode::kExisting, StatusCode::kDataLoss,
                  "keep it as it is and start from a copy");
  }
}

// The rows of the store at `path`, or why they cannot be had.
absl::StatusOr<FamilyRows> ReadAll(const std::string& path) {
  auto store = RocksdbStore::Open(path, OpenMode::kExisting, TestResources());
  if (!store.ok()) return store.status();
  const auto snapshot = (*store)->GetSnapshot();
  const auto it = snapshot->NewIterator(Family::kJournal);
  FamilyRows rows;
  for (it->Seek(""); it->Valid(); it->Next()) {
    rows.emplace(it->key(), it->value());
  }
  if (!it->status().ok()) return it->status();
  return rows;
}

void FlipByte(const std::string& file, size_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  const int byte = stream.get();
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(static_cast<char>(byte ^ 0x55));
}

// Opens a copy of the store at `whole` for each of many bytes of its files, the
// byte flipped, and says how many of those were refused. Others are looked at
// by `accept`.
int FlipBytes(const std::string& whole, const std::string& copy,
              const std::string& part,
              const std::function<void(const FamilyRows&)>& accept) {
  int refused = 0;
  for (const std::string& file : FilesOf(whole, part)) {
    const std::string name = fs::path(file).filename();
    const size_t size = fs::file_size(file);
    for (size_t at = 0; at < size; at += 1 + size / 60) {
      SCOPED_TRACE(testing::Message() << name << " at byte " << at);
      fs::remove_all(copy);
      fs::copy(whole, copy);
      FlipByte(copy + "/" + name, at);
      const absl::StatusOr<FamilyRows> rows = ReadAll(copy);
      if (rows.ok()) {
        accept(*rows);
      } else {
        EXPECT_EQ(rows.status().code(), StatusCode::kDataLoss) << rows.status();
        ++refused;
      }
    }
  }
  return refused;
}

TEST_F(RocksdbStoreTest, AFlippedByteOfATableIsRefusedOrChangesNothing) {
  const std::string whole = directory_ / "whole";
  MakeStore(whole);
  for (const char* part : {"CURRENT", ".sst"}) {
    const int refused =
        FlipBytes(whole, path_, part,
                  [&](const FamilyRows& rows) { EXPECT_TRUE(rows == rows_); });
    EXPECT_GT(refused, 5) << part;
  }
}

// A flipped length in a log looks like a write that a power cut tore, which is
// tolerated because it was never acknowledged; what is behind it is lost with
// it, and the readers of a journal have to notice the gap. No row is another.
TEST_F(RocksdbStoreTest, AFlippedByteOfALogIsRefusedOrCutsItsTail) {
  const std::string whole = directory_ / "whole";
  MakeStore(whole);
  for (const char* part : {"MANIFEST", ".log"}) {
    const int refused =
        FlipBytes(whole, path_, part, [&](const FamilyRows& rows) {
          EXPECT_TRUE(std::includes(rows_.begin(), rows_.end(), rows.begin(),
                                    rows.end()));
        });
    EXPECT_GT(refused, 20) << part;
  }
}

}  // namespace
}  // namespace skontro::ledger
