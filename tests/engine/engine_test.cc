#include "engine/engine.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "ledger/base/limits.h"
#include "ledger/store_journal.h"
#include "tests/engine/counter.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

class EngineTest : public testing::Test {
 protected:
  EngineTest() { Admit2(&counter_); }
  ~EngineTest() override {
    counter_.disk().GoOn();
    EXPECT_EQ(counter_.early_answers(), 0);
  }

  static void Admit2(Counter* counter) {
    counter->MustAsk(Under("baker", Admit("baker")));
    counter->MustAsk(Under("mason", Admit("mason")));
  }

  // Two batches on their way, the first of them at the disk.
  std::vector<std::shared_ptr<Awaited>> FillTheJournal() {
    counter_.disk().Stop();
    const int before = counter_.disk().arrivals();
    std::vector<std::shared_ptr<Awaited>> sent;
    sent.push_back(counter_.Send(Pay("baker", "mason", 1)));
    counter_.disk().WaitForArrivals(before + 1);
    sent.push_back(counter_.Send(Pay("baker", "mason", 1)));
    counter_.WaitForEmptyQueue();
    return sent;
  }

  Counter counter_;
};

TEST_F(EngineTest, ItKnowsTheNetworkThatItServes) {
  EXPECT_EQ(counter_.engine().terms(), EuroTerms());
  EXPECT_EQ(counter_.engine().uid(), kUid);
}

TEST_F(EngineTest, AnAnswerHasTheDigestOfItsRecord) {
  const Answer paid = counter_.MustAsk(Under("r", Pay("baker", "mason", 1)));
  const auto record =
      ledger::ReadRecord(*counter_.engine().view().snapshot, paid.sequence);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(paid.digest, record->digest);
  EXPECT_EQ(counter_.engine().view().digest, record->digest);

  const Answer group = counter_.MustAsk(
      Together({Sale("baker", "mason", 1), Sale("baker", "mason", 2)}));
  EXPECT_EQ(group.digest, counter_.engine().view().digest);
  // Neither of these made a record.
  EXPECT_EQ(counter_.MustAsk(Under("r", Pay("baker", "mason", 1))).digest,
            ledger::Digest());
  EXPECT_EQ(counter_.MustAsk(AsPreview(Pay("baker", "mason", 1))).digest,
            ledger::Digest());
}

TEST_F(EngineTest, NothingIsAnsweredBeforeItsBatchIsDurable) {
  const auto sent = FillTheJournal();
  const auto third = counter_.Send(Pay("baker", "mason", 1));
  for (const auto& awaited : sent) EXPECT_FALSE(awaited->given());
  EXPECT_EQ(counter_.engine().view().sequence, Sequence{3});
  EXPECT_EQ(counter_.BalanceOf("mason"), 0);
  counter_.disk().LetOnePass();
  EXPECT_EQ(sent[0]->Wait()->sequence, Sequence{4});
  EXPECT_FALSE(sent[1]->given());
  EXPECT_FALSE(third->given());
  counter_.disk().LetOnePass();
  EXPECT_EQ(sent[1]->Wait()->sequence, Sequence{5});
  EXPECT_FALSE(third->given());
  counter_.disk().GoOn();
  EXPECT_EQ(third->Wait()->sequence, Sequence{6});
  EXPECT_EQ(counter_.BalanceOf("mason"), 3);
}

TEST_F(EngineTest, OneBatchIsDecidedWhileAnotherIsWritten) {
  counter_.disk().Stop();
  const int before = counter_.disk().arrivals();
  const auto first = counter_.Send(Under("r", Pay("baker", "mason", 1)));
  counter_.disk().WaitForArrivals(before + 1);
  // The field's name is asked for when the second command is decided.
  static absl::Notification decided;
  Command other = Under("r", Pay("baker", "mason", 2));
  other.field_name = [](uint32_t) -> std::string_view {
    decided.Notify();
    return "trade";
  };
  const auto second = counter_.Send(other);
  decided.WaitForNotification();
  EXPECT_FALSE(first->given());
  // It made no record, but tells of one that is not durable.
  EXPECT_FALSE(second->given());
  counter_.disk().GoOn();
  EXPECT_EQ(second->Wait()->refusals.front().reason, Reason::kRequestIdReused);
  EXPECT_TRUE(first->given());
}

