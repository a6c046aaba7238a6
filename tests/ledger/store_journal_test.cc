#include "ledger/store_journal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "ledger/base/limits.h"
#include "ledger/storage/memory_store.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/gated_store.h"

namespace skontro::ledger {
namespace {

// Every record of the journal with its digest, each digest computed anew.
std::vector<ChainedRecord> ReadAll(const Store& store) {
  std::vector<ChainedRecord> records;
  const auto snapshot = store.GetSnapshot();
  JournalReader reader(snapshot.get(), Sequence{1}, Trust::kNothing);
  for (auto next = reader.Next().value(); next.has_value();
       next = reader.Next().value()) {
    for (size_t i = 0; i < next->batch.records.size(); ++i) {
      records.push_back({next->batch.records[i], next->batch.digests[i]});
    }
  }
  return records;
}

// A journal with a genesis in a store in memory, whose disk a test can stop.
class StoreJournalTest : public testing::Test {
 protected:
  StoreJournalTest() {
    records_.push_back(scribe_.Genesis());
    EXPECT_TRUE(StoreJournal::Create(&store_, kNetwork, records_[0], {}).ok());
    journal_ = StoreJournal::Open(&gate_).value();
  }

  // Nothing that the scene wrote is missing, changed or out of its place.
  ~StoreJournalTest() override {
    gate_.Open();
    journal_.reset();
    const std::vector<ChainedRecord> read = ReadAll(store_);
    EXPECT_EQ(read.size(), records_.size());
    for (size_t i = 0; i < read.size() && i < records_.size(); ++i) {
      EXPECT_EQ(read[i].record, records_[i]) << "at sequence " << i + 1;
    }
  }

  // A batch of so many records.
  PendingBatch Batch(size_t count) {
    std::vector<Record> records;
    while (records.size() < count) {
      records.push_back(scribe_.Transfer(kBaker, kPrinter, 100));
    }
    records_.insert(records_.end(), records.begin(), records.end());
    return Pending(std::move(records));
  }

