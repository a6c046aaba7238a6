// What an engine finds when it starts: after a stop, after crashes, on a
// journal that is damaged.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/genesis.h"
#include "ledger/big_endian.h"
#include "ledger/store_journal.h"
#include "tests/engine/counter.h"
#include "tests/engine/desk.h"
#include "tests/engine/random_commands.h"

namespace skontro::engine {
namespace {

// A command and what it was answered.
struct Exchange {
  Command command;
  Answer answer;
};

class EngineRecoveryTest : public testing::Test {
 protected:
  // Does random business and keeps what was answered and made a record.
  std::vector<Exchange> DoBusiness(Counter* counter, uint64_t seed,
                                   int commands) {
    RandomCommands random(seed);
    std::vector<Exchange> done;
    for (const char* id : kRandomMembers) {
      const Command command = counter->Fill(Under(id, Admit(id)));
      done.push_back({command, counter->MustAsk(command)});
    }
    for (int i = 0; i < commands; ++i) {
      const Command command = counter->Fill(random.Next(
          static_cast<uint64_t>(counter->engine().view().sequence)));
      const auto answer = counter->Ask(command);
      EXPECT_TRUE(answer.ok());
      if (answer->first_sequence > Sequence{0}) {
        done.push_back({command, *answer});
      }
    }
    return done;
  }

  // Everything is known again and nothing happens.
  void ExpectKnown(Counter* counter, const std::vector<Exchange>& exchanges) {
    const Sequence before = counter->engine().view().sequence;
    for (const Exchange& exchange : exchanges) {
      const auto again = counter->Ask(exchange.command);
      ASSERT_TRUE(again.ok());
      ASSERT_TRUE(again->repeated);
      ASSERT_EQ(again->sequence, exchange.answer.sequence);
      ASSERT_EQ(again->first_sequence, exchange.answer.first_sequence);
      ASSERT_EQ(again->refusals, exchange.answer.refusals);
    }
    EXPECT_EQ(counter->engine().view().sequence, before);
  }

  static std::vector<int64_t> BalancesOf(Counter* counter) {
    std::vector<int64_t> balances;
    for (const char* id : kRandomMembers) {
      balances.push_back(counter->BalanceOf(id));
    }
    return balances;
  }

  static absl::Status OpenStatus(ledger::Store* store) {
    return Engine::Open(store, {}).status();
  }