TEST_F(EngineTest, AThirdBatchWaitsInTheQueue) {
  FillTheJournal();
  const auto third =
      counter_.SendAll({Pay("baker", "mason", 1), Pay("baker", "mason", 1)});
  EXPECT_EQ(counter_.engine().queue_length(), 2u);
  counter_.disk().LetOnePass();
  counter_.WaitForEmptyQueue();
  counter_.disk().GoOn();
  EXPECT_TRUE(third[1]->Wait().ok());
}

TEST_F(EngineTest, CommandsThatWaitShareOneWrite) {
  const int before = counter_.disk().arrivals();
  FillTheJournal();
  std::vector<Command> crowd(100, Pay("baker", "mason", 1));
  const auto sent = counter_.SendAll(std::move(crowd));
  counter_.disk().GoOn();
  uint64_t sequence = 6;
  for (const auto& awaited : sent) {
    // In the order in which they were sent.
    EXPECT_EQ(awaited->Wait()->sequence, Sequence{sequence++});
  }
  EXPECT_EQ(counter_.disk().arrivals(), before + 3);
}

TEST_F(EngineTest, AnswersWithoutARecordWaitForWhatTheyTellOf) {
  const auto sent = FillTheJournal();
  const auto preview = counter_.Send(AsPreview(Pay("baker", "mason", 1)));
  const auto form = counter_.Send(Pay("baker", "baker", 1));
  EXPECT_FALSE(preview->given());
  EXPECT_FALSE(form->given());
  counter_.disk().GoOn();
  EXPECT_EQ(preview->Wait()->sequence, Sequence{5});
  EXPECT_EQ(form->Wait()->sequence, Sequence{5});
  // With nothing on its way they are answered at once.
  EXPECT_EQ(counter_.Ask(AsPreview(Pay("baker", "mason", 1)))->sequence,
            Sequence{5});
}

TEST_F(EngineTest, ABatchOfTheJournalHasAtMost8192Records) {
  counter_.MustAsk(SetLimits("mason", 0, kAmountMax));
  counter_.MustAsk(SetLimits("baker", kAmountMax, kAmountMax));
  std::vector<Command> commands(kBatchRecordsMax - 100,
                                SetLine("baker", kAmountMax));
  commands.push_back(
      Together(std::vector<CreateTrade>(200, Payment("baker", "mason", 1))));
  const auto sent = counter_.SendAll(std::move(commands));
  EXPECT_EQ(sent.back()->Wait()->events.size(), 200u);
  const auto snapshot = counter_.engine().view().snapshot;
  ledger::JournalReader reader(snapshot.get(), Sequence{1},
                               ledger::Trust::kNothing);
  size_t records = 0;
  while (true) {
    const auto next = reader.Next();
    ASSERT_TRUE(next.ok());
    if (!next->has_value()) break;
    EXPECT_LE((*next)->batch.records.size(), kBatchRecordsMax);
    records += (*next)->batch.records.size();
  }
  EXPECT_EQ(records, 5u + kBatchRecordsMax - 100 + 200);
}

// --- Turned away -------------------------------------------------------------

TEST(EngineQueueTest, OneMoreThanTheQueueHoldsIsTurnedAwayAndNothingIsDone) {
  Engine::Options options;
  options.queue_length_max = 3;
  Counter counter(options);
  counter.MustAsk(Admit("baker"));
  counter.MustAsk(Admit("mason"));
  counter.disk().Stop();
  const int before = counter.disk().arrivals();
  const auto first = counter.Send(Pay("baker", "mason", 1));
  counter.disk().WaitForArrivals(before + 1);
  const auto second = counter.Send(Pay("baker", "mason", 1));
  counter.WaitForEmptyQueue();
  std::vector<std::shared_ptr<Awaited>> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(counter.Send(Pay("baker", "mason", 1)));
  }
  const Command late = counter.Fill(Under("late", Pay("baker", "mason", 1)));
  const auto refused = counter.Send(late);
  ASSERT_TRUE(refused->given());
  EXPECT_EQ(refused->Wait().status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RefusalOf(refused->Wait().status()),
            (Refusal{Reason::kQueueFull, {{"limit", "3"}}}));
  // Of many at once, those that fit are taken.
  EXPECT_EQ(counter.engine().queue_length(), 3u);
  counter.disk().GoOn();
  EXPECT_TRUE(waiting.back()->Wait().ok());
  EXPECT_EQ(counter.BalanceOf("mason"), 5);
  EXPECT_FALSE(counter.Ask(late)->repeated);
  EXPECT_EQ(counter.BalanceOf("mason"), 6);
}