  Scribe scribe_;
  std::vector<Record> records_;
  MemoryStore store_;
  GatedStore gate_{&store_};
  std::unique_ptr<StoreJournal> journal_;
};

TEST_F(StoreJournalTest, AJournalBeginsWithItsGenesis) {
  EXPECT_EQ(journal_->last_sequence(), Sequence{1});
  EXPECT_EQ(journal_->depth(), 2);
  const ChainedRecord genesis =
      ReadRecord(*store_.GetSnapshot(), Sequence{1}).value();
  EXPECT_EQ(genesis.record, records_[0]);
  EXPECT_EQ(genesis.digest, journal_->last_digest());
  const JournalHead head = ReadHead(*store_.GetSnapshot()).value();
  EXPECT_EQ(head.uid, kNetwork);
  EXPECT_EQ(head.sequence, Sequence{1});
  EXPECT_EQ(head.digest, journal_->last_digest());
  EXPECT_EQ(head.time_us, records_[0].time_us);
  EXPECT_EQ(head.booking_date, records_[0].booking_date);
}

TEST_F(StoreJournalTest, AStoreHasOneBeginning) {
  EXPECT_EQ(
      StoreJournal::Create(&store_, kNetwork, Scribe().Genesis(), {}).code(),
      absl::StatusCode::kAlreadyExists);
}

TEST_F(StoreJournalTest, AStoreWithoutAJournalIsNotOpened) {
  MemoryStore empty;
  EXPECT_EQ(StoreJournal::Open(&empty).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadHead(*empty.GetSnapshot()).status().code(),
            absl::StatusCode::kNotFound);
  const auto snapshot = empty.GetSnapshot();
  JournalReader reader(snapshot.get(), Sequence{1}, Trust::kCrc);
  EXPECT_EQ(reader.Next().value(), std::nullopt);
}

TEST_F(StoreJournalTest, AGenesisThatCannotBeWrittenIsAnError) {
  MemoryStore broken;
  broken.FailWrites(absl::UnavailableError("the disk is gone"));
  EXPECT_EQ(StoreJournal::Create(&broken, kNetwork, Scribe().Genesis(), {}),
            absl::UnavailableError("the disk is gone"));
}

TEST_F(StoreJournalTest, ABatchIsReturnedAsItWillBe) {
  const std::shared_ptr<const CommittedBatch> batch =
      AppendAndWait(journal_.get(), Batch(3));
  EXPECT_EQ(batch->first_sequence, Sequence{2});
  EXPECT_EQ(batch->last_sequence(), Sequence{4});
  EXPECT_EQ(journal_->last_sequence(), Sequence{4});
  EXPECT_EQ(journal_->last_digest(), batch->digests.back());
  for (size_t i = 0; i < 3; ++i) {
    const auto read =
        ReadRecord(*store_.GetSnapshot(), Sequence{2 + i}).value();
    EXPECT_EQ(read.record, batch->records[i]);
    EXPECT_EQ(read.digest, batch->digests[i]);
  }
}

TEST_F(StoreJournalTest, TheChainGoesOnAfterAReopening) {
  for (int i = 0; i < 5; ++i) {
    AppendAndWait(journal_.get(), Batch(2));
    const Digest digest = journal_->last_digest();
    const Sequence sequence = journal_->last_sequence();
    journal_.reset();
    journal_ = StoreJournal::Open(&gate_).value();
    EXPECT_EQ(journal_->last_digest(), digest);
    EXPECT_EQ(journal_->last_sequence(), sequence);
  }
}

TEST_F(StoreJournalTest, AFullBatchIsOneWrite) {
  AppendAndWait(journal_.get(), Batch(kBatchRecordsMax));
  EXPECT_EQ(journal_->last_sequence(), Sequence{1 + kBatchRecordsMax});
}

TEST_F(StoreJournalTest, TheWriterGoesOnWhileTheDiskIsBusy) {
  gate_.Close();
  std::atomic<int> durable{0};
  const auto count = [&](AppendOutcome) { ++durable; };
  const auto first = journal_->Append(Batch(2), count);
  const auto second = journal_->Append(Batch(1), count);
  // Both are decided and chained, and neither is durable.
  EXPECT_EQ(first->last_sequence(), Sequence{3});
  EXPECT_EQ(second->first_sequence, Sequence{4});
  EXPECT_EQ(journal_->last_sequence(), Sequence{4});
  EXPECT_EQ(durable, 0);
  EXPECT_EQ(ReadHead(*store_.GetSnapshot())->sequence, Sequence{1});
  gate_.Open();
  journal_.reset();  // Waits.
  EXPECT_EQ(durable, 2);
  EXPECT_EQ(ReadHead(*store_.GetSnapshot())->digest, second->digests.back());
}

TEST_F(StoreJournalTest, ABatchIsDoneOnlyWhenItSurvivesACrash) {
  for (int i = 0; i < 20; ++i) {
    absl::Notification done;
    Sequence survives{0};
    journal_->Append(Batch(1), [&](AppendOutcome outcome) {
      EXPECT_EQ(outcome, AppendOutcome::kDurable);
      survives = ReadHead(*store_.AfterCrash()->GetSnapshot())->sequence;
      done.Notify();
    });
    done.WaitForNotification();
    EXPECT_EQ(survives, Sequence{static_cast<uint64_t>(i) + 2});
  }
}

TEST_F(StoreJournalTest, BatchesAreDoneOnceAndInTheirOrder) {
  constexpr int kBatches = 200;
  absl::Mutex mutex;
  std::vector<int> order;
  int in_flight = 0;
  for (int i = 0; i < kBatches; ++i) {
    {
      const absl::MutexLock lock(&mutex);
      const auto has_room = [&] { return in_flight < 2; };
      mutex.Await(absl::Condition(&has_room));
      ++in_flight;
    }
    journal_->Append(Batch(1 + static_cast<size_t>(i) % 3),
                     [&, i](AppendOutcome) {
                       const absl::MutexLock lock(&mutex);
                       order.push_back(i);
                       --in_flight;
                     });
  }
  journal_.reset();
  ASSERT_EQ(order.size(), static_cast<size_t>(kBatches));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(std::set<int>(order.begin(), order.end()).size(), order.size());
}

TEST_F(StoreJournalTest, ClosingWaitsForWhatWasAppended) {
  gate_.Close();
  bool done = false;
  journal_->Append(Batch(1), [&](AppendOutcome) { done = true; });
  gate_.Open();
  journal_.reset();
  EXPECT_TRUE(done);
}

TEST_F(StoreJournalTest, TheTextOfAPersonIsWrittenWithItsRecord) {
  PendingBatch pending = Batch(2);
  pending.personal = {{7, Sequence{3}, 1, std::string(16, 's'), "Rue Haute"},
                      {7, Sequence{3}, 2, std::string(16, 't'), ""}};
  AppendAndWait(journal_.get(), std::move(pending));
  const auto crashed = store_.AfterCrash();
  const auto snapshot = crashed->GetSnapshot();
  EXPECT_EQ(ReadPersonal(*snapshot, 7, Sequence{3}, 1).value(), "Rue Haute");
  EXPECT_EQ(ReadPersonal(*snapshot, 7, Sequence{3}, 2).value(), "");
  EXPECT_EQ(ReadPersonal(*snapshot, 7, Sequence{3}, 3).value(), std::nullopt);
  EXPECT_EQ(ReadPersonal(*snapshot, 7, Sequence{2}, 1).value(), std::nullopt);
  EXPECT_EQ(ReadPersonal(*snapshot, 8, Sequence{3}, 1).value(), std::nullopt);
  // As the page says: subject, sequence, field.
  const std::string key("\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x03\0\0\0\x01", 20);
  EXPECT_EQ(snapshot->Get(Family::kPersonal, key).value(),
            std::string(16, 's') + "Rue Haute");
}

TEST_F(StoreJournalTest, AnErasedTextIsGoneAndACutOneIsDamage) {
  PendingBatch pending = Batch(1);
  pending.personal = {{7, Sequence{2}, 1, std::string(16, 's'), "text"}};
  AppendAndWait(journal_.get(), std::move(pending));
  const std::string key("\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x02\0\0\0\x01", 20);
  WriteBatch cut;
  cut.Put(Family::kPersonal, key, std::string(15, 's'));
  ASSERT_TRUE(store_.Write(cut, Durability::kSynced).ok());
  EXPECT_EQ(
      ReadPersonal(*store_.GetSnapshot(), 7, Sequence{2}, 1).status().code(),
      absl::StatusCode::kDataLoss);
  WriteBatch erase;
  erase.Delete(Family::kPersonal, key);
  ASSERT_TRUE(store_.Write(erase, Durability::kSynced).ok());
  EXPECT_EQ(ReadPersonal(*store_.GetSnapshot(), 7, Sequence{2}, 1).value(),
            std::nullopt);
}

// What was acknowledged before a crash is there after it, and what is there
// after it was appended, in order.
class StoreJournalCrashTest : public testing::TestWithParam<uint64_t> {};

TEST_P(StoreJournalCrashTest, WhatWasAcknowledgedIsRecovered) {
  Random random(GetParam());
  Scribe scribe;
  auto store = std::make_unique<MemoryStore>();
  std::vector<Record> appended = {scribe.Genesis()};
  ASSERT_TRUE(
      StoreJournal::Create(store.get(), kNetwork, appended[0], {}).ok());
  for (int life = 0; life < 10; ++life) {
    GatedStore gate(store.get());
    auto journal = StoreJournal::Open(&gate).value();
    ASSERT_EQ(Number(journal->last_sequence()), appended.size());
    size_t acknowledged = appended.size();
    for (uint64_t n = Below(&random, 6); n > 0; --n) {
      const std::vector<Record> batch = scribe.AnyBatch(&random, 9, 5);
      appended.insert(appended.end(), batch.begin(), batch.end());
      AppendAndWait(journal.get(), Pending(batch));
      acknowledged = appended.size();
    }
    // Up to two batches more, which the crash meets on their way.
    gate.Close();
    const uint64_t on_their_way = Below(&random, 3);
    for (uint64_t n = on_their_way; n > 0; --n) {
      const std::vector<Record> batch = scribe.AnyBatch(&random, 9, 5);
      appended.insert(appended.end(), batch.begin(), batch.end());
      journal->Append(Pending(batch), [](AppendOutcome) {});
    }
    if (Below(&random, 2) == 0) gate.LetOnePass();
    auto crashed = store->AfterCrash();
    gate.Open();
    journal.reset();

    const std::vector<ChainedRecord> recovered = ReadAll(*crashed);
    ASSERT_GE(recovered.size(), acknowledged);
    ASSERT_LE(recovered.size(), appended.size());
    for (size_t i = 0; i < recovered.size(); ++i) {
      ASSERT_EQ(recovered[i].record, appended[i]);
    }
    store = std::move(crashed);
    appended.resize(recovered.size());
    scribe = Scribe();
    for (const Record& record : appended) scribe.GoOnAfter(record);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoreJournalCrashTest,
                         testing::Range<uint64_t>(0, 10));

// What stops the process. Each runs in a process of its own, from its
// beginning.
class StoreJournalDeathTest : public testing::Test {
 protected:
  StoreJournalDeathTest() {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    genesis_ = scribe_.Genesis();
    EXPECT_TRUE(StoreJournal::Create(&store_, kNetwork, genesis_, {}).ok());
  }

  void Append(PendingBatch pending) {
    const auto journal = StoreJournal::Open(&store_).value();
    AppendAndWait(journal.get(), std::move(pending));
  }

  Scribe scribe_;
  Record genesis_;
  MemoryStore store_;
};

TEST_F(StoreJournalDeathTest, AWriteThatFailsStopsTheProcess) {
  EXPECT_DEATH(
      {
        store_.FailWrites(absl::UnavailableError("no space left"));
        Append(Pending({scribe_.Event("a")}));
      },
      "could not be written up to sequence 2: UNAVAILABLE: no space left\n"
      "stopping; look after the disk, then start again");
}

TEST_F(StoreJournalDeathTest, AThirdBatchOnItsWayStopsTheProcess) {
  EXPECT_DEATH(
      {
        GatedStore gate(&store_);
        gate.Close();
        const auto journal = StoreJournal::Open(&gate).value();
        for (int i = 0; i < 3; ++i) {
          journal->Append(Pending({scribe_.Event("a")}), [](AppendOutcome) {});
        }
      },
      "broken invariant: in_flight_ < kDepth");
}

TEST_F(StoreJournalDeathTest, ABatchThatDoesNotFollowStopsTheProcess) {
  struct Case {
    const char* what;
    std::function<void(PendingBatch*)> change;
  };
  const int64_t newest = genesis_.time_us;
  const Case kCases[] = {
      {"no record",
       [](auto* p) {
         p->records.clear();
         p->payloads.clear();
       }},
      {"a clock that stands still",
       [&](auto* p) { p->records[0].time_us = newest; }},
      {"a booking day before the newest",
       [](auto* p) {
         p->records[0].booking_date = CivilDate::FromDays(20'453);
       }},
      {"a second genesis",
       [](auto* p) { p->records[0].kind = RecordKind::kGenesis; }},
      {"an entry that does not balance",
       [](auto* p) { p->records[0].entries[0].postings.pop_back(); }},
      {"a group that goes on in another batch",
       [](auto* p) { p->records[0].group_count = 2; }},
      {"the text of a record of another batch",
       [](auto* p) {
         p->personal = {{7, Sequence{1}, 1, std::string(16, 's'), "text"}};
       }},
      {"the text of a record to come",
       [](auto* p) {
         p->personal = {{7, Sequence{3}, 1, std::string(16, 's'), "text"}};
       }},
      {"a salt that is too short",
       [](auto* p) {
         p->personal = {{7, Sequence{2}, 1, std::string(15, 's'), "text"}};
       }},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    PendingBatch pending = Pending({scribe_.Transfer(kBaker, kPrinter, 100)});
    c.change(&pending);
    EXPECT_DEATH(Append(std::move(pending)), "broken invariant");
  }
}

TEST_F(StoreJournalDeathTest, AJournalDoesNotBeginWithAnotherRecord) {
  EXPECT_DEATH(StoreJournal::Create(&store_, kNetwork, scribe_.Event("a"), {})
                   .IgnoreError(),
               "broken invariant");
}

}  // namespace
}  // namespace skontro::ledger
