// What ledger/storage/store.h promises, of every kind of store.

#include "ledger/storage/store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ledger/storage/row_buffer.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {
namespace {

using std::string_literals::operator""s;

constexpr Family kFirst = Family::kJournal;
constexpr Family kOther = Family::kAccount;
constexpr auto kUnlogged = Durability::kUnlogged;
constexpr std::nullopt_t kNone = std::nullopt;

class StoreTest : public testing::TestWithParam<StoreKind> {
 protected:
  // Writes one row, or deletes it.
  void Put(Family family, const std::string& key, const std::string& value,
           Durability durability = Durability::kSynced) {
    WriteBatch batch;
    batch.Put(family, key, value);
    Write(batch, durability);
  }
  void Delete(Family family, const std::string& key,
              Durability durability = Durability::kSynced) {
    WriteBatch batch;
    batch.Delete(family, key);
    Write(batch, durability);
  }
  void Write(const WriteBatch& batch, Durability durability) {
    const absl::Status status = store()->Write(batch, durability);
    ASSERT_TRUE(status.ok()) << status;
  }

  void Ingest(RowBuffer* rows) {
    const absl::Status status = store()->Ingest(*rows->Sort());
    ASSERT_TRUE(status.ok()) << status;
  }

  std::optional<std::string> Get(Family family, const std::string& key) {
    return store()->GetSnapshot()->Get(family, key).value();
  }

  Store* store() { return place_->store(); }

  std::unique_ptr<StorePlace> place_ = GetParam().make();
};

TEST_P(StoreTest, AFreshStoreHasNoRows) {
  const auto snapshot = store()->GetSnapshot();
  for (const auto& [family, rows] : RowsOf(*snapshot)) {
    EXPECT_TRUE(rows.empty()) << family;
  }
  EXPECT_EQ(Get(kFirst, "a"), kNone);
  const auto it = snapshot->NewIterator(kFirst);
  EXPECT_FALSE(it->Valid());
  it->SeekForPrev("zzz");
  EXPECT_FALSE(it->Valid());
  EXPECT_TRUE(it->status().ok());
}

TEST_P(StoreTest, ARowIsThereUntilItIsDeleted) {
  Put(kFirst, "a", "1");
  EXPECT_EQ(Get(kFirst, "a"), "1");
  Put(kFirst, "a", "2");
  EXPECT_EQ(Get(kFirst, "a"), "2");
  Delete(kFirst, "a");
  EXPECT_EQ(Get(kFirst, "a"), kNone);
  Delete(kFirst, "never there");
  EXPECT_EQ(Get(kFirst, "never there"), kNone);
}

TEST_P(StoreTest, FamiliesDoNotMix) {
  for (Family family : AllFamilies()) {
    Put(family, "key", std::to_string(static_cast<size_t>(family)));
  }
  place_->Reopen();
  for (Family family : AllFamilies()) {
    EXPECT_EQ(Get(family, "key"), std::to_string(static_cast<size_t>(family)));
  }
}

TEST_P(StoreTest, KeysAndValuesAreAnyBytes) {
  const std::string kBytes[] = {"",   "\0"s,  "\0\0"s, "a\0b"s,
                                "\n", "\x7f", "\x80"s, "\xff\xff"s};
  for (const std::string& bytes : kBytes) Put(kFirst, bytes, bytes + "value");
  Put(kFirst, "empty", "");
  place_->Reopen();
  for (const std::string& bytes : kBytes) {
    EXPECT_EQ(Get(kFirst, bytes), bytes + "value");
  }
  EXPECT_EQ(Get(kFirst, "empty"), "");
}

TEST_P(StoreTest, RowsAreInTheOrderOfUnsignedBytes) {
  const std::vector<std::string> kKeys = {"\0"s, "\0\0"s, "\x01", "a",   "aa",
                                          "b",   "\x7f",  "\x80", "\xff"};
  for (auto key = kKeys.rbegin(); key != kKeys.rend(); ++key) {
    Put(kFirst, *key, "");
  }
  std::vector<std::string> found;
  for (const auto& [key, value] : RowsOf(*store()->GetSnapshot(), kFirst)) {
    found.push_back(key);
  }
  EXPECT_EQ(found, kKeys);
}

TEST_P(StoreTest, TheLastWordOnARowInABatchHolds) {
  WriteBatch batch;
  batch.Put(kFirst, "a", "1");
  batch.Put(kFirst, "a", "2");
  batch.Put(kFirst, "b", "1");
  batch.Delete(kFirst, "b");
  batch.Delete(kFirst, "c");
  batch.Put(kFirst, "c", "1");
  Write(batch, Durability::kSynced);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Get(kFirst, "a"), "2");
    EXPECT_EQ(Get(kFirst, "b"), kNone);
    EXPECT_EQ(Get(kFirst, "c"), "1");
    place_->Crash();
  }
}

