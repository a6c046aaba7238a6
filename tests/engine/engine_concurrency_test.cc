// Many threads at one Engine. Everything here is also run under the thread
// sanitizer.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/index_reader.h"
#include "tests/engine/counter.h"
#include "tests/engine/desk.h"
#include "tests/engine/random_commands.h"

namespace skontro::engine {
namespace {

constexpr int kThreads = 8;

class EngineConcurrencyTest : public testing::Test {
 protected:
  // Opens an engine whose memory holds as little as `recent_max`.
  void OpenWith(size_t recent_max) {
    Engine::Options options;
    options.recent_max = recent_max;
    counter_ = std::make_unique<Counter>(options);
    for (const char* id : kRandomMembers) {
      counter_->MustAsk(Under(id, Admit(id)));
    }
  }

  ~EngineConcurrencyTest() override {
    if (counter_ == nullptr) return;
    EXPECT_EQ(counter_->early_answers(), 0);
    int64_t sum = 0;
    for (const char* id : kRandomMembers) sum += counter_->BalanceOf(id);
    EXPECT_EQ(sum, 0);
  }

  // Runs `work` in every thread and waits.
  template <typename Work>
  static void InEveryThread(Work work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
    for (std::thread& thread : threads) thread.join();
  }

  std::unique_ptr<Counter> counter_;
};

TEST_F(EngineConcurrencyTest, EachRecordAnswersOneCommand) {
  OpenWith(200'000);
  std::vector<std::vector<uint64_t>> sequences(kThreads);
  InEveryThread([&](int thread) {
    for (int i = 0; i < 100; ++i) {
      const bool there = (thread + i) % 2 == 0;
      const auto answer = counter_->Ask(
          Pay(there ? "baker" : "mason", there ? "mason" : "baker", 1));
      ASSERT_TRUE(answer.ok());
      ASSERT_TRUE(answer->refusals.empty());
      sequences[static_cast<size_t>(thread)].push_back(
          static_cast<uint64_t>(answer->sequence));
    }
  });
  std::set<uint64_t> unique;
  for (const std::vector<uint64_t>& own : sequences) {
    // A client sees its commands done in the order in which it sent them.
    EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
    unique.insert(own.begin(), own.end());
  }
  EXPECT_EQ(unique.size(), size_t{kThreads} * 100);
  EXPECT_EQ(*unique.begin(), 6u);
  EXPECT_EQ(*unique.rbegin(), 5u + kThreads * 100);
}

TEST_F(EngineConcurrencyTest, TheSameRequestFromAllThreadsIsBookedOnce) {
  for (const size_t recent_max : {size_t{0}, size_t{200'000}}) {
    SCOPED_TRACE(recent_max);
    OpenWith(recent_max);
    for (int round = 0; round < 20; ++round) {
      const Command command = counter_->Fill(
          Under("r" + std::to_string(round), Pay("baker", "mason", 1)));
      std::atomic<int> first_answers = 0;
      std::vector<Sequence> sequences(kThreads);
      InEveryThread([&](int thread) {
        const auto answer = counter_->Ask(command);
        ASSERT_TRUE(answer.ok());
        if (!answer->repeated) ++first_answers;
        sequences[static_cast<size_t>(thread)] = answer->sequence;
      });
      EXPECT_EQ(first_answers, 1);
      for (const Sequence sequence : sequences) {
        EXPECT_EQ(sequence, sequences[0]);
      }
    }
    EXPECT_EQ(counter_->BalanceOf("mason"), 20);
  }
}

// The store does not take the rows of the newest records for a long while, then
// takes them; memory forgets all the time. Nobody notices.
TEST_F(EngineConcurrencyTest, RowsThatComeLateToTheStoreChangeNoAnswer) {
  Engine::Options options;
  options.recent_max = 0;
  options.row_tail.move_bytes = 2'000;
  counter_ = std::make_unique<Counter>(options);
  for (const char* id : kRandomMembers) {
    counter_->MustAsk(Under(id, Admit(id)));
  }
  for (int round = 0; round < 6; ++round) {
    if (round % 2 == 0) {
      counter_->disk().StopRows();
    } else {
      counter_->disk().LetRowsGoOn();
    }
    const std::string prefix = "r" + std::to_string(round) + "-";
    InEveryThread([&](int thread) {
      for (int i = 0; i < 20; ++i) {
        const std::string id =
            prefix + std::to_string(thread) + "-" + std::to_string(i);
        const Command command = counter_->Fill(
            Under(id, Create(With(WithId(Payment("baker", "mason", 1), id),
                                  InvoiceOf(id)))));
        const Answer first = counter_->MustAsk(command);
        EXPECT_FALSE(first.repeated);
        const Answer again = counter_->MustAsk(command);
        EXPECT_TRUE(again.repeated);
        EXPECT_EQ(again.sequence, first.sequence);
        const auto duplicate = counter_->Ask(
            Create(With(Payment("smith", "mason", 1), InvoiceOf(id))));
        ASSERT_TRUE(duplicate.ok());
        ASSERT_EQ(duplicate->refusals.size(), 1U);
        EXPECT_EQ(duplicate->refusals[0].reason, Reason::kDuplicateInvoice);
      }
    });
    EXPECT_EQ(counter_->BalanceOf("mason"), (round + 1) * kThreads * 20);
  }
  counter_->disk().LetRowsGoOn();
}

TEST_F(EngineConcurrencyTest, TheSameInvoiceFromAllThreadsIsTradedOnce) {
  OpenWith(0);
  for (int round = 0; round < 20; ++round) {
    const Invoice invoice = InvoiceOf("F-" + std::to_string(round));
    std::atomic<int> done = 0;
    std::atomic<int> duplicates = 0;
    InEveryThread([&](int) {
      const auto answer =
          counter_->Ask(Create(With(Payment("baker", "mason", 1), invoice)));
      ASSERT_TRUE(answer.ok());
      if (answer->refusals.empty()) {
        ++done;
      } else if (answer->refusals[0].reason == Reason::kDuplicateInvoice) {
        ++duplicates;
      }
    });
    EXPECT_EQ(done, 1);
    EXPECT_EQ(duplicates, kThreads - 1);
  }
  EXPECT_EQ(counter_->BalanceOf("mason"), 20);
}

TEST_F(EngineConcurrencyTest, ATradeTakesEachStepOnceWhoeverAsks) {
  OpenWith(0);
  for (int round = 0; round < 20; ++round) {
    const std::string id = "trade-" + std::to_string(round);
    counter_->MustAsk(Create(WithId(Sale("baker", "mason", 1), id)));
    std::atomic<int> accepted = 0;
    std::atomic<int> declined = 0;
    std::atomic<int> reversed = 0;
    InEveryThread([&](int thread) {
      const auto answer =
          counter_->Ask(thread % 2 == 0 ? Accept(id) : Decline(id));
      ASSERT_TRUE(answer.ok());
      if (answer->refusals.empty()) ++(thread % 2 == 0 ? accepted : declined);
    });
    EXPECT_EQ(accepted + declined, 1);
    InEveryThread([&](int) {
      const auto answer = counter_->Ask(Reverse(id));
      ASSERT_TRUE(answer.ok());
      if (answer->refusals.empty()) ++reversed;
    });
    EXPECT_EQ(reversed, accepted);
  }
}

// Random commands, some of them sent again, against a memory that forgets as
// soon as it may.
TEST_F(EngineConcurrencyTest, AShortMemoryKnowsEveryRequestAgain) {
  OpenWith(0);
  std::atomic<int> repeated = 0;
  InEveryThread([&](int thread) {
    RandomCommands commands(static_cast<uint64_t>(thread));
    std::vector<std::pair<Command, Answer>> sent;
    for (int i = 0; i < 150; ++i) {
      if (!sent.empty() && commands.Below(3) == 0) {
        const auto& [command, first] = sent[commands.Below(sent.size())];
        const auto again = counter_->Ask(command);
        ASSERT_TRUE(again.ok());
        ASSERT_TRUE(again->repeated);
        ASSERT_EQ(again->sequence, first.sequence);
        ASSERT_EQ(again->first_sequence, first.first_sequence);
        ASSERT_EQ(again->refusals, first.refusals);
        ++repeated;
        continue;
      }
      const Command command = counter_->Fill(commands.Next(
          static_cast<uint64_t>(counter_->engine().view().sequence)));
      const auto answer = counter_->Ask(command);
      ASSERT_TRUE(answer.ok());
      if (answer->first_sequence > Sequence{0}) {
        sent.emplace_back(command, *answer);
      }
    }
  });
  EXPECT_GT(repeated, 200);
}

TEST_F(EngineConcurrencyTest, WhatWasAnsweredCanBeReadBackAtOnce) {
  OpenWith(200'000);
  InEveryThread([&](int) {
    for (int i = 0; i < 50; ++i) {
      const Answer answer = counter_->MustAsk(Propose("baker", "mason", 1));
      const ledger::ReadView view = counter_->engine().view();
      const auto trade =
          FindTrade(*view.snapshot, TradeIdOf(answer), view.sequence);
      ASSERT_TRUE(trade.ok());
      ASSERT_TRUE(trade->has_value());
    }
  });
}

TEST_F(EngineConcurrencyTest, AnEngineMayBeStoppedWhileClientsKeepComing) {
  OpenWith(200'000);
  std::atomic<int> done = 0;
  std::atomic<int> turned_away = 0;
  std::thread stopping([&] {
    while (done < 50) std::this_thread::yield();
    counter_->engine().StopIntake();
  });
  InEveryThread([&](int) {
    while (true) {
      const auto answer = counter_->Ask(Propose("baker", "mason", 1));
      if (!answer.ok()) {
        EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
        ++turned_away;
        return;
      }
      ++done;
    }
  });
  stopping.join();
  EXPECT_EQ(turned_away, kThreads);
  EXPECT_EQ(counter_->engine().view().sequence,
            Sequence{5 + static_cast<uint64_t>(done)});
}

}  // namespace
}  // namespace skontro::engine
