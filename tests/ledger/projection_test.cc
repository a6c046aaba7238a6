#include "ledger/projection.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/account_codec.h"
#include "ledger/base/limits.h"
#include "ledger/storage/memory_store.h"
#include "ledger/store_journal.h"
#include "tests/ledger/event_rows.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {
namespace {

std::string BigEndian(uint64_t value) {
  std::string bytes;
  AppendBigEndian(&bytes, value);
  return bytes;
}

// The rows of a batch go to the store before those of the next are added.
constexpr RowTail::Options kMoveEachBatch = {
    .move_bytes = 1, .bytes_max = 1, .own_thread = false};

// A journal with its projections, both in one store.
class ProjectionTest : public testing::Test {
 protected:
  ProjectionTest() {
    EXPECT_TRUE(
        StoreJournal::Create(&store_, kNetwork, scribe_.Genesis(), {}).ok());
    journal_ = StoreJournal::Open(&store_).value();
    projection_ = Projection::Open(&store_, &events_).value();
  }

  std::shared_ptr<const CommittedBatch> Append(std::vector<Record> records) {
    return AppendAndWait(journal_.get(), Pending(std::move(records)));
  }
  void AppendAndProject(std::vector<Record> records) {
    projection_->Advance(*Append(std::move(records)));
  }

  void Put(Family family, const std::string& key, const std::string& value) {
    WriteBatch rows;
    rows.Put(family, key, value);
    ASSERT_TRUE(store_.Write(rows, Durability::kSynced).ok());
  }

  FamilyRows Rows(Family family) {
    return RowsOf(*projection_->view().snapshot, family);
  }
  AccountState AccountNow(AccountId account) {
    return DecodeAccount(Rows(Family::kAccount).at(AccountKey(account)))
        .value();
  }