TEST_P(StoreTest, AnEmptyBatchChangesNothing) {
  Put(kFirst, "a", "1");
  Write(WriteBatch(), Durability::kSynced);
  Write(WriteBatch(), kUnlogged);
  EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst), (FamilyRows{{"a", "1"}}));
}

TEST_P(StoreTest, ALargeBatchSurvivesACrash) {
  WriteBatch batch;
  FamilyRows rows;
  for (int i = 0; i < 2'000; ++i) {
    rows["key" + std::to_string(i)] = std::string(1'000, static_cast<char>(i));
  }
  rows["large"] = std::string(2'000'000, 'x');
  for (const auto& [key, value] : rows) batch.Put(kFirst, key, value);
  Write(batch, Durability::kSynced);
  place_->Crash();
  EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst), rows);
}

TEST_P(StoreTest, ASnapshotSeesOneStateForEver) {
  Put(kFirst, "a", "1");
  Put(kFirst, "b", "1");
  const auto before = store()->GetSnapshot();
  const auto walk = before->NewIterator(kFirst);
  walk->Seek("a");
  Put(kFirst, "a", "2");
  Delete(kFirst, "b");
  Put(kFirst, "c", "2", kUnlogged);
  ASSERT_TRUE(store()->Flush().ok());

  EXPECT_EQ(before->Get(kFirst, "a").value(), "1");
  EXPECT_EQ(before->Get(kFirst, "b").value(), "1");
  EXPECT_EQ(before->Get(kFirst, "c").value(), kNone);
  EXPECT_EQ(RowsOf(*before, kFirst), (FamilyRows{{"a", "1"}, {"b", "1"}}));
  ASSERT_TRUE(walk->Valid());
  EXPECT_EQ(walk->value(), "1");
  walk->Next();
  ASSERT_TRUE(walk->Valid());
  EXPECT_EQ(walk->key(), "b");
  walk->Next();
  EXPECT_FALSE(walk->Valid());

  EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst),
            (FamilyRows{{"a", "2"}, {"c", "2"}}));
}

TEST_P(StoreTest, SeekFindsTheRowAtOrAfterAndAtOrBefore) {
  for (const char* key : {"b", "d", "f", "h"}) Put(kFirst, key, "");
  Delete(kFirst, "d");
  Put(kOther, "c", "");
  struct Case {
    const char* key;
    const char* after;  // Nothing: none.
    const char* before;
  };
  const Case kCases[] = {
      {"", "b", nullptr},   {"a", "b", nullptr},   {"b", "b", "b"},
      {"c", "f", "b"},      {"d", "f", "b"},       {"e", "f", "b"},
      {"f", "f", "f"},      {"g", "h", "f"},       {"h", "h", "h"},
      {"ha", nullptr, "h"}, {"\xff", nullptr, "h"}};
  const auto snapshot = store()->GetSnapshot();
  const auto it = snapshot->NewIterator(kFirst);
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.key);
    it->Seek(c.key);
    ASSERT_EQ(it->Valid(), c.after != nullptr);
    if (c.after != nullptr) {
      EXPECT_EQ(it->key(), c.after);
    }
    it->SeekForPrev(c.key);
    ASSERT_EQ(it->Valid(), c.before != nullptr);
    if (c.before != nullptr) {
      EXPECT_EQ(it->key(), c.before);
    }
    EXPECT_TRUE(it->status().ok());
  }
}

