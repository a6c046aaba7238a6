// Rows come to the store behind the reply. Whenever they come, whatever is
// merged meanwhile and wherever a crash falls, readers see the same.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "ledger/projection.h"
#include "ledger/statement.h"
#include "ledger/store_journal.h"
#include "tests/ledger/event_rows.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/gated_store.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {
namespace {

constexpr uint64_t kAccounts = 6;

// Nothing moves unless the test says so, and then batch by batch.
constexpr RowTail::Options kByHand = {.move_bytes = 1, .own_thread = false};

class ProjectionTailTest
    : public testing::TestWithParam<std::tuple<StoreKind, uint64_t>> {
 protected:
  ProjectionTailTest() {
    EXPECT_TRUE(
        StoreJournal::Create(place_->store(), kNetwork, scribe_.Genesis(), {})
            .ok());
    Open();
  }

  void Open() {
    projection_.reset();
    journal_.reset();
    journal_ = StoreJournal::Open(place_->store()).value();
    projection_ =
        Projection::Open(place_->store(), &events_, {}, kByHand).value();
  }

  void Crash() {
    views_.clear();
    projection_.reset();
    journal_.reset();
    place_->Crash();
    Open();
  }

  void Advance() {
    projection_->Advance(*AppendAndWait(
        journal_.get(), Pending(scribe_.AnyBatch(&random_, 8, kAccounts))));
  }

  // The rows that a projection makes of this journal from nothing.
  StoreRows Rebuilt() {
    const auto empty = MemoryKind().make();
    WriteBatch journal;
    for (const auto& [key, batch] :
         RowsOf(*place_->store()->GetSnapshot(), Family::kJournal)) {
      journal.Put(Family::kJournal, key, batch);
    }
    AddFormatRow(&journal);
    EXPECT_TRUE(empty->store()->Write(journal, Durability::kSynced).ok());
    EventRows events;
    const auto projection = Projection::Open(empty->store(), &events).value();
    return ProjectedRowsOf(*projection->view().snapshot);
  }

  void ExpectIsComplete() {
    EXPECT_EQ(projection_->view().sequence, journal_->last_sequence());
    EXPECT_EQ(projection_->view().digest, journal_->last_digest());
    EXPECT_TRUE(ProjectedRowsOf(*projection_->view().snapshot) == Rebuilt());
  }

  Random random_{std::get<1>(GetParam())};
  std::unique_ptr<StorePlace> place_ = std::get<0>(GetParam()).make();
  Scribe scribe_;
  EventRows events_;
  std::unique_ptr<StoreJournal> journal_;
  std::unique_ptr<Projection> projection_;
  std::vector<std::pair<ReadView, StoreRows>> views_;
};

TEST_P(ProjectionTailTest, ViewsStayWhileRowsComeToTheStore) {
  for (int i = 0; i < 30; ++i) {
    Advance();
    views_.emplace_back(projection_->view(),
                        RowsOf(*projection_->view().snapshot));
    if (Below(&random_, 4) == 0) projection_->WorkOnce();
    if (Below(&random_, 10) == 0) {
      ASSERT_TRUE(projection_->Flush().ok());
    }
    const auto& [view, rows] = views_[Below(&random_, views_.size())];
    ASSERT_TRUE(RowsOf(*view.snapshot) == rows);
  }
  for (const auto& [view, rows] : views_) {
    EXPECT_TRUE(RowsOf(*view.snapshot) == rows);
    EXPECT_EQ(ReadHead(*view.snapshot)->digest, view.digest);
  }
  ExpectIsComplete();
}

TEST_P(ProjectionTailTest, ACrashAtAnyStepIsHealed) {
  for (int crash = 0; crash < 6; ++crash) {
    for (uint64_t i = Below(&random_, 5); i > 0; --i) {
      switch (Below(&random_, 4)) {
        case 0:
          projection_->WorkOnce();
          break;
        case 1:
          if (Below(&random_, 3) == 0) {
            ASSERT_TRUE(projection_->Flush().ok());
          }
          break;
        case 2:
          Advance();
          break;
        default:
          // In the journal, and nobody has projected it.
          AppendAndWait(journal_.get(),
                        Pending(scribe_.AnyBatch(&random_, 4, kAccounts)));
          i = 1;
      }
    }
    Crash();
    ExpectIsComplete();
  }
}

TEST_P(ProjectionTailTest, WhatIsInTheStoreIsNeverAheadOfItsWatermark) {
  for (int i = 0; i < 10; ++i) {
    Advance();
    if (Below(&random_, 2) == 0) projection_->WorkOnce();
    // What a crash would leave: rows of the very records up to the watermark.
    const auto left = place_->store()->GetSnapshot();
    const auto mark = left->Get(Family::kMeta, "projected").value();
    const uint64_t projected =
        mark.has_value() ? ReadBigEndian<uint64_t>(*mark) : 0;
    uint64_t newest = 0;
    for (const auto& [key, event] : RowsOf(*left, Family::kTradeStep)) {
      newest = ReadBigEndian<uint64_t>(key);
    }
    EXPECT_EQ(newest, projected);
  }
}

TEST_P(ProjectionTailTest, AViewNeedsNoMoreMemoryOnceItsRowsAreInTheStore) {
  Advance();
  const ReadView before = projection_->view();
  const StoreRows rows = RowsOf(*before.snapshot);
  std::vector<Sequence> reached;
  projection_->WaitFor(Next(before.sequence), [&] { reached.push_back({}); });
  ASSERT_TRUE(projection_->WorkOnce());
  const ReadView after = projection_->view();
  EXPECT_NE(after.snapshot, before.snapshot);
  EXPECT_EQ(after.sequence, before.sequence);
  EXPECT_EQ(after.digest, before.digest);
  EXPECT_TRUE(RowsOf(*after.snapshot) == rows);
  EXPECT_TRUE(reached.empty()) << "it is not a newer one";
  Advance();
  EXPECT_EQ(reached.size(), 1U);
}

// A record that is in the store and not in the view yet must not show, although
// rows have moved meanwhile.
TEST_P(ProjectionTailTest, AViewThatIsShortenedShowsNoNewerRecord) {
  Advance();
  const Sequence seen = projection_->view().sequence;
  const auto newer =
      AppendAndWait(journal_.get(), Pending({scribe_.Event("newer")}));
  ASSERT_TRUE(projection_->WorkOnce());
  EXPECT_EQ(ReadHead(*projection_->view().snapshot)->sequence, seen);
  projection_->Advance(*newer);
  ExpectIsComplete();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ProjectionTailTest,
                         testing::Combine(testing::ValuesIn(StoreKinds()),
                                          testing::Range<uint64_t>(0, 4)),
                         [](const auto& of) {
                           return std::get<0>(of.param).name +
                                  std::string("_") +
                                  std::to_string(std::get<1>(of.param));
                         });

// While the store takes its time over the rows of the first batches, later ones
// are projected, read and waited for.
TEST(ProjectionWhileMovingTest, NobodyWaitsForTheRowsToMove) {
  const auto place = MemoryKind().make();
  GatedStore store(place->store());
  Scribe scribe;
  EventRows events;
  ASSERT_TRUE(
      StoreJournal::Create(&store, kNetwork, scribe.Genesis(), {}).ok());
  const auto journal = StoreJournal::Open(&store).value();
  store.CloseForRows();
  const auto projection =
      Projection::Open(&store, &events, {}, {.move_bytes = 1}).value();
  store.WaitForRows();  // Those of the genesis.
  std::vector<uint64_t> reached;
  for (uint64_t i = 2; i <= 20; ++i) {
    projection->WaitFor(Sequence{i}, [&, i] { reached.push_back(i); });
  }
  for (uint64_t i = 2; i <= 20; ++i) {
    projection->Advance(*AppendAndWait(
        journal.get(), Pending({scribe.Transfer(kBaker, kMason, 1)})));
    const ReadView view = projection->view();
    EXPECT_EQ(view.sequence, Sequence{i});
    EXPECT_EQ(reached.back(), i);
    const auto baker = AccountAt(*view.snapshot, kBaker, view.sequence);
    EXPECT_EQ(baker->balance.minor_units(), 1 - static_cast<int64_t>(i));
    EXPECT_EQ(baker->posting_count, i - 1);
  }
  EXPECT_TRUE(
      RowsOf(*place->store()->GetSnapshot(), Family::kAccountEntry).empty());
  store.OpenForRows();
  ASSERT_TRUE(projection->Flush().ok());
  EXPECT_EQ(
      RowsOf(*place->store()->GetSnapshot(), Family::kAccountEntry).size(),
      38U);
  EXPECT_EQ(RowsOf(*place->store()->GetSnapshot()),
            RowsOf(*projection->view().snapshot));
}

}  // namespace
}  // namespace skontro::ledger
