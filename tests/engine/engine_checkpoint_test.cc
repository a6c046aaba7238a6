// An engine that saves checkpoints while it runs and begins with them when it
// starts.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "engine/checkpoint.h"
#include "engine/engine.h"
#include "ledger/store_journal.h"
#include "tests/engine/counter.h"
#include "tests/engine/desk.h"
#include "tests/engine/random_commands.h"

namespace skontro::engine {
namespace {

using ledger::Family;

struct Exchange {
  Command command;
  Answer answer;
};

// Hears of checkpoints.
class Listener {
 public:
  OnCheckpoint callback() {
    return [this](const CheckpointReport& report) {
      const absl::MutexLock lock(&mutex_);
      reports_.push_back(report);
    };
  }

  CheckpointReport WaitFor(size_t count) {
    const auto there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return reports_.size() >= count;
    };
    const absl::MutexLock lock(&mutex_, absl::Condition(&there));
    return reports_[count - 1];
  }

 private:
  absl::Mutex mutex_;
  std::vector<CheckpointReport> reports_ ABSL_GUARDED_BY(mutex_);
};

std::vector<Exchange> DoBusiness(Counter* counter, uint64_t seed,
                                 int commands) {
  RandomCommands random(seed);
  std::vector<Exchange> done;
  for (const char* id : kRandomMembers) {
    const Command command = counter->Fill(Under(id, Admit(id)));
    done.push_back({command, counter->MustAsk(command)});
  }
  for (int i = 0; i < commands; ++i) {
    const Command command = counter->Fill(
        random.Next(static_cast<uint64_t>(counter->engine().view().sequence)));
    const auto answer = counter->Ask(command);
    EXPECT_TRUE(answer.ok());
    if (answer->first_sequence > Sequence{0})
      done.push_back({command, *answer});
  }
  return done;
}

void ExpectKnown(Counter* counter, const std::vector<Exchange>& exchanges) {
  for (const Exchange& exchange : exchanges) {
    const auto again = counter->Ask(exchange.command);
    ASSERT_TRUE(again.ok());
    ASSERT_TRUE(again->repeated);
    ASSERT_EQ(again->sequence, exchange.answer.sequence);
    ASSERT_EQ(again->refusals, exchange.answer.refusals);
  }
}

Sequence NewestIn(const ledger::Store& store) {
  const auto listed = ListCheckpoints(*store.GetSnapshot());
  return listed.ok() && !listed->empty() ? listed->front() : Sequence{0};
}

Engine::Options Every(uint64_t records) {
  Engine::Options options;
  options.checkpoint_interval = records;
  options.digest_interval = 16;
  return options;
}

// Where an engine on `store` begins.
Sequence BegunAt(ledger::Store* store, const Engine::Options& options) {
  Sequence begun{0};
  const auto engine =
      Engine::Open(store, options, [&](const StartProgress& progress) {
        if (progress.step == StartProgress::Step::kCheckpoint) {
          begun = progress.sequence;
        }
      });
  EXPECT_TRUE(engine.ok()) << engine.status();
  return begun;
}

TEST(EngineCheckpointTest, AStopSavesOneAndTheNextStartBeginsWithIt) {
  Counter counter(Every(0));
  DoBusiness(&counter, 1, 100);
  const Sequence last = counter.engine().view().sequence;
  counter.Close();
  EXPECT_EQ(NewestIn(counter.store()), last);
  const auto store = counter.store().AfterCrash();
  EXPECT_EQ(BegunAt(store.get(), Every(0)), last);
}

TEST(EngineCheckpointTest, OnesAreSavedWhileItRuns) {
  Listener listener;
  Engine::Options options = Every(50);
  options.on_checkpoint = listener.callback();
  Counter counter(options);
  DoBusiness(&counter, 2, 150);
  const CheckpointReport first = listener.WaitFor(1);
  ASSERT_TRUE(first.status.ok()) << first.status;
  EXPECT_GE(first.sequence, Sequence{50});
  // A crash, not a stop: the start begins with one of them all the same.
  const auto store = counter.store().AfterCrash();
  EXPECT_GE(BegunAt(store.get(), Every(0)), first.sequence);
}

TEST(EngineCheckpointTest, AStartFromACheckpointAnswersLikeOneWithout) {
  Counter before(Every(30));
  const std::vector<Exchange> exchanges = DoBusiness(&before, 3, 200);
  before.Close();
  Engine::Options without = Every(0);
  without.use_checkpoints = false;
  // No records are behind the checkpoint in one, some in the other.
  for (const int later : {0, 25}) {
    Counter grown(Every(0), before.store().AfterCrash());
    RandomCommands random(77);
    for (int i = 0; i < later; ++i) grown.Ask(random.Next(50)).IgnoreError();
    Counter a(Every(0), grown.store().AfterCrash());
    Counter b(without, grown.store().AfterCrash());
    ExpectKnown(&a, exchanges);
    RandomCommands more(4);
    for (int i = 0; i < 200; ++i) {
      const Command command = a.Fill(
          Under("more-" + std::to_string(i),
                more.Next(static_cast<uint64_t>(a.engine().view().sequence))));
      const auto x = a.Ask(command);
      const auto y = b.Ask(command);
      ASSERT_TRUE(x.ok() && y.ok());
      ASSERT_EQ(x->refusals, y->refusals);
      ASSERT_EQ(x->sequence, y->sequence);
      ASSERT_EQ(x->digest, y->digest);
    }
  }
}

// Lives that end in crashes, with checkpoints in the middle of them.
TEST(EngineCheckpointTest, NothingThatWasAnsweredIsForgotten) {
  auto store = NewNetwork(EuroTerms());
  std::vector<Exchange> exchanges;
  for (uint64_t life = 0; life < 8; ++life) {
    Engine::Options options = Every(20);
    options.recent_max = 3;
    Counter counter(options, std::move(store));
    ExpectKnown(&counter, exchanges);
    RandomCommands random(100 + life);
    if (life == 0) exchanges = DoBusiness(&counter, 5, 10);
    for (int i = 0; i < 40; ++i) {
      const Command command = counter.Fill(
          Under("life" + std::to_string(life) + "-" + std::to_string(i),
                random.Next(
                    static_cast<uint64_t>(counter.engine().view().sequence))));
      const auto answer = counter.Ask(command);
      ASSERT_TRUE(answer.ok());
      if (answer->first_sequence > Sequence{0}) {
        exchanges.push_back({command, *answer});
      }
    }
    store = counter.store().AfterCrash();
  }
  EXPECT_GT(NewestIn(*store), Sequence{0});
}

TEST(EngineCheckpointTest, ALongReplayIsNotRepeated) {
  Counter counter(Every(0));
  DoBusiness(&counter, 6, 100);
  const Sequence last = counter.engine().view().sequence;
  const auto store = counter.store().AfterCrash();
  ASSERT_EQ(NewestIn(*store), Sequence{0});
  Counter again(Every(50), store->AfterCrash());
  EXPECT_EQ(NewestIn(*again.store().AfterCrash()), last);
}

TEST(EngineCheckpointTest, ADiskThatFailsAtAStopIsNoReasonNotToStop) {
  Counter counter(Every(0));
  DoBusiness(&counter, 7, 10);
  counter.disk().FailWrites(ledger::Durability::kUnlogged);
  counter.Close();
  EXPECT_EQ(NewestIn(counter.store()), Sequence{0});
}

using EngineCheckpointDeathTest = testing::Test;

// The journal on disk is not what the engine decided: somebody changed it under
// a running server, checksums and all, or memory went wrong.
TEST(EngineCheckpointDeathTest, AReplayThatDiffersStopsTheProcess) {
  EXPECT_DEATH(
      {
        Counter counter(Every(40));
        for (const char* id : kRandomMembers) counter.MustAsk(Admit(id));
        for (int i = 0; i < 20; ++i) counter.MustAsk(Pay("baker", "mason", 1));
        // The row of the batch at sequence 20 is gone.
        ledger::WriteBatch rows;
        rows.Delete(Family::kJournal, NumberValue(20));
        counter.disk().Write(rows, ledger::Durability::kSynced).IgnoreError();
        while (true) counter.Ask(Pay("baker", "mason", 1)).IgnoreError();
      },
      "the journal on disk does not give the state in memory");
}

}  // namespace
}  // namespace skontro::engine
