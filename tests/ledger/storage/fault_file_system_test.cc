#include "tests/ledger/storage/fault_file_system.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "ledger/storage/rocksdb_store.h"
#include "tests/ledger/storage/disk_model.h"
#include "tests/ledger/storage/rocksdb_place.h"

namespace skontro::ledger {
namespace {

using Fault = FaultFileSystem::Fault;
using rocksdb::IOStatus;

class FaultFileSystemTest : public testing::Test {
 protected:
  FaultFileSystemTest() { std::filesystem::create_directories(path_); }

  std::unique_ptr<rocksdb::FSWritableFile> Create(const std::string& name) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    EXPECT_TRUE(
        disk_->NewWritableFile(path_ + "/" + name, {}, &file, nullptr).ok());
    return file;
  }
  void SyncDirectory() {
    std::unique_ptr<rocksdb::FSDirectory> directory;
    EXPECT_TRUE(disk_->NewDirectory(path_, {}, &directory, nullptr).ok());
    EXPECT_TRUE(directory->Fsync({}, nullptr).ok());
  }
  DiskFiles After(Loss loss, uint64_t seed = 1) {
    DiskModel model({});
    for (const FileCall& call : disk_->calls()) model.Apply(call);
    std::mt19937_64 random(seed);
    return model.AfterCrash(loss, &random);
  }