// Walks as a plain map would, over rows of every history.
TEST_P(StoreTest, AnyWalkSeesWhatAMapWouldSee) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    place_ = GetParam().make();
    FamilyRows rows;
    const auto any_key = [&] { return std::to_string(Below(&random, 60)); };
    for (int i = 0; i < 300; ++i) {
      const std::string key = any_key();
      const auto durability =
          Below(&random, 2) == 0 ? Durability::kSynced : kUnlogged;
      if (Below(&random, 3) == 0) {
        rows.erase(key);
        Delete(kFirst, key, durability);
      } else {
        rows[key] = std::to_string(i);
        Put(kFirst, key, rows[key], durability);
      }
      if (Below(&random, 60) == 0) {
        ASSERT_TRUE(store()->Flush().ok());
      }
    }
    const auto snapshot = store()->GetSnapshot();
    ASSERT_EQ(RowsOf(*snapshot, kFirst), rows);
    const auto it = snapshot->NewIterator(kFirst);
    auto want = rows.end();
    for (int i = 0; i < 500; ++i) {
      const std::string key = any_key();
      switch (want == rows.end() ? Below(&random, 2) : Below(&random, 8)) {
        case 0:
          it->Seek(key);
          want = rows.lower_bound(key);
          break;
        case 1:
          it->SeekForPrev(key);
          want = rows.upper_bound(key);
          want = want == rows.begin() ? rows.end() : std::prev(want);
          break;
        case 2:
        case 3:
        case 4:
          it->Next();
          ++want;
          break;
        default:
          it->Prev();
          want = want == rows.begin() ? rows.end() : std::prev(want);
      }
      ASSERT_EQ(it->Valid(), want != rows.end());
      if (want == rows.end()) continue;
      ASSERT_EQ(it->key(), want->first);
      ASSERT_EQ(it->value(), want->second);
    }
  }
}

TEST_P(StoreTest, SyncedRowsSurviveACrash) {
  Put(kFirst, "a", "1");
  Put(kFirst, "b", "1");
  Delete(kFirst, "b");
  place_->Crash();
  EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst), (FamilyRows{{"a", "1"}}));
}

TEST_P(StoreTest, UnloggedRowsAreThereAndAreLostInACrash) {
  Put(kFirst, "journal", "1");
  Put(kOther, "row", "1", kUnlogged);
  EXPECT_EQ(Get(kOther, "row"), "1");
  place_->Crash();
  EXPECT_EQ(Get(kFirst, "journal"), "1");
  EXPECT_EQ(Get(kOther, "row"), kNone);
}

TEST_P(StoreTest, AFlushSavesTheUnloggedRowsOfAllFamiliesTogether) {
  for (Family family : AllFamilies()) Put(family, "a", "1", kUnlogged);
  ASSERT_TRUE(store()->Flush().ok());
  for (Family family : AllFamilies()) Put(family, "a", "2", kUnlogged);
  place_->Crash();
  for (Family family : AllFamilies()) {
    EXPECT_EQ(Get(family, "a"), "1") << static_cast<size_t>(family);
  }
}

TEST_P(StoreTest, ACrashBringsBackWhatWasUnderAnUnloggedRow) {
  Put(kFirst, "changed", "1");
  Put(kFirst, "deleted", "1");
  Put(kFirst, "changed", "2", kUnlogged);
  Delete(kFirst, "deleted", kUnlogged);
  EXPECT_EQ(Get(kFirst, "deleted"), kNone);
  place_->Crash();
  EXPECT_EQ(Get(kFirst, "changed"), "1");
  EXPECT_EQ(Get(kFirst, "deleted"), "1");
}

