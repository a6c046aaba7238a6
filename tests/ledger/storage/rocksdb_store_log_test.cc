// The log of RocksDB is the least of a store's files: that it cannot be written
// stops nothing and loses no row.

#include "ledger/storage/rocksdb_store_log.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <atomic>
#include <cstdarg>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/storage/rocksdb_store.h"
#include "tests/ledger/storage/rocksdb_place.h"

namespace skontro::ledger {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// A disk that is full for what RocksDB logs, while `full` is set.
class NoRoomForLogs : public rocksdb::FileSystemWrapper {
 public:
  NoRoomForLogs() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "NoRoomForLogs"; }

  IOStatus NewWritableFile(const std::string& path,
                           const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override {
    IOStatus status = target()->NewWritableFile(path, options, result, debug);
    if (status.ok() && path.ends_with("/LOG")) {
      *result = std::make_unique<Log>(this, std::move(*result));
    }
    return status;
  }

  std::atomic<bool> full = false;
  std::atomic<int> refused = 0;

 private:
  class Log : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    Log(NoRoomForLogs* disk, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk) {}
    using FSWritableFileOwnerWrapper::Append;
    IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                    IODebugContext* debug) override {
      if (!disk_->full) return target()->Append(data, options, debug);
      ++disk_->refused;
      return IOStatus::NoSpace("no space left on device");
    }

   private:
    NoRoomForLogs* const disk_;
  };
};

class RocksdbStoreLogTest : public testing::Test {
 protected:
  std::string LogText() const {
    std::ifstream stream(path_ + "/LOG", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  }

  static absl::Status Put(Store* store, const std::string& key) {
    WriteBatch rows;
    rows.Put(Family::kJournal, key, "value");
    return store->Write(rows, Durability::kSynced);
  }

  ScratchDirectory directory_;
  const std::string path_ = directory_ / "store";
};

// One line of `text`, as RocksDB calls a log.
__attribute__((format(printf, 2, 3))) void Say(StoreLog* log,
                                               const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  log->Logv(format, arguments);
  va_end(arguments);
}

TEST_F(RocksdbStoreLogTest, AFullDiskLosesLinesAndNothingElse) {
  const auto disk = std::make_shared<NoRoomForLogs>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk);
  RocksdbResources resources(1 << 20, 1 << 20, env.get());
  auto store = RocksdbStore::Open(path_, OpenMode::kCreate, &resources).value();
  const size_t before = LogText().size();
  EXPECT_GT(before, 0U);

  disk->full = true;
  for (const char* const key : {"1", "2", "3"}) {
    EXPECT_TRUE(Put(store.get(), key).ok());
    EXPECT_TRUE(store->Flush().ok()) << "a flush is logged";
  }
  EXPECT_GT(disk->refused, 3);
  EXPECT_EQ(LogText().size(), before);

  disk->full = false;
  EXPECT_TRUE(Put(store.get(), "4").ok());
  EXPECT_TRUE(store->Flush().ok());
  EXPECT_GT(LogText().size(), before) << "it goes on when there is room";
  EXPECT_EQ(RowsOf(*store->GetSnapshot(), Family::kJournal).size(), 4U);
}

TEST_F(RocksdbStoreLogTest, EveryLineHasATimeAndAnEnd) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  const std::string path = directory_ / "LOG";
  ASSERT_TRUE(rocksdb::FileSystem::Default()
                  ->NewWritableFile(path, rocksdb::FileOptions(), &file,
                                    /*dbg=*/nullptr)
                  .ok());
  StoreLog log(std::move(file));
  Say(&log, "file %d", 7);
  Say(&log, "with its end\n");
  Say(&log, "%s", "");
  Say(&log, "%s", std::string(100'000, 'x').c_str());
  EXPECT_EQ(log.GetLogFileSize(), std::filesystem::file_size(path));
  EXPECT_TRUE(log.Close().ok());

  std::ifstream stream(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_TRUE(lines[0].ends_with(" file 7")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with(" with its end")) << lines[1];
  // The time alone, such as 2026/11/22-14:31:18.970884.
  EXPECT_EQ(lines[2].size(), 27U) << lines[2];
  EXPECT_EQ(lines[2].find('\0'), std::string::npos);
  EXPECT_TRUE(lines[3].ends_with("xxx"));
  EXPECT_LT(lines[3].size(), 33'000U) << "cut";
}

}  // namespace
}  // namespace skontro::ledger
