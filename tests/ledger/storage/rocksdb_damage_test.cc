// Why there is a head anchor: what the packaged RocksDB does when its log is
// damaged, in each of its recovery modes, and what our store does with the
// anchor beside it. docs/journal_format.md has the table.
//
// Twenty synced writes, the process gone without closing, the log damaged, the
// store opened again: how many writes are there?

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/head_check.h"
#include "ledger/storage/rocksdb_store.h"
#include "ledger/store_journal.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/rocksdb_place.h"

namespace skontro::ledger {
namespace {

namespace fs = std::filesystem;
using rocksdb::WALRecoveryMode;

constexpr int kWrites = 20;
constexpr int kRefuses = -1;

// Where each record of a log ends: blocks of 32 KiB, headers of seven bytes,
// and every record here is whole in its block or goes on in the next (types 1
// and 4 end one).
std::vector<size_t> RecordEnds(const std::string& log) {
  std::vector<size_t> ends;
  size_t at = 0;
  while (at + 7 <= log.size()) {
    const size_t left = 32'768 - at % 32'768;
    if (left < 7) {
      at += left;
      continue;
    }
    const auto byte = [&](size_t i) {
      return static_cast<size_t>(static_cast<unsigned char>(log[at + i]));
    };
    const size_t type = byte(6);
    if (type == 0) break;
    at += 7 + byte(4) + 256 * byte(5);
    if (type == 1 || type == 4) ends.push_back(at);
  }
  return ends;
}

std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The newest log in a directory.
std::string LogIn(const std::string& directory) {
  std::string newest;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".log") continue;
    newest = std::max(newest, entry.path().string());
  }
  return newest;
}

struct Damage {
  const char* name;
  // Changes the bytes, `ends` being the ends of its records; false deletes.
  std::function<bool(std::string* log, const std::vector<size_t>& ends)> apply;
  // What RocksDB opens with: tolerate, absolute, point in time.
  int tolerate;
  int absolute;
  int point_in_time;
  // Whether our store, with the anchor, opens at all.
  bool ours_opens;
};

std::vector<Damage> Damages() {
  return {
      {"none", [](std::string*, const std::vector<size_t>&) { return true; },
       20, 20, 20, true},
      {"bit flip in the middle of synced data",
       [](std::string* log, const std::vector<size_t>& ends) {
         (*log)[ends[ends.size() - 11] + 20] ^= 1;
         return true;
       },
       kRefuses, kRefuses, 10, false},
      {"last record cut short",
       [](std::string* log, const std::vector<size_t>& ends) {
         log->resize(ends.back() - 3);
         return true;
       },
       19, kRefuses, 19, false},
      {"cut exactly at a record boundary",
       [](std::string* log, const std::vector<size_t>& ends) {
         log->resize(ends[ends.size() - 11]);
         return true;
       },
       10, 10, 10, false},
      {"bit flip in the last record",
       [](std::string* log, const std::vector<size_t>& ends) {
         (*log)[ends[ends.size() - 2] + 20] ^= 1;
         return true;
       },
       kRefuses, kRefuses, 19, false},
      {"live log deleted",
       [](std::string*, const std::vector<size_t>&) { return false; }, 0, 0, 0,
       false},
  };
}

void Apply(const Damage& damage, const std::string& directory) {
  const std::string path = LogIn(directory);
  std::string log = ReadBytes(path);
  if (!damage.apply(&log, RecordEnds(log))) {
    fs::remove(path);
    return;
  }
  std::ofstream(path, std::ios::binary | std::ios::trunc) << log;
}

rocksdb::Options OptionsOf(WALRecoveryMode mode) {
  rocksdb::Options options;
  options.wal_recovery_mode = mode;
  options.paranoid_checks = true;
  options.track_and_verify_wals_in_manifest = true;
  options.recycle_log_file_num = 0;
  return options;
}