TEST_P(StoreTest, AFlushDoesNotBringBackWhatWasWrittenOver) {
  Put(kFirst, "a", "unlogged", kUnlogged);
  Put(kFirst, "a", "synced");
  Put(kFirst, "b", "unlogged", kUnlogged);
  Delete(kFirst, "b");
  ASSERT_TRUE(store()->Flush().ok());
  place_->Crash();
  EXPECT_EQ(Get(kFirst, "a"), "synced");
  EXPECT_EQ(Get(kFirst, "b"), kNone);
}

TEST_P(StoreTest, ACleanStopLosesNothing) {
  Put(kFirst, "a", "1");
  Put(kOther, "b", "1", kUnlogged);
  place_->Reopen();
  EXPECT_EQ(Get(kFirst, "a"), "1");
  EXPECT_EQ(Get(kOther, "b"), "1");
  place_->Crash();
  EXPECT_EQ(Get(kOther, "b"), "1");
}

TEST_P(StoreTest, ManyCrashesInARowLoseNothingMore) {
  for (int i = 0; i < 5; ++i) {
    Put(kFirst, std::to_string(i), "1");
    Put(kOther, std::to_string(i), "1", kUnlogged);
    place_->Crash();
  }
  EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst).size(), 5U);
  EXPECT_TRUE(RowsOf(*store()->GetSnapshot(), kOther).empty());
}

// --- Ingest ------------------------------------------------------------------

TEST_P(StoreTest, IngestedRowsAreThereAndSurviveACrash) {
  Put(kFirst, "journal", "1");
  Put(kOther, "changed", "1");
  Put(kOther, "deleted", "1");
  Put(kOther, "unlogged", "1", kUnlogged);
  RowBuffer rows;
  for (Family family : AllFamilies()) rows.Put(family, "new", "2");
  rows.Put(kOther, "changed", "2");
  rows.Put(kOther, "unlogged", "2");
  rows.Delete(kOther, "deleted");
  rows.Delete(kOther, "never there");
  Ingest(&rows);
  const FamilyRows want = {{"changed", "2"}, {"new", "2"}, {"unlogged", "2"}};
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kOther), want);
    EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst),
              (FamilyRows{{"journal", "1"}, {"new", "2"}}));
    for (Family family : AllFamilies()) EXPECT_EQ(Get(family, "new"), "2");
    place_->Crash();
  }
}

TEST_P(StoreTest, WhatIsWrittenAfterAnIngestionIsNewer) {
  RowBuffer rows;
  for (const char* key : {"a", "b", "c"}) rows.Put(kFirst, key, "ingested");
  Ingest(&rows);
  Put(kFirst, "a", "written");
  Delete(kFirst, "b");
  const FamilyRows want = {{"a", "written"}, {"c", "ingested"}};
  EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst), want);
  place_->Reopen();
  EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst), want);
  place_->Crash();
  EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst), want);
}

TEST_P(StoreTest, ASnapshotDoesNotSeeWhatIsIngestedAfterIt) {
  Put(kFirst, "a", "1");
  Put(kFirst, "b", "1");
  const auto before = store()->GetSnapshot();
  RowBuffer rows;
  rows.Put(kFirst, "a", "2");
  rows.Delete(kFirst, "b");
  rows.Put(kFirst, "c", "2");
  Ingest(&rows);
  EXPECT_EQ(RowsOf(*before, kFirst), (FamilyRows{{"a", "1"}, {"b", "1"}}));
  EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst),
            (FamilyRows{{"a", "2"}, {"c", "2"}}));
}

TEST_P(StoreTest, NoRowsCanBeIngested) {
  RowBuffer rows;
  Ingest(&rows);
  EXPECT_TRUE(RowsOf(*store()->GetSnapshot(), kFirst).empty());
}

