// Waiting for a sequence, and reading beside the one thread that advances.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ledger/projection.h"
#include "ledger/statement.h"
#include "ledger/storage/memory_store.h"
#include "ledger/store_journal.h"
#include "tests/ledger/event_rows.h"
#include "tests/ledger/scribe.h"

namespace skontro::ledger {
namespace {

constexpr uint64_t kAccounts = 6;

class ProjectionThreadTest : public testing::Test {
 protected:
  ProjectionThreadTest() {
    EXPECT_TRUE(
        StoreJournal::Create(&store_, kNetwork, scribe_.Genesis(), {}).ok());
    journal_ = StoreJournal::Open(&store_).value();
    projection_ = Projection::Open(&store_, &events_).value();
  }

  void Advance() {
    projection_->Advance(*AppendAndWait(
        journal_.get(), Pending(scribe_.AnyBatch(&random_, 4, kAccounts))));
  }
  void AdvanceByOne() {
    projection_->Advance(
        *AppendAndWait(journal_.get(), Pending({scribe_.Event("a")})));
  }

  Random random_{8};
  Scribe scribe_;
  MemoryStore store_;
  EventRows events_;
  std::unique_ptr<StoreJournal> journal_;
  std::unique_ptr<Projection> projection_;
};

TEST_F(ProjectionThreadTest, WhoWaitsForWhatIsThereIsCalledAtOnce) {
  int called = 0;
  projection_->WaitFor(Sequence{0}, [&] { ++called; });
  projection_->WaitFor(Sequence{1}, [&] { ++called; });
  EXPECT_EQ(called, 2);
}

TEST_F(ProjectionThreadTest, WhoWaitsIsCalledOnceWhenTheViewIncludesIt) {
  std::vector<std::pair<int, Sequence>> called;
  for (int wanted : {3, 2, 4, 2}) {
    projection_->WaitFor(Sequence{static_cast<uint64_t>(wanted)}, [&, wanted] {
      called.emplace_back(wanted, projection_->view().sequence);
    });
  }
  EXPECT_TRUE(called.empty());
  for (int i = 0; i < 4; ++i) AdvanceByOne();
  EXPECT_EQ(called, (std::vector<std::pair<int, Sequence>>{{2, Sequence{2}},
                                                           {2, Sequence{2}},
                                                           {3, Sequence{3}},
                                                           {4, Sequence{4}}}));
}

TEST_F(ProjectionThreadTest, ABatchThatSkipsPastASequenceReachesIt) {
  int called = 0;
  projection_->WaitFor(Sequence{2}, [&] { ++called; });
  projection_->Advance(*AppendAndWait(
      journal_.get(),
      Pending({scribe_.Event("a"), scribe_.Event("b"), scribe_.Event("c")})));
  EXPECT_EQ(called, 1);
}

TEST_F(ProjectionThreadTest, WhoGaveUpIsNotCalled) {
  int called = 0;
  const uint64_t first = projection_->WaitFor(Sequence{2}, [&] { ++called; });
  const uint64_t second = projection_->WaitFor(Sequence{2}, [&] { ++called; });
  EXPECT_TRUE(projection_->CancelWait(first));
  EXPECT_FALSE(projection_->CancelWait(first)) << "once is enough";
  AdvanceByOne();
  EXPECT_EQ(called, 1);
  EXPECT_FALSE(projection_->CancelWait(second)) << "too late";
  EXPECT_FALSE(projection_->CancelWait(12'345)) << "no ticket";
}

TEST_F(ProjectionThreadTest, ACallbackMayWaitAgain) {
  std::vector<uint64_t> reached;
  std::function<void()> wait_again = [&] {
    const uint64_t now = Number(projection_->view().sequence);
    reached.push_back(now);
    if (now < 4) projection_->WaitFor(Sequence{now + 1}, wait_again);
  };
  projection_->WaitFor(Sequence{2}, wait_again);
  for (int i = 0; i < 5; ++i) AdvanceByOne();
  EXPECT_EQ(reached, (std::vector<uint64_t>{2, 3, 4}));
}

TEST_F(ProjectionThreadTest, EachWaitOfManyThreadsEndsOnce) {
  constexpr int kThreads = 4;
  constexpr int kWaits = 2'000;
  std::atomic<int> cancelled{0};
  std::atomic<int> called{0};
  std::vector<std::thread> threads;
  std::vector<std::vector<std::atomic<int>>> calls(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    auto& mine = calls[static_cast<size_t>(thread)] =
        std::vector<std::atomic<int>>(kWaits);
    threads.emplace_back([&, thread] {
      Random random(static_cast<uint64_t>(thread));
      for (auto& wait : mine) {
        const Sequence wanted{Number(projection_->view().sequence) +
                              Below(&random, 4)};
        const uint64_t ticket =
            projection_->WaitFor(wanted, [&, wanted, call = &wait] {
              EXPECT_GE(projection_->view().sequence, wanted);
              ++*call;
              ++called;
            });
        if (Below(&random, 2) == 0 && projection_->CancelWait(ticket)) {
          // From here on nobody calls.
          EXPECT_EQ(wait.exchange(-1'000), 0);
          ++cancelled;
        }
      }
    });
  }
  // Until every wait has ended: those that are left are for what is to come.
  for (std::thread& thread : threads) {
    std::atomic<bool> joined{false};
    std::thread joiner([&] {
      thread.join();
      joined = true;
    });
    while (!joined) AdvanceByOne();
    joiner.join();
  }
  for (int i = 0; i < 4; ++i) AdvanceByOne();
  EXPECT_EQ(called + cancelled, kThreads * kWaits);
  for (const auto& waits : calls) {
    for (const std::atomic<int>& wait : waits) {
      EXPECT_TRUE(wait == 1 || wait == -1'000) << wait;
    }
  }
}

TEST_F(ProjectionThreadTest, EveryViewAddsUpToZero) {
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  std::atomic<int> looked{0};
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&] {
      Sequence newest{0};
      while (!done) {
        const ReadView view = projection_->view();
        EXPECT_GE(view.sequence, newest);
        newest = view.sequence;
        EXPECT_EQ(ReadRecord(*view.snapshot, view.sequence)->digest,
                  view.digest);
        int64_t sum = 0;
        for (uint64_t account = 1; account <= kAccounts; ++account) {
          sum += AccountAt(*view.snapshot, AccountId{account}, view.sequence)
                     ->balance.minor_units();
        }
        EXPECT_EQ(sum, 0) << "at sequence " << Number(view.sequence);
        ++looked;
      }
    });
  }
  for (int i = 0; i < 200; ++i) Advance();
  while (looked < 10) AdvanceByOne();
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace skontro::ledger
