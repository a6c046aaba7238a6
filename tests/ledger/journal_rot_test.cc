// Files of a store rot, are cut and are lost. A journal is then refused or is
// what it was; what RocksDB cannot tell from a write that a power cut tore ends
// it early, and is never another journal.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "ledger/projection.h"
#include "ledger/store_journal.h"
#include "tests/ledger/event_rows.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/rocksdb_place.h"

namespace skontro::ledger {
namespace {

namespace fs = std::filesystem;

// A store as a crash left it, with a journal partly in tables and partly in the
// log, and projections that were flushed half way.
class JournalRotTest : public testing::Test {
 protected:
  JournalRotTest() {
    Random random(9);
    Scribe scribe;
    EventRows events;
    const std::string open = directory_ / "open";
    const auto store =
        RocksdbStore::Open(open, OpenMode::kCreate, TestResources()).value();
    records_ = {scribe.Genesis()};
    EXPECT_TRUE(
        StoreJournal::Create(store.get(), kNetwork, records_[0], {}).ok());
    const auto journal = StoreJournal::Open(store.get()).value();
    const auto projection = Projection::Open(store.get(), &events).value();
    for (int i = 0; i < 8; ++i) {
      const std::vector<Record> batch = scribe.AnyBatch(&random, 4, 3);
      records_.insert(records_.end(), batch.begin(), batch.end());
      projection->Advance(*AppendAndWait(journal.get(), Pending(batch)));
      if (i == 3) {
        EXPECT_TRUE(projection->Flush().ok());
      }
    }
    CopyOpenStore(open, whole_);
  }

  // The records of the store at `path`, or why a server would not start on it.
  static absl::StatusOr<std::vector<Record>> Start(const std::string& path) {
    auto store = RocksdbStore::Open(path, OpenMode::kExisting, TestResources());
    if (!store.ok()) return store.status();
    EventRows events;
    auto journal = StoreJournal::Open(store->get());
    if (!journal.ok()) return journal.status();
    auto projection = Projection::Open(store->get(), &events);
    if (!projection.ok()) return projection.status();
    const ReadView view = (*projection)->view();
    JournalReader reader(view.snapshot.get(), Sequence{1}, Trust::kNothing);
    std::vector<Record> records;
    while (true) {
      auto next = reader.Next();
      if (!next.ok()) return next.status();
      if (!next->has_value()) return records;
      const auto& batch = (*next)->batch.records;
      records.insert(records.end(), batch.begin(), batch.end());
    }
  }

  // Damages one file of a copy after another and starts on each.
  struct Outcome {
    int refused = 0;
    int whole = 0;
    int shorter = 0;
  };
  Outcome Damage(const std::string& part, size_t places,
                 const std::function<void(const std::string&, size_t)>& harm) {
    Outcome outcome;
    for (const auto& file : fs::directory_iterator(whole_)) {
      const std::string name = file.path().filename();
      if (name.find(part) == std::string::npos) continue;
      const size_t size = file.file_size();
      for (size_t at = 0; at < size; at += 1 + size / places) {
        SCOPED_TRACE(testing::Message() << name << " at byte " << at);
        fs::remove_all(copy_);
        fs::copy(whole_, copy_);
        harm(copy_ + "/" + name, at);
        Judge(Start(copy_), &outcome);
      }
    }
    return outcome;
  }

  void Judge(const absl::StatusOr<std::vector<Record>>& found,
             Outcome* outcome) {
    if (!found.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(found.status()) ||
                  absl::IsNotFound(found.status()))
          << found.status();
      ++outcome->refused;
      return;
    }
    ASSERT_LE(found->size(), records_.size());
    EXPECT_TRUE(std::equal(found->begin(), found->end(), records_.begin()));
    ++(found->size() == records_.size() ? outcome->whole : outcome->shorter);
  }

  static void Flip(const std::string& file, size_t at) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(static_cast<char>(byte ^ 0x55));
  }

  ScratchDirectory directory_;
  const std::string whole_ = directory_ / "whole";
  const std::string copy_ = directory_ / "copy";
  std::vector<Record> records_;
};

TEST_F(JournalRotTest, WithoutDamageItIsWhole) {
  EXPECT_TRUE(Start(whole_).value() == records_);
}

// A table may be of no use: a compaction that the crash cut short leaves one.
TEST_F(JournalRotTest, ARottenTableIsRefusedOrTheJournalIsWhole) {
  const Outcome outcome = Damage(".sst", 4, Flip);
  EXPECT_EQ(outcome.shorter, 0);
  EXPECT_GT(outcome.refused, 10);
}

TEST_F(JournalRotTest, ACutTableIsRefusedOrTheJournalIsWhole) {
  const Outcome outcome = Damage(
      ".sst", 3,
      [](const std::string& file, size_t at) { fs::resize_file(file, at); });
  EXPECT_EQ(outcome.shorter, 0);
  EXPECT_GT(outcome.refused, 10);
}

TEST_F(JournalRotTest, ALostTableIsRefusedOrTheJournalIsWhole) {
  const Outcome outcome = Damage(
      ".sst", 1, [](const std::string& file, size_t) { fs::remove(file); });
  EXPECT_EQ(outcome.shorter, 0);
  EXPECT_GT(outcome.refused, 5);
}

TEST_F(JournalRotTest, ARottenLogIsRefusedOrEndsTheJournal) {
  EXPECT_GT(Damage(".log", 30, Flip).refused, 15);
}

TEST_F(JournalRotTest, ACutLogIsRefusedOrEndsTheJournal) {
  const Outcome outcome = Damage(
      ".log", 30,
      [](const std::string& file, size_t at) { fs::resize_file(file, at); });
  EXPECT_GT(outcome.refused + outcome.shorter, 10);
}

TEST_F(JournalRotTest, ARottenManifestIsRefusedOrEndsTheJournal) {
  EXPECT_GT(Damage("MANIFEST", 30, Flip).refused, 15);
}

TEST_F(JournalRotTest, ACutManifestIsRefusedOrEndsTheJournal) {
  const Outcome outcome = Damage(
      "MANIFEST", 30,
      [](const std::string& file, size_t at) { fs::resize_file(file, at); });
  EXPECT_GT(outcome.refused + outcome.shorter, 10);
}

}  // namespace
}  // namespace skontro::ledger