  // Writes over the batch at `sequence`.
  static void Overwrite(ledger::Store* store, uint64_t sequence,
                        std::string bytes) {
    ledger::WriteBatch rows;
    rows.Put(ledger::Family::kJournal, NumberValue(sequence), std::move(bytes));
    ASSERT_TRUE(store->Write(rows, ledger::Durability::kSynced).ok());
  }
};

TEST_F(EngineRecoveryTest, WhatWasAnsweredIsThereAfterACrash) {
  Counter before;
  const std::vector<Exchange> exchanges = DoBusiness(&before, 1, 300);
  const std::vector<int64_t> balances = BalancesOf(&before);
  const ledger::ReadView view = before.engine().view();

  Counter after({}, before.store().AfterCrash());
  EXPECT_EQ(after.engine().view().sequence, view.sequence);
  EXPECT_EQ(after.engine().view().digest, view.digest);
  EXPECT_EQ(after.engine().uid(), before.engine().uid());
  EXPECT_EQ(after.engine().terms(), before.engine().terms());
  EXPECT_EQ(BalancesOf(&after), balances);
  ExpectKnown(&after, exchanges);
  EXPECT_EQ(BalancesOf(&after), balances);
}

TEST_F(EngineRecoveryTest, BusinessGoesOnAfterTheCrashAsItWouldHave) {
  Counter left;
  const std::vector<Exchange> exchanges = DoBusiness(&left, 2, 200);
  Counter right({}, left.store().AfterCrash());
  RandomCommands random(3);
  for (int i = 0; i < 200; ++i) {
    const Command command = left.Fill(
        random.Next(static_cast<uint64_t>(left.engine().view().sequence)));
    const auto a = left.Ask(command);
    const auto b = right.Ask(command);
    ASSERT_TRUE(a.ok() && b.ok());
    ASSERT_EQ(a->refusals, b->refusals);
    ASSERT_EQ(a->sequence, b->sequence);
    ASSERT_EQ(a->digest, b->digest);
  }
}

TEST_F(EngineRecoveryTest, ACrashAtAnyWriteLosesNothingThatWasAnswered) {
  auto store = NewNetwork(EuroTerms());
  Engine::Options options;
  options.recent_max = 3;
  std::vector<Exchange> exchanges;
  for (uint64_t life = 0; life < 12; ++life) {
    Counter counter(options, std::move(store));
    ExpectKnown(&counter, exchanges);
    if (life == 0) {
      exchanges = DoBusiness(&counter, 4, 20);
    } else {
      RandomCommands random(100 + life);
      for (int i = 0; i < 20; ++i) {
        const Command command = counter.Fill(Under(
            "life" + std::to_string(life) + "-" + std::to_string(i),
            random.Next(
                static_cast<uint64_t>(counter.engine().view().sequence))));
        const auto answer = counter.Ask(command);
        ASSERT_TRUE(answer.ok());
        if (answer->first_sequence > Sequence{0}) {
          exchanges.push_back({command, *answer});
        }
      }
    }
    // Two batches on their way, of which the crash leaves none.
    counter.disk().Stop();
    counter.Send(Pay("baker", "mason", 1));
    counter.Send(Pay("baker", "mason", 1));
    store = counter.store().AfterCrash();
    counter.disk().GoOn();
  }
}

TEST_F(EngineRecoveryTest, WhatWasDurableAndNotAnsweredIsKnownAgain) {
  Counter counter;
  counter.MustAsk(Under("baker", Admit("baker")));
  counter.MustAsk(Under("mason", Admit("mason")));
  // Nobody hears the answer to this one.
  const Command command = counter.Fill(Under("r", Pay("baker", "mason", 7)));
  const auto answer = counter.Ask(command);
  Counter after({}, counter.store().AfterCrash());
  const auto again = after.Ask(command);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->sequence, answer->sequence);
  EXPECT_EQ(after.BalanceOf("mason"), 7);
}

TEST_F(EngineRecoveryTest, AStopLeavesNothingToRollForward) {
  Counter counter;
  DoBusiness(&counter, 5, 50);
  const uint64_t last = static_cast<uint64_t>(counter.engine().view().sequence);
  counter.Close();
  const auto projected = counter.store().AfterCrash()->GetSnapshot()->Get(
      ledger::Family::kMeta, "projected");
  ASSERT_TRUE(projected.ok() && projected->has_value());
  EXPECT_EQ(**projected, NumberValue(last));
}

// --- Journals that cannot be opened ------------------------------------------

TEST_F(EngineRecoveryTest, AnEmptyStoreHoldsNoNetwork) {
  ledger::MemoryStore store;
  EXPECT_TRUE(absl::IsNotFound(OpenStatus(&store)));
}

TEST_F(EngineRecoveryTest, ANetworkIsCreatedOnce) {
  auto store = NewNetwork(EuroTerms());
  GenesisRequest request;
  request.actor = LocalOperator();
  request.request_id = "again";
  request.booking_date = Day(2026, 3, 2);
  EXPECT_TRUE(absl::IsAlreadyExists(
      CreateNetwork(store.get(), kUid, EuroTerms(), request)));
  EXPECT_TRUE(OpenStatus(store.get()).ok());
}

TEST_F(EngineRecoveryTest, ADamagedJournalIsDataLossThatNamesTheSequence) {
  Counter counter;
  DoBusiness(&counter, 6, 30);
  const auto store = counter.store().AfterCrash();
  std::string bytes = *store->GetSnapshot()
                           ->Get(ledger::Family::kJournal, NumberValue(3))
                           .value();
  bytes[bytes.size() / 2] ^= 1;
  Overwrite(store.get(), 3, std::move(bytes));
  const absl::Status status = OpenStatus(store.get());
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_NE(status.message().find("sequence 3"), std::string::npos) << status;
}

TEST_F(EngineRecoveryTest, ABatchThatIsMissingIsDataLoss) {
  Counter counter;
  DoBusiness(&counter, 7, 30);
  const auto store = counter.store().AfterCrash();
  ledger::WriteBatch rows;
  rows.Delete(ledger::Family::kJournal, NumberValue(4));
  ASSERT_TRUE(store->Write(rows, ledger::Durability::kSynced).ok());
  EXPECT_TRUE(absl::IsDataLoss(OpenStatus(store.get())));
}

TEST_F(EngineRecoveryTest, AJournalOfALaterFormatIsNotOpened) {
  auto store = NewNetwork(EuroTerms());
  std::string bytes = *store->GetSnapshot()
                           ->Get(ledger::Family::kJournal, NumberValue(1))
                           .value();
  bytes[5] = 2;
  Overwrite(store.get(), 1, std::move(bytes));
  EXPECT_TRUE(absl::IsUnimplemented(OpenStatus(store.get())));
}

TEST_F(EngineRecoveryTest, ARecordWithAnEventThatNobodyKnowsIsDataLoss) {
  Counter counter;
  counter.MustAsk(Admit("baker"));
  const auto store = counter.store().AfterCrash();
  auto journal = ledger::StoreJournal::Open(store.get());
  ASSERT_TRUE(journal.ok());
  ledger::Record record;
  record.time_us = NoonOf(Day(2026, 3, 3));
  record.booking_date = Day(2026, 3, 3);
  record.event = "\xfa\x07\x00";
  ledger::PendingBatch batch;
  batch.payloads = {ledger::EncodePayload(record)};
  batch.records = {record};
  (*journal)->Append(std::move(batch), [](ledger::AppendOutcome) {});
  journal->reset();
  const absl::Status status = OpenStatus(store.get());
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_NE(status.message().find("sequence 3"), std::string::npos) << status;
}

TEST_F(EngineRecoveryTest, ProjectionsAheadOfTheJournalAreDataLoss) {
  // The newest records of the journal are gone, and the projections know it.
  Counter counter;
  DoBusiness(&counter, 8, 5);
  counter.Close();
  const auto store = counter.store().AfterCrash();
  const auto last = ledger::ReadHead(*store->GetSnapshot());
  ASSERT_TRUE(last.ok());
  ledger::WriteBatch rows;
  for (uint64_t i = static_cast<uint64_t>(last->sequence); i > 6; --i) {
    rows.Delete(ledger::Family::kJournal, NumberValue(i));
  }
  ASSERT_TRUE(store->Write(rows, ledger::Durability::kSynced).ok());
  EXPECT_TRUE(absl::IsDataLoss(OpenStatus(store.get())));
}

}  // namespace
}  // namespace skontro::engine