  const ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "disk";
  const std::shared_ptr<FaultFileSystem> disk_ =
      std::make_shared<FaultFileSystem>(path_);
};

TEST_F(FaultFileSystemTest, CallsAreCountedAndNamed) {
  const auto file = Create("a");
  ASSERT_TRUE(file->Append("12345", {}, nullptr).ok());
  ASSERT_TRUE(file->Sync({}, nullptr).ok());
  ASSERT_TRUE(disk_->RenameFile(path_ + "/a", path_ + "/b", {}, nullptr).ok());
  ASSERT_EQ(disk_->call_count(), 4);
  EXPECT_EQ(Describe(disk_->calls()[0]), "NewWritableFile a");
  EXPECT_EQ(Describe(disk_->calls()[1]), "Append a 5");
  EXPECT_EQ(Describe(disk_->calls()[2]), "Sync a");
  EXPECT_EQ(Describe(disk_->calls()[3]), "RenameFile a -> b");
}

TEST_F(FaultFileSystemTest, OnlyWhatWasSyncedSurvivesAPowerCut) {
  const auto file = Create("a");
  ASSERT_TRUE(file->Append("synced", {}, nullptr).ok());
  ASSERT_TRUE(file->Sync({}, nullptr).ok());
  EXPECT_EQ(After(Loss::kAll), DiskFiles{}) << "its name was not synced";
  SyncDirectory();
  ASSERT_TRUE(file->Append(", and not", {}, nullptr).ok());
  EXPECT_EQ(After(Loss::kAll), (DiskFiles{{"a", "synced"}}));
  EXPECT_EQ(After(Loss::kNone), (DiskFiles{{"a", "synced, and not"}}));
  ASSERT_TRUE(disk_->DeleteFile(path_ + "/a", {}, nullptr).ok());
  EXPECT_EQ(After(Loss::kAll), (DiskFiles{{"a", "synced"}}));
  EXPECT_EQ(After(Loss::kNone), DiskFiles{});
}

TEST_F(FaultFileSystemTest, ATornWriteEndsAtASector) {
  const auto file = Create("a");
  ASSERT_TRUE(file->Append(std::string(700, 's'), {}, nullptr).ok());
  ASSERT_TRUE(file->Sync({}, nullptr).ok());
  ASSERT_TRUE(file->Append(std::string(1'000, 'u'), {}, nullptr).ok());
  std::set<size_t> sizes;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    sizes.insert(After(Loss::kTorn, seed)["a"].size());
  }
  // What was synced, and whole sectors after it.
  EXPECT_EQ(sizes, (std::set<size_t>{700, 1024, 1536}));
}

TEST_F(FaultFileSystemTest, AHoleIsOfZerosAndNeverInWhatWasSynced) {
  const auto file = Create("a");
  ASSERT_TRUE(file->Append(std::string(700, 's'), {}, nullptr).ok());
  ASSERT_TRUE(file->Sync({}, nullptr).ok());
  ASSERT_TRUE(file->Append(std::string(1'000, 'u'), {}, nullptr).ok());
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const std::string bytes = After(Loss::kHoles, seed)["a"];
    EXPECT_EQ(bytes.size(), 1'700);
    EXPECT_EQ(bytes.substr(0, 700), std::string(700, 's'));
    seen.insert(bytes);
  }
  EXPECT_GT(seen.size(), 4);
}

TEST_F(FaultFileSystemTest, TheCallOfANumberFailsAndLaterOnesDoNot) {
  const auto file = Create("a");
  disk_->Plan(Fault::kIoError, 3, 3);
  EXPECT_TRUE(file->Append("1", {}, nullptr).ok());
  const IOStatus failed = file->Append("2", {}, nullptr);
  EXPECT_TRUE(failed.IsIOError() && !failed.IsNoSpace()) << failed.ToString();
  EXPECT_TRUE(file->Append("3", {}, nullptr).ok());
  EXPECT_EQ(After(Loss::kNone), (DiskFiles{{"a", "13"}}));
  EXPECT_EQ(ReadFiles(path_), (DiskFiles{{"a", "13"}}));
}

TEST_F(FaultFileSystemTest, AFullDiskTakesAPartOfTheLastWrite) {
  const auto file = Create("a");
  disk_->Plan(Fault::kNoSpace, 2, UINT64_MAX);
  EXPECT_TRUE(file->Append("123456", {}, nullptr).IsNoSpace());
  EXPECT_TRUE(file->Sync({}, nullptr).IsNoSpace());
  EXPECT_EQ(ReadFiles(path_), (DiskFiles{{"a", "123"}}));
  EXPECT_EQ(After(Loss::kNone), (DiskFiles{{"a", "123"}}));
}

// What the kernel could not write it may have dropped: a second fsync says OK.
TEST_F(FaultFileSystemTest, WhatOneSyncLostNoLaterSyncSaves) {
  const auto file = Create("a");
  SyncDirectory();
  ASSERT_TRUE(file->Append("12", {}, nullptr).ok());
  disk_->Plan(Fault::kIoError, 4, 4);
  EXPECT_FALSE(file->Sync({}, nullptr).ok());
  EXPECT_TRUE(file->Sync({}, nullptr).ok());
  EXPECT_EQ(After(Loss::kAll), (DiskFiles{{"a", ""}}));
}

TEST_F(FaultFileSystemTest, ADelayedCallIsMade) {
  const auto file = Create("a");
  disk_->Plan(Fault::kDelay, 1, UINT64_MAX);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(file->Append("1", {}, nullptr).ok());
  EXPECT_GE(std::chrono::steady_clock::now() - start,
            std::chrono::milliseconds(1));
  EXPECT_EQ(ReadFiles(path_), (DiskFiles{{"a", "1"}}));
}

// --- A store on it -----------------------------------------------------------

class StoreOnFaultsTest : public FaultFileSystemTest {
 protected:
  absl::StatusOr<std::unique_ptr<RocksdbStore>> Open(OpenMode mode) {
    return RocksdbStore::Open(path_, mode, &resources_);
  }
  static absl::Status Put(RocksdbStore* store, Durability durability) {
    WriteBatch rows;
    rows.Put(Family::kAccount, "key", std::string(300, 'v'));
    return store->Write(rows, durability);
  }

  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
  RocksdbResources resources_{1 << 20, 16 << 20, env_.get()};
};

TEST_F(StoreOnFaultsTest, ARowWhoseBitsFlipOnTheWayIsAnErrorAndNoValue) {
  {
    const auto store = Open(OpenMode::kCreate).value();
    ASSERT_TRUE(Put(store.get(), Durability::kUnlogged).ok());
    ASSERT_TRUE(store->Flush().ok());
  }
  const auto store = Open(OpenMode::kExisting).value();
  ASSERT_TRUE(store->GetSnapshot()->Get(Family::kAccount, "key").ok());
  // Another store, with nothing in its cache.
  RocksdbResources fresh{1 << 20, 16 << 20, env_.get()};
  std::filesystem::copy(path_, scratch_ / "other");
  const auto other =
      RocksdbStore::Open(scratch_ / "other", OpenMode::kExisting, &fresh)
          .value();
  disk_->FlipOnRead(".sst", 20, 0x04);
  EXPECT_TRUE(absl::IsDataLoss(
      other->GetSnapshot()->Get(Family::kAccount, "key").status()));
  const auto snapshot = other->GetSnapshot();
  const auto it = snapshot->NewIterator(Family::kAccount);
  it->Seek("");
  EXPECT_FALSE(it->Valid());
  EXPECT_TRUE(absl::IsDataLoss(it->status())) << it->status();
}

TEST_F(StoreOnFaultsTest, AFailedSyncIsAnErrorAndNoLaterWriteSucceeds) {
  const auto store = Open(OpenMode::kCreate).value();
  ASSERT_TRUE(Put(store.get(), Durability::kSynced).ok());
  const uint64_t next = disk_->call_count() + 1;
  disk_->Plan(Fault::kIoError, next + 1, next + 1);
  EXPECT_TRUE(absl::IsUnavailable(Put(store.get(), Durability::kSynced)));
  EXPECT_EQ(disk_->calls()[next].name, "Sync");
  EXPECT_FALSE(Put(store.get(), Durability::kSynced).ok());
}

TEST_F(StoreOnFaultsTest, AFullDiskIsNamed) {
  const auto store = Open(OpenMode::kCreate).value();
  disk_->Plan(Fault::kNoSpace, disk_->call_count() + 1, UINT64_MAX);
  EXPECT_TRUE(absl::IsResourceExhausted(Put(store.get(), Durability::kSynced)));
}

}  // namespace
}  // namespace skontro::ledger
