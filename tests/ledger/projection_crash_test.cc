// After a crash at any point the projections are rolled forward to the very
// rows that an uninterrupted run has.
//
// A failure names its seed. To run seed 7 alone:
//   projection_crash_test --gtest_filter='_7'

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ledger/projection.h"
#include "ledger/store_journal.h"
#include "tests/ledger/event_rows.h"
#include "tests/ledger/scribe.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {
namespace {

using Batches = std::vector<std::vector<Record>>;

constexpr size_t kBatches = 8;

Batches AnyJournal(uint64_t seed) {
  Random random(seed);
  Scribe scribe;
  Batches batches = {{scribe.Genesis()}};
  while (batches.size() < kBatches) {
    batches.push_back(scribe.AnyBatch(&random, 12, 6));
  }
  return batches;
}

// A journal and its projections in a place, run batch by batch.
class LedgerRun {
 public:
  LedgerRun(StorePlace* place, const Batches& batches)
      : place_(place), batches_(batches) {
    EXPECT_TRUE(
        StoreJournal::Create(place->store(), kNetwork, batches[0][0], {}).ok());
    Open();
  }

  void Open() {
    journal_ = StoreJournal::Open(place_->store()).value();
    projection_ = Projection::Open(place_->store(), &events_).value();
  }

  // Appends up to batch `appended` and projects up to batch `projected` of
  // those, flushing behind batch `flushed`.
  void Go(size_t appended, size_t projected, size_t flushed) {
    for (size_t i = 1; i <= appended; ++i) {
      GoOn(i, i <= projected, i == flushed);
    }
  }

  // Appends batch `i`. A batch that is not projected leaves those behind it
  // unprojected too.
  void GoOn(size_t i, bool project, bool flush) {
    const auto batch = AppendAndWait(journal_.get(), Pending(batches_[i]));
    if (project &&
        projection_->view().sequence == Before(batch->first_sequence)) {
      projection_->Advance(*batch);
    }
    if (flush) {
      EXPECT_TRUE(projection_->Flush().ok());
    }
  }

  void Crash() {
    projection_.reset();
    journal_.reset();
    place_->Crash();
  }

  StoreRows Rows() const {
    return ProjectedRowsOf(*projection_->view().snapshot);
  }
  ReadView view() const { return projection_->view(); }

 private:
  StorePlace* const place_;
  const Batches& batches_;
  EventRows events_;
  std::unique_ptr<StoreJournal> journal_;
  std::unique_ptr<Projection> projection_;
};

class ProjectionCrashTest
    : public testing::TestWithParam<std::tuple<StoreKind, uint64_t>> {
 protected:
  ProjectionCrashTest() {
    for (size_t i = 0; i < kBatches; ++i) {
      const auto place = MemoryKind().make();
      LedgerRun run(place.get(), batches_);
      run.Go(i, i, /*flushed=*/0);
      want_.push_back(run.Rows());
    }
  }

  void ExpectSameRowsAfterACrash(size_t appended, size_t projected,
                                 size_t flushed) {
    SCOPED_TRACE(testing::Message() << "appended " << appended << ", projected "
                                    << projected << ", flushed " << flushed);
    const auto place = kind_.make();
    LedgerRun run(place.get(), batches_);
    run.Go(appended, projected, flushed);
    run.Crash();
    run.Open();
    EXPECT_TRUE(run.Rows() == want_[appended]);
    EXPECT_EQ(run.view().digest, ReadHead(*run.view().snapshot)->digest);
  }

  const StoreKind kind_ = std::get<0>(GetParam());
  const uint64_t seed_ = std::get<1>(GetParam());
  const Batches batches_ = AnyJournal(seed_);
  // Behind each batch, the rows of a run that nothing interrupted.
  std::vector<StoreRows> want_;
};

TEST_P(ProjectionCrashTest, RowsAreThoseOfARunThatNothingInterrupted) {
  if (kind_.name == MemoryKind().name) {
    for (size_t appended = 0; appended < kBatches; ++appended) {
      for (size_t projected = 0; projected <= appended; ++projected) {
        for (size_t flushed = 0; flushed <= projected; ++flushed) {
          ExpectSameRowsAfterACrash(appended, projected, flushed);
        }
      }
    }
    return;
  }
  // Others are slow to open: some of all.
  Random random(seed_);
  for (int i = 0; i < 3; ++i) {
    const size_t appended = Below(&random, kBatches);
    const size_t projected = Below(&random, appended + 1);
    ExpectSameRowsAfterACrash(appended, projected,
                              Below(&random, projected + 1));
  }
}

TEST_P(ProjectionCrashTest, CrashAfterCrashEndsInTheSameRows) {
  Random random(seed_);
  const auto place = kind_.make();
  LedgerRun run(place.get(), batches_);
  for (size_t i = 1; i < kBatches; ++i) {
    run.GoOn(i, /*project=*/Below(&random, 3) > 0,
             /*flush=*/Below(&random, 4) == 0);
    if (Below(&random, 2) == 0) {
      run.Crash();
      run.Open();
      EXPECT_TRUE(run.Rows() == want_[i]) << "behind batch " << i;
    }
  }
  run.Crash();
  run.Open();
  EXPECT_TRUE(run.Rows() == want_.back());
}

INSTANTIATE_TEST_SUITE_P(Seeds, ProjectionCrashTest,
                         testing::Combine(testing::ValuesIn(StoreKinds()),
                                          testing::Range<uint64_t>(0, 4)),
                         [](const auto& of) {
                           return std::get<0>(of.param).name +
                                  std::string("_") +
                                  std::to_string(std::get<1>(of.param));
                         });

}  // namespace
}  // namespace skontro::ledger