// A store of RocksDB with its twenty writes, as the process left it.
void WriteRocksdb(const std::string& live, const std::string& left) {
  rocksdb::Options options =
      OptionsOf(WALRecoveryMode::kTolerateCorruptedTailRecords);
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, live, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  for (int i = 0; i < kWrites; ++i) {
    ASSERT_TRUE(
        db->Put(synced, absl::StrCat("key", 100 + i), std::string(160, 'v'))
            .ok());
  }
  CopyOpenStore(live, left);
}

int CountRocksdb(const std::string& directory, WALRecoveryMode mode) {
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(OptionsOf(mode), directory, &opened).ok()) {
    return kRefuses;
  }
  const std::unique_ptr<rocksdb::DB> db(opened);
  int count = 0;
  const std::unique_ptr<rocksdb::Iterator> row(
      db->NewIterator(rocksdb::ReadOptions()));
  for (row->SeekToFirst(); row->Valid(); row->Next()) ++count;
  return count;
}

std::string Said(int count) {
  return count == kRefuses ? "refuses" : absl::StrCat(count);
}

TEST(RocksdbDamageTest, NoModeOfRocksdbNoticesACleanCutOrALostLog) {
  ScratchDirectory scratch;
  WriteRocksdb(scratch / "live", scratch / "left");
  ASSERT_EQ(RecordEnds(ReadBytes(LogIn(scratch / "left"))).size(),
            size_t{kWrites});
  for (const Damage& damage : Damages()) {
    std::string row = damage.name;
    for (const auto& [mode, expected] :
         {std::pair(WALRecoveryMode::kTolerateCorruptedTailRecords,
                    damage.tolerate),
          std::pair(WALRecoveryMode::kAbsoluteConsistency, damage.absolute),
          std::pair(WALRecoveryMode::kPointInTimeRecovery,
                    damage.point_in_time)}) {
      fs::remove_all(scratch / "copy");
      fs::copy(scratch / "left", scratch / "copy");
      Apply(damage, scratch / "copy");
      const int count = CountRocksdb(scratch / "copy", mode);
      EXPECT_EQ(Said(count), Said(expected))
          << damage.name << ", mode " << static_cast<int>(mode);
      absl::StrAppend(&row, " | ", Said(count));
    }
    std::printf("%s\n", row.c_str());
  }
}

TEST(RocksdbDamageTest, WithTheAnchorEveryLossIsRefused) {
  ScratchDirectory scratch;
  Scribe scribe;
  AnchoredHead anchored;
  {
    auto store = RocksdbStore::Open(scratch / "live", OpenMode::kCreate,
                                    TestResources());
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE(
        StoreJournal::Create(store->get(), kNetwork, scribe.Genesis(), {})
            .ok());
  }
  {
    auto store = RocksdbStore::Open(scratch / "live", OpenMode::kExisting,
                                    TestResources());
    ASSERT_TRUE(store.ok()) << store.status();
    const auto journal = StoreJournal::Open(store->get()).value();
    for (int i = 0; i < kWrites; ++i) {
      AppendAndWait(journal.get(),
                    Pending({scribe.Transfer(kBaker, kPrinter, 100)}));
    }
    anchored = ToAnchored(ReadHead(*(*store)->GetSnapshot()).value());
    CopyOpenStore(scratch / "live", scratch / "left");
  }
  for (const Damage& damage : Damages()) {
    fs::remove_all(scratch / "copy");
    fs::copy(scratch / "left", scratch / "copy");
    Apply(damage, scratch / "copy");
    const auto store = RocksdbStore::Open(scratch / "copy", OpenMode::kExisting,
                                          TestResources());
    const absl::Status status =
        store.ok() ? CheckHead(*(*store)->GetSnapshot(), anchored)
                   : store.status();
    EXPECT_EQ(status.ok(), damage.ours_opens) << damage.name << ": " << status;
    // RocksDB refuses damage that it sees; the anchor what it does not see.
    EXPECT_EQ(absl::IsDataLoss(status), damage.tolerate == kRefuses)
        << damage.name << ": " << status;
    EXPECT_EQ(absl::IsOutOfRange(status),
              damage.tolerate != kRefuses && damage.tolerate < kWrites)
        << damage.name << ": " << status;
  }
}

}  // namespace
}  // namespace skontro::ledger