  Scribe scribe_;
  MemoryStore store_;
  EventRows events_;
  std::unique_ptr<StoreJournal> journal_;
  std::unique_ptr<Projection> projection_;
};

TEST_F(ProjectionTest, ANewJournalIsProjectedUpToItsGenesis) {
  EXPECT_EQ(projection_->view().sequence, Sequence{1});
  EXPECT_EQ(projection_->view().digest, journal_->last_digest());
  EXPECT_EQ(Rows(Family::kMeta), (FamilyRows{{"families", "1"},
                                             {"format", "1"},
                                             {"projected", BigEndian(1)}}));
  EXPECT_EQ(Rows(Family::kBookingDay).size(), 1U);
  EXPECT_EQ(Rows(Family::kTradeStep),
            (FamilyRows{{BigEndian(1), "network created"}}));
  EXPECT_TRUE(Rows(Family::kAccount).empty());
}

TEST_F(ProjectionTest, AStoreWithoutAJournalHasNoProjections) {
  MemoryStore empty;
  EXPECT_EQ(Projection::Open(&empty, &events_).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ProjectionTest, ABatchBringsTheBalancesOfItsAccounts) {
  AppendAndProject({scribe_.Transfer(kBaker, kPrinter, 100),
                    scribe_.Transfer(kPrinter, kMason, 30),
                    scribe_.Event("nothing moves")});
  EXPECT_EQ(AccountNow(kBaker).balance.minor_units(), -100);
  EXPECT_EQ(AccountNow(kPrinter).balance.minor_units(), 70);
  EXPECT_EQ(AccountNow(kMason).balance.minor_units(), 30);
  EXPECT_EQ(AccountNow(kBaker).posting_count, 1U);
  EXPECT_EQ(AccountNow(kPrinter).posting_count, 2U);
  EXPECT_EQ(projection_->view().sequence, Sequence{4});
  EXPECT_EQ(projection_->view().digest, journal_->last_digest());
  EXPECT_EQ(Rows(Family::kMeta).at("projected"), BigEndian(4));
}

TEST_F(ProjectionTest, LegsAreCountedThroughAllEntriesOfARecord) {
  Record record = scribe_.Transfer(kBaker, kPrinter, 100);
  record.entries.push_back(scribe_.Transfer(kBaker, kMason, 5).entries[0]);
  AppendAndProject({record});
  std::vector<std::string> keys;
  for (const auto& [key, row] : Rows(Family::kAccountEntry)) {
    keys.push_back(key);
  }
  EXPECT_EQ(keys, (std::vector<std::string>{
                      AccountEntryKey(kBaker, Sequence{2}, 0),
                      AccountEntryKey(kBaker, Sequence{2}, 2),
                      AccountEntryKey(kPrinter, Sequence{2}, 1),
                      AccountEntryKey(kMason, Sequence{2}, 3)}));
  EXPECT_EQ(AccountNow(kBaker).posting_count, 2U);
  EXPECT_EQ(AccountNow(kBaker).balance.minor_units(), -105);
}

TEST_F(ProjectionTest, PostingsAreCountedAcrossBatchesAndReopenings) {
  for (uint64_t count = 1; count <= 4; ++count) {
    AppendAndProject({scribe_.Transfer(kBaker, kPrinter, 1)});
    EXPECT_EQ(AccountNow(kBaker).posting_count, count);
    if (count == 2) projection_ = Projection::Open(&store_, &events_).value();
  }
}

TEST_F(ProjectionTest, ADayHasTheFirstSequenceBookedOnIt) {
  AppendAndProject({scribe_.Event("a"), scribe_.Event("b")});
  scribe_.SkipDays(1);
  const Record next_day = scribe_.Event("c");
  scribe_.SkipDays(10);
  const Record later = scribe_.Event("d");
  AppendAndProject({next_day, later, scribe_.Event("e")});
  AppendAndProject({scribe_.Event("f")});
  EXPECT_EQ(
      Rows(Family::kBookingDay),
      (FamilyRows{{BookingDayKey(CivilDate::FromDays(20'454)), BigEndian(1)},
                  {BookingDayKey(next_day.booking_date), BigEndian(4)},
                  {BookingDayKey(later.booking_date), BigEndian(5)}}));
}

TEST_F(ProjectionTest, ADayThatGoesOnAfterAReopeningKeepsItsFirstSequence) {
  AppendAndProject({scribe_.Event("a")});
  projection_ = Projection::Open(&store_, &events_).value();
  AppendAndProject({scribe_.Event("b")});
  EXPECT_EQ(Rows(Family::kBookingDay).begin()->second, BigEndian(1));
}

TEST_F(ProjectionTest, AnOlderViewStaysAsItWas) {
  AppendAndProject({scribe_.Transfer(kBaker, kPrinter, 100)});
  const ReadView older = projection_->view();
  const StoreRows rows = RowsOf(*older.snapshot);
  AppendAndProject({scribe_.Transfer(kBaker, kPrinter, 100)});
  ASSERT_TRUE(projection_->Flush().ok());
  EXPECT_EQ(older.sequence, Sequence{2});
  EXPECT_EQ(RowsOf(*older.snapshot), rows);
  EXPECT_EQ(projection_->view().sequence, Sequence{3});
}

TEST_F(ProjectionTest, OpeningRollsForwardToTheEndOfTheJournal) {
  Append({scribe_.Transfer(kBaker, kPrinter, 100)});
  Append({scribe_.Transfer(kBaker, kPrinter, 50)});
  EXPECT_EQ(projection_->view().sequence, Sequence{1});
  projection_ = Projection::Open(&store_, &events_).value();
  EXPECT_EQ(projection_->view().sequence, Sequence{3});
  EXPECT_EQ(AccountNow(kPrinter).balance.minor_units(), 150);
}

TEST_F(ProjectionTest, WhatWasFlushedIsNotRolledForwardAgain) {
  AppendAndProject({scribe_.Event("a")});
  ASSERT_TRUE(projection_->Flush().ok());
  const auto crashed = store_.AfterCrash();
  EXPECT_EQ(crashed->GetSnapshot()->Get(Family::kMeta, "projected").value(),
            BigEndian(2));
}

TEST_F(ProjectionTest, ALongRollForwardSaysHowFarItIs) {
  for (int batch = 0; batch < 9; ++batch) {
    std::vector<Record> records;
    while (records.size() < kBatchRecordsMax) {
      records.push_back(scribe_.Event(""));
    }
    Append(std::move(records));
  }
  std::vector<uint64_t> reports;
  projection_ = Projection::Open(&store_, &events_, [&](Sequence reached) {
                  reports.push_back(Number(reached));
                }).value();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_GE(reports[0], 65'536U);
  EXPECT_LT(reports[0], 65'536U + kBatchRecordsMax);
}

TEST_F(ProjectionTest, ProjectionsThatDoNotFitTheJournalAreRefused) {
  AppendAndProject({scribe_.Event("a"), scribe_.Event("b")});
  AppendAndProject({scribe_.Event("c"), scribe_.Event("d")});
  struct Case {
    const char* what;
    std::string projected;
    const char* says;
  };
  const Case kCases[] = {
      {"one record further than the journal", BigEndian(6),
       "the projections include sequence 6 and the journal ends at 5"},
      {"far further than the journal", BigEndian(UINT64_MAX),
       "records that were durable are gone; restore a newer copy"},
      {"in the middle of a batch", BigEndian(2),
       "end inside a batch, at sequence 2"},
      {"in the middle of the newest batch", BigEndian(4),
       "end inside a batch, at sequence 4"},
      {"no number", "5", "no sequence"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    Put(Family::kMeta, "projected", c.projected);
    const absl::Status status = Projection::Open(&store_, &events_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_NE(std::string(status.message()).find(c.says), std::string::npos)
        << status;
  }
}

TEST_F(ProjectionTest, AJournalThatLostItsEndIsRefused) {
  AppendAndProject({scribe_.Event("a")});
  AppendAndProject({scribe_.Event("b")});
  ASSERT_TRUE(projection_->Flush().ok());
  WriteBatch rows;
  rows.Delete(Family::kJournal, BigEndian(3));
  ASSERT_TRUE(store_.Write(rows, Durability::kSynced).ok());
  EXPECT_EQ(Projection::Open(&store_, &events_).status().message(),
            "the projections include sequence 3 and the journal ends at 2: "
            "records that were durable are gone; restore a newer copy");
}

TEST_F(ProjectionTest, AJournalWithAGapIsNotProjected) {
  Append({scribe_.Event("a")});
  Append({scribe_.Event("b")});
  Append({scribe_.Event("c")});
  for (uint64_t missing : {2U, 3U}) {
    WriteBatch rows;
    rows.Delete(Family::kJournal, BigEndian(missing));
    ASSERT_TRUE(store_.Write(rows, Durability::kSynced).ok());
    EXPECT_EQ(Projection::Open(&store_, &events_).status().code(),
              absl::StatusCode::kDataLoss)
        << missing;
  }
}

TEST_F(ProjectionTest, AnEventThatNobodyCanReadEndsTheRollForward) {
  Append({scribe_.Event(EventRows::kUnreadable)});
  EXPECT_EQ(Projection::Open(&store_, &events_).status(),
            absl::DataLossError("an event that nobody can read"));
}

TEST_F(ProjectionTest, ADiskThatFailsEndsTheRollForward) {
  Append({scribe_.Event("a")});
  Append({scribe_.Event("b")});
  store_.FailWrites(absl::UnavailableError("the disk is gone"));
  EXPECT_EQ(Projection::Open(&store_, &events_, {}, kMoveEachBatch).status(),
            absl::UnavailableError("the disk is gone"));
  EXPECT_TRUE(Projection::Open(&store_, &events_).ok()) << "nothing to write";
}

using ProjectionDeathTest = ProjectionTest;

TEST_F(ProjectionDeathTest, ABatchThatDoesNotFollowStopsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto first = Append({scribe_.Event("a")});
  const auto second = Append({scribe_.Event("b")});
  EXPECT_DEATH(projection_->Advance(*second), "broken invariant at sequence 3");
  projection_->Advance(*first);
  EXPECT_DEATH(projection_->Advance(*first), "broken invariant at sequence 2");
}

TEST_F(ProjectionDeathTest, RowsThatCannotBeWrittenStopTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  projection_ = Projection::Open(&store_, &events_, {}, kMoveEachBatch).value();
  AppendAndProject({scribe_.Event("a")});
  const auto batch = Append({scribe_.Event("b")});
  store_.FailWrites(absl::UnavailableError("the disk is gone"));
  EXPECT_DEATH(projection_->Advance(*batch),
               "projections could not be written at sequence 3: UNAVAILABLE");
  EXPECT_EQ(projection_->Flush(), absl::UnavailableError("the disk is gone"));
}

TEST_F(ProjectionDeathTest, RowsThatCannotBeMadeStopTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto batch = Append({scribe_.Event(EventRows::kUnreadable)});
  EXPECT_DEATH(projection_->Advance(*batch),
               "projections could not be written at sequence 2: DATA_LOSS");
}

}  // namespace
}  // namespace skontro::ledger