// As a journal and its projections use a store.
TEST_P(StoreTest, AnyIngestionsBetweenWritesAndCrashesLoseNothing) {
  for (uint64_t seed = 0; seed < 3; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    place_ = GetParam().make();
    FamilyRows written;
    FamilyRows ingested;
    for (int i = 0; i < 40; ++i) {
      const std::string value = std::to_string(i);
      written[value] = value;
      Put(kFirst, value, value);
      if (Below(&random, 3) == 0) {
        RowBuffer rows;
        for (uint64_t count = Below(&random, 20); count > 0; --count) {
          const std::string key = std::to_string(Below(&random, 50));
          if (Below(&random, 3) == 0) {
            rows.Delete(kOther, key);
            ingested.erase(key);
          } else {
            rows.Put(kOther, key, value);
            ingested[key] = value;
          }
        }
        Ingest(&rows);
      }
      if (Below(&random, 8) == 0) place_->Crash();
      if (Below(&random, 8) == 0) {
        ASSERT_TRUE(store()->Flush().ok());
      }
      ASSERT_EQ(RowsOf(*store()->GetSnapshot(), kFirst), written);
      ASSERT_EQ(RowsOf(*store()->GetSnapshot(), kOther), ingested);
    }
  }
}

// A reader beside a writer never sees half of what is ingested, be the rows new
// or new versions. It lets its snapshot go before it takes the next, as a
// reader of a calm server does.
TEST_P(StoreTest, AnIngestionIsSeenWholeOrNotAtAll) {
  constexpr int kTimes = 60;
  std::atomic<int> turn{0};
  std::thread reader([&] {
    for (int now = 0; now < kTimes; now = turn) {
      std::this_thread::yield();
      for (const std::string& key : {"n"s, absl::StrCat("new ", now)}) {
        const auto snapshot = store()->GetSnapshot();
        const auto first = snapshot->Get(kOther, key).value();
        ASSERT_EQ(snapshot->Get(Family::kLimit, key).value(), first) << key;
        ASSERT_EQ(snapshot->Get(Family::kTree, key).value(), first) << key;
        ASSERT_EQ(snapshot->Get(kOther, key).value(), first) << key;
      }
    }
  });
  for (int i = 0; i < kTimes; turn = ++i) {
    for (const std::string& key : {"n"s, absl::StrCat("new ", i)}) {
      RowBuffer rows;
      for (Family family : {kOther, Family::kLimit, Family::kTree}) {
        rows.Put(family, key, std::to_string(i));
      }
      Ingest(&rows);
    }
    Put(kFirst, std::to_string(i), "beside it");
  }
  reader.join();
  EXPECT_EQ(Get(kOther, "n"), std::to_string(kTimes - 1));
}

// A reader beside a writer never sees half a batch, nor an older state after a
// newer one.
TEST_P(StoreTest, ABatchIsSeenWholeOrNotAtAll) {
  constexpr int kBatches = 300;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    int newest = -1;
    while (!done || newest < kBatches - 1) {
      const auto snapshot = store()->GetSnapshot();
      const auto first = snapshot->Get(kFirst, "n").value();
      ASSERT_EQ(snapshot->Get(kOther, "n").value(), first);
      const auto it = snapshot->NewIterator(Family::kLimit);
      it->SeekForPrev("n");
      ASSERT_EQ(it->Valid(), first.has_value());
      if (!first.has_value()) continue;
      ASSERT_EQ(it->value(), *first);
      ASSERT_GE(std::stoi(*first), newest);
      newest = std::stoi(*first);
    }
  });
  for (int i = 0; i < kBatches; ++i) {
    WriteBatch batch;
    for (Family family : {kFirst, kOther, Family::kLimit}) {
      batch.Put(family, "n", std::to_string(i));
    }
    Write(batch, kUnlogged);
  }
  done = true;
  reader.join();
}

TEST_P(StoreTest, ManyThreadsMayWriteAtOnce) {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this, writer] {
      for (int i = 0; i < 50; ++i) {
        Put(kFirst, std::to_string(writer) + "-" + std::to_string(i), "1",
            i % 10 == 0 ? Durability::kSynced : kUnlogged);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(RowsOf(*store()->GetSnapshot(), kFirst).size(), 200U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, StoreTest, testing::ValuesIn(StoreKinds()),
                         KindName<testing::TestParamInfo<StoreKind>>);

}  // namespace
}  // namespace skontro::ledger
