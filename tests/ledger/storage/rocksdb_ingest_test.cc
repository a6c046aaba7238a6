// Rows that are ingested are in the store, all of them and with their
// watermark, or none is, wherever the power fails and whatever call fails.

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "ledger/storage/rocksdb_store.h"
#include "ledger/storage/row_buffer.h"
#include "tests/ledger/storage/disk_model.h"
#include "tests/ledger/storage/fault_file_system.h"
#include "tests/ledger/storage/rocksdb_place.h"

namespace skontro::ledger {
namespace {

namespace fs = std::filesystem;

using Fault = FaultFileSystem::Fault;

class RocksdbIngestTest : public testing::Test {
 protected:
  // A store whose rows are of the first time.
  RocksdbIngestTest() {
    const auto store =
        RocksdbStore::Open(path_, OpenMode::kCreate, TestResources()).value();
    EXPECT_TRUE(store->Ingest(*Rows("1")).ok());
    EXPECT_TRUE(Put(store.get(), "1").ok());
  }

  // Rows of some families that have the same keys each time, a row that is
  // deleted, and one that only this time has.
  static std::shared_ptr<const SortedRows> Rows(const std::string& time) {
    RowBuffer rows;
    for (const Family family : {Family::kAccount, Family::kMeta}) {
      rows.Put(family, "all", time);
      rows.Put(family, "only " + time, std::string(600, 'v'));
      rows.Delete(family, "only 1");
    }
    return rows.Sort();
  }
  // Of a family that the release of a snapshot does not make RocksDB merge: its
  // calls would come between those of the ingestion, now here, now there.
  static absl::Status Put(Store* store, const std::string& key) {
    WriteBatch rows;
    rows.Put(Family::kTree, key, "logged");
    return store->Write(rows, Durability::kSynced);
  }

  // Makes a store with a disk of its own ingest the rows of the second time.
  struct Run {
    DiskFiles base;
    std::vector<FileCall> calls;
    uint64_t first = 0;  // Calls before the ingestion, and with it.
    uint64_t last = 0;
    absl::Status status;
  };
  Run Ingest(const std::string& path, Fault fault, uint64_t failing) {
    Run run;
    run.base = ReadFiles(path_);
    WriteFiles(run.base, path);
    const auto disk = std::make_shared<FaultFileSystem>(path);
    const auto env = rocksdb::NewCompositeEnv(disk);
    RocksdbResources resources(1 << 20, 16 << 20, env.get());
    {
      const auto store =
          RocksdbStore::Open(path, OpenMode::kExisting, &resources).value();
      run.first = disk->call_count();
      if (failing > 0) {
        disk->Plan(fault, run.first + failing, run.first + failing);
      }
      run.status = store->Ingest(*Rows("2"));
      run.last = disk->call_count();
      disk->Plan(fault, 0, 0);
      run.calls = disk->calls();
      run.calls.resize(run.last);
      // What went well may have left something behind that the next one meets.
      if (failing > 0 && run.status.ok()) {
        EXPECT_TRUE(store->Ingest(*Rows("2")).ok());
      }
      // As a crash would leave them.
      CopyOpenStore(path, path + "-left");
    }
    return run;
  }

  // Which time the store in `path` is of. Nothing is left of a file that did
  // not get into it.
  static std::string TimeOf(const std::string& path) {
    auto opened =
        RocksdbStore::Open(path, OpenMode::kExisting, TestResources());
    if (!opened.ok()) return opened.status().ToString();
    for (const auto& file : fs::directory_iterator(path)) {
      EXPECT_NE(file.path().extension(), ".new");
    }
    const auto snapshot = (*opened)->GetSnapshot();
    EXPECT_TRUE(snapshot->Get(Family::kTree, "1").value().has_value());
    const std::string time =
        snapshot->Get(Family::kMeta, "all").value().value_or("none");
    for (const Family family : {Family::kAccount, Family::kMeta}) {
      FamilyRows want = {{"all", time}};
      if (time == "2") want["only 2"] = std::string(600, 'v');
      EXPECT_EQ(RowsOf(*snapshot, family), want);
    }
    return time;
  }

  const ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "store";
};

TEST_F(RocksdbIngestTest, WhereverThePowerFailsItIsWholeOrNothing) {
  const Run run = Ingest(scratch_ / "run", Fault::kDelay, 0);
  ASSERT_TRUE(run.status.ok()) << run.status;
  ASSERT_GT(run.last - run.first, 15U);
  DiskModel model(run.base);
  std::mt19937_64 random(1);
  int before = 0;
  int after = 0;
  for (uint64_t calls = 0; calls <= run.last; ++calls) {
    if (calls > 0) model.Apply(run.calls[calls - 1]);
    if (calls < run.first) continue;
    for (const Loss loss : kLosses) {
      // Opening takes long: these two tell the least.
      const bool rare = loss == Loss::kNone || loss == Loss::kHoles;
      if (rare && calls % 4 != 0 && calls != run.last) continue;
      SCOPED_TRACE(testing::Message()
                   << "after " << Describe(run.calls[calls - 1]) << ", "
                   << NameOf(loss));
      WriteFiles(model.AfterCrash(loss, &random), scratch_ / "after");
      const std::string time = TimeOf(scratch_ / "after");
      if (loss == Loss::kHoles && time.starts_with("DATA_LOSS")) continue;
      if (calls == run.last) {
        ASSERT_EQ(time, "2");
      }
      ASSERT_TRUE(time == "1" || time == "2") << time;
      ++(time == "1" ? before : after);
    }
  }
  EXPECT_GT(before, 15);
  EXPECT_GE(after, 3);
}

TEST_F(RocksdbIngestTest, WhateverCallFailsItIsWholeOrNothing) {
  const Run whole = Ingest(scratch_ / "whole", Fault::kDelay, 0);
  int failed = 0;
  int went_on = 0;
  for (const Fault fault : {Fault::kIoError, Fault::kNoSpace}) {
    const uint64_t step = fault == Fault::kIoError ? 1 : 3;
    for (uint64_t call = 1; call <= whole.last - whole.first; call += step) {
      SCOPED_TRACE(testing::Message()
                   << Describe(whole.calls[whole.first + call - 1]));
      const std::string path =
          scratch_ / (std::to_string(static_cast<int>(fault)) + "-" +
                      std::to_string(call));
      const Run run = Ingest(path, fault, call);
      const std::string time = TimeOf(path + "-left");
      if (run.status.ok()) {
        ++went_on;
        EXPECT_EQ(time, "2");
      } else {
        ++failed;
        EXPECT_TRUE(time == "1" || time == "2") << time;
        EXPECT_EQ(absl::IsResourceExhausted(run.status),
                  fault == Fault::kNoSpace)
            << run.status;
      }
    }
  }
  EXPECT_GT(failed, 15);
  EXPECT_GE(went_on, 2) << "a file that was ingested could not be unlinked";
}

TEST_F(RocksdbIngestTest, WhatACrashLeftBehindIsRemoved) {
  std::ofstream(path_ + "/account.new") << "half a table";
  std::ofstream(path_ + "/account.newer") << "somebody else's";
  EXPECT_EQ(TimeOf(path_), "1");
  EXPECT_FALSE(fs::exists(path_ + "/account.new"));
  EXPECT_TRUE(fs::exists(path_ + "/account.newer"));
}

}  // namespace
}  // namespace skontro::ledger