TEST_F(EngineTest, AfterTheIntakeStoppedOnlyWhatWasAcceptedIsDone) {
  const auto sent = FillTheJournal();
  const auto accepted = counter_.Send(Pay("baker", "mason", 1));
  counter_.engine().StopIntake();
  const auto late = counter_.Send(Pay("baker", "mason", 1));
  ASSERT_TRUE(late->given());
  EXPECT_EQ(late->Wait().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(RefusalOf(late->Wait().status()),
            (Refusal{Reason::kShuttingDown, {}}));
  counter_.disk().GoOn();
  EXPECT_TRUE(accepted->Wait().ok());
  EXPECT_EQ(counter_.BalanceOf("mason"), 3);
}

TEST_F(EngineTest, StoppingFinishesAndAnswersWhatWasAccepted) {
  const auto sent = FillTheJournal();
  const auto waiting =
      counter_.SendAll(std::vector<Command>(50, Pay("baker", "mason", 1)));
  std::thread closing([&] { counter_.Close(); });
  counter_.disk().GoOn();
  closing.join();
  for (const auto& awaited : waiting) {
    ASSERT_TRUE(awaited->given());
    EXPECT_TRUE(awaited->Wait()->refusals.empty());
  }
  // The projections were flushed: nothing has to be rolled forward.
  const auto after = counter_.store().AfterCrash();
  EXPECT_EQ(
      *after->GetSnapshot()->Get(ledger::Family::kMeta, "projected").value(),
      NumberValue(55));
}

TEST_F(EngineTest, AReplyMaySendTheNextCommand) {
  absl::Notification done;
  Engine& engine = counter_.engine();
  const Command second = counter_.Fill(Pay("baker", "mason", 2));
  engine.Submit(counter_.Fill(Pay("baker", "mason", 1)),
                [&](const absl::StatusOr<Answer>& answer) {
                  EXPECT_TRUE(answer.ok());
                  const Sequence first = answer->sequence;
                  engine.Submit(second, [&done, first](const auto& next) {
                    EXPECT_EQ(next->sequence, ledger::Next(first));
                    done.Notify();
                  });
                });
  done.WaitForNotification();
  EXPECT_EQ(counter_.BalanceOf("mason"), 3);
}

TEST_F(EngineTest, AWaitEndsWhenItsSequenceCanBeRead) {
  absl::Notification reached;
  counter_.engine().WaitFor(Sequence{4}, [&] { reached.Notify(); });
  bool cancelled = false;
  const uint64_t ticket =
      counter_.engine().WaitFor(Sequence{4}, [&] { cancelled = true; });
  EXPECT_TRUE(counter_.engine().CancelWait(ticket));
  counter_.Send(Pay("baker", "mason", 1));
  reached.WaitForNotification();
  EXPECT_GE(counter_.engine().view().sequence, Sequence{4});
  EXPECT_FALSE(cancelled);
}

// --- Disks that fail ---------------------------------------------------------

TEST_F(EngineTest, AStoreThatCannotBeReadIsAnErrorAndNothingIsDone) {
  counter_.MustAsk(Pay("baker", "mason", 1));  // A view that may fail.
  counter_.disk().FailReads(true);
  const Command pay = counter_.Fill(Under("r", Pay("baker", "mason", 1)));
  EXPECT_EQ(counter_.Ask(pay).status().code(), absl::StatusCode::kInternal);
  counter_.disk().FailReads(false);
  EXPECT_FALSE(counter_.Ask(pay)->repeated);
  EXPECT_EQ(counter_.BalanceOf("mason"), 2);
}

TEST(EngineDeathTest, AJournalThatCannotBeWrittenStopsTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        Counter counter;
        counter.disk().FailWrites(ledger::Durability::kSynced);
        counter.Ask(Admit("baker")).IgnoreError();
      },
      "the journal could not be written up to sequence 2");
}

TEST(EngineDeathTest, ProjectionsThatCannotBeWrittenStopTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  Engine::Options options;  // Rows go to the store batch by batch.
  options.row_tail = {.move_bytes = 1, .bytes_max = 1, .own_thread = false};
  EXPECT_DEATH(
      {
        Counter counter(options);
        counter.disk().FailWrites(ledger::Durability::kUnlogged);
        counter.Ask(Admit("baker")).IgnoreError();
      },
      "the projections could not be written at sequence 2");
}

}  // namespace
}  // namespace skontro::engine
