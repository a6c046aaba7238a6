// Rule 5 of docs/architecture.md: memory forgets what every waiting command has
// looked up, and what it still knows together with the Facts of a command is
// complete. So the answer to a command must not depend on how old its Facts are
// nor on how much memory has forgotten, as long as the Facts are not older than
// that.
//
// Here a projection lags, its rows come to the store late or at once, memory
// forgets and requests come again at every interleaving of a short history, and
// at random ones of long histories.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/event_codec.h"
#include "engine/facts.h"
#include "tests/engine/desk.h"
#include "tests/engine/random_commands.h"

namespace skontro::engine {
namespace {

// --- Every interleaving of one history ---------------------------------------

// What a command leads to, in a form that can be compared.
struct Outcome {
  bool repeated = false;
  std::vector<Refusal> refusals;
  Sequence first_sequence{};
  std::vector<std::string> payloads;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  out << (outcome.repeated ? "repeated " : "") << "from "
      << static_cast<uint64_t>(outcome.first_sequence);
  for (const std::string& reason : ReasonsOf(outcome.refusals)) {
    out << " " << reason;
  }
  return out;
}

// When the rows of the history come to the store.
struct Moves {
  const char* name;
  ledger::RowTail::Options tail;
  int every;  // Batches between two looks whether there is something to do.
};

constexpr Moves kMoves[] = {
    {"Never", {.own_thread = false}, 1},
    {"AfterEachBatch", {.move_bytes = 1, .own_thread = false}, 1},
    {"AfterEachThird", {.move_bytes = 1, .own_thread = false}, 3},
    {"MergedFirst", {.move_bytes = 8'000, .own_thread = false}, 1},
};

class FactsInterleavingTest : public testing::TestWithParam<Moves> {
 protected:
  FactsInterleavingTest() {
    for (const char* id : kRandomMembers) MustRun(Admit(id));
    MustRun(
        Under("proposal", Create(With(WithId(Sale("baker", "mason", 5), "open"),
                                      InvoiceOf("F-1")))));
    MustRun(Under("sale", Create(With(WithId(Sale("baker", "mason", 5), "sold"),
                                      InvoiceOf("F-2")))));
    MustRun(Under("accept", Accept("sold")));
    MustRun(Under("other",
                  Create(With(WithId(Sale("baker", "mason", 5), "declined"),
                              InvoiceOf("F-3")))));
    MustRun(Under("decline", Decline("declined")));
    MustRun(Under("payment", Create(With(Payment("mason", "baker", 5),
                                         InvoiceOf("F-4")))));  // t11
    MustRun(Under("reverse", Reverse("t11")));
    // An invoice that was free for a while, and one that is free again.
    MustRun(
        Under("again", Create(With(WithId(Sale("baker", "mason", 5), "again"),
                                   InvoiceOf("F-3")))));
    MustRun(Create(
        With(WithId(Sale("baker", "mason", 5), "thrice"), InvoiceOf("F-4"))));
    MustRun(Decline("thrice"));
    Run(Under("refused", Pay("baker", "mason", 600'00)));
    MustRun(Under("group", Together({Sale("baker", "smith", 1),
                                     With(Payment("smith", "baker", 2),
                                          InvoiceOf("F-5"))})));  // t17, t18
    Run(Under("no group", Together({Payment("baker", "smith", 1),
                                    Sale("ghost", "smith", 1)})));
  }

  Answer Run(Command command) {
    Answer answer = desk_.Run(std::move(command));
    if (++batches_ % GetParam().every == 0) {
      while (desk_.MoveRows()) {
      }
    }
    return answer;
  }
  void MustRun(Command command) {
    EXPECT_TRUE(Run(std::move(command)).refusals.empty());
  }

  // Requests whose answer depends on what happened before.
  static std::vector<Command> Probes() {
    std::vector<Command> probes;
    for (const char* invoice : {"F-1", "F-2", "F-3", "F-4", "F-5", "F-6"}) {
      probes.push_back(Under(
          "new", Create(With(Sale("baker", "smith", 1), InvoiceOf(invoice)))));
    }
    for (const char* trade : {"open", "sold", "declined", "again", "thrice",
                              "t11", "t17", "t18", "t6", "t99"}) {
      probes.push_back(Under("new", Accept(trade)));
      probes.push_back(Under("new", Decline(trade)));
      probes.push_back(Under("new", Reverse(trade)));
      probes.push_back(
          Under("new", Create(WithId(Sale("baker", "smith", 1), trade))));
    }
    for (const char* id : {"proposal", "sale", "accept", "other", "decline",
                           "payment", "reverse", "again", "refused", "group",
                           "no group", "genesis", "never"}) {
      probes.push_back(Under(id, Accept("sold")));
      probes.push_back(Under(id, Pay("baker", "mason", 600'00)));
    }
    probes.push_back(Under("group", Together({Sale("baker", "smith", 1),
                                              With(Payment("smith", "baker", 2),
                                                   InvoiceOf("F-5"))})));
    probes.push_back(Under(
        "new", Together({With(Sale("baker", "smith", 1), InvoiceOf("F-3")),
                         WithId(Sale("baker", "smith", 1), "sold")})));
    probes.push_back(Under(
        "new", Together({With(Sale("baker", "smith", 1), InvoiceOf("F-4")),
                         WithId(Sale("baker", "smith", 1), "free")})));
    return probes;
  }

  // The state at the end of the history, having forgotten up to `floor`, step
  // by step or at the end.
  std::unique_ptr<State> StateWith(Sequence floor, bool step_by_step) {
    std::unique_ptr<State> state;
    ledger::JournalReader reader(&desk_.snapshot(), Sequence{1},
                                 ledger::Trust::kCrc);
    while (true) {
      const auto next = reader.Next();
      EXPECT_TRUE(next.ok());
      if (!next->has_value()) break;
      for (const ledger::Record& record : (*next)->batch.records) {
        const absl::StatusOr<Event> event = DecodeEvent(record.event);
        if (state == nullptr) {
          state =
              std::make_unique<State>(record, std::get<NetworkCreated>(*event));
        } else {
          state->Apply(record, *event);
        }
      }
      if (step_by_step) {
        state->ForgetUpTo(std::min(floor, state->sequence()));
      }
    }
    state->ForgetUpTo(floor);
    return state;
  }

  Outcome Decide(std::unique_ptr<State> state, const Command& command) {
    Decider decider(std::move(state));
    ledger::PendingBatch batch;
    Answer answer = decider.Decide(command, &batch);
    return {answer.repeated, std::move(answer.refusals), answer.first_sequence,
            std::move(batch.payloads)};
  }

  int batches_ = 0;
  Desk desk_{EuroTerms(), kDigestInterval, GetParam().tail};
};

INSTANTIATE_TEST_SUITE_P(Moves, FactsInterleavingTest,
                         testing::ValuesIn(kMoves),
                         [](const auto& of) { return of.param.name; });

TEST_P(FactsInterleavingTest, TheAnswerIsTheSameAtEveryInterleaving) {
  const auto newest = static_cast<uint64_t>(desk_.state().sequence());
  const std::vector<ledger::ReadView>& views = desk_.views();
  // The second record of the group ends the batch.
  std::set<Sequence> sequences;
  for (const ledger::ReadView& view : views) sequences.insert(view.sequence);
  ASSERT_EQ(sequences.size(), newest - 1);
  int probes = 0;
  for (const Command& probe : Probes()) {
    SCOPED_TRACE(testing::Message() << "probe " << probes++);
    std::optional<Outcome> expected;
    for (auto view = views.rbegin(); view != views.rend(); ++view) {
      Command command = desk_.Ready(probe, *view);
      command.time_us = desk_.state().time_us() + 1;
      const auto looked_up = static_cast<uint64_t>(view->sequence);
      for (uint64_t floor = 1; floor <= looked_up; ++floor) {
        const Outcome outcome =
            Decide(StateWith(Sequence{floor}, floor % 2 == 0), command);
        if (!expected.has_value()) expected = outcome;
        ASSERT_EQ(outcome, *expected)
            << "looked up at " << looked_up << ", forgotten up to " << floor;
      }
    }
  }
}

// A batch that is decided while nothing of it is durable: requests that follow
// from each other, and the same ones again. Each is looked up in any view that
// there was before the batch, and memory forgets between two of them.
TEST_P(FactsInterleavingTest, InsideOneBatchTheAnswersAreTheSame) {
  const std::vector<Command> commands = {
      Under("sale 2", Create(With(WithId(Sale("baker", "mason", 5), "sold 2"),
                                  InvoiceOf("F-6")))),
      Under("accept 2", Accept("sold 2")),
      Under("sale 2", Create(With(WithId(Sale("baker", "mason", 5), "sold 2"),
                                  InvoiceOf("F-6")))),
      Under("duplicate",
            Create(With(Sale("baker", "smith", 1), InvoiceOf("F-6")))),
      Under("decline 2", Decline("open")),
      Under("freed", Create(With(WithId(Sale("baker", "smith", 1), "freed"),
                                 InvoiceOf("F-1")))),
      Under("decline 2", Decline("open")),
      Under("accept", Accept("sold")),
      Under("reverse 2", Reverse("sold")),
      Under("reverse 3", Reverse("sold")),
      Under("accept 2", Accept("sold 2")),
      Under("sale 2", Pay("baker", "mason", 1)),
  };
  std::optional<std::vector<Outcome>> expected;
  const std::vector<ledger::ReadView>& views = desk_.views();
  for (size_t oldest = views.size(); oldest-- > 0;) {
    const auto floor_max = static_cast<uint64_t>(views[oldest].sequence);
    for (uint64_t floor = 1; floor <= floor_max; floor += 3) {
      Decider decider(StateWith(Sequence{1}, false));
      ledger::PendingBatch batch;
      std::vector<Outcome> outcomes;
      for (size_t i = 0; i < commands.size(); ++i) {
        // Views from the oldest that is in the queue to the newest, in turns.
        const size_t view = oldest + (i * 7) % (views.size() - oldest);
        Command command = desk_.Ready(commands[i], views[view]);
        command.time_us = desk_.state().time_us() + 1 + static_cast<int64_t>(i);
        const size_t before = batch.payloads.size();
        Answer answer = decider.Decide(command, &batch);
        outcomes.push_back(
            {answer.repeated, answer.refusals, answer.first_sequence,
             std::vector<std::string>(
                 batch.payloads.begin() + static_cast<ptrdiff_t>(before),
                 batch.payloads.end())});
        // Inside the batch too.
        if (i == floor % commands.size()) decider.ForgetUpTo(Sequence{floor});
      }
      if (!expected.has_value()) expected = outcomes;
      ASSERT_EQ(outcomes, *expected)
          << "looked up from " << floor_max << ", forgotten up to " << floor;
    }
  }
  const auto reason = [&](size_t i) {
    const std::vector<Refusal>& refusals = (*expected)[i].refusals;
    return refusals.empty() ? std::string("none")
                            : std::string(ReasonName(refusals[0].reason));
  };
  for (const size_t done : {0U, 1U, 4U, 5U, 8U}) {
    EXPECT_EQ(reason(done), "none") << done;
    EXPECT_FALSE((*expected)[done].repeated) << done;
  }
  for (const size_t again : {2U, 6U, 7U, 10U}) {
    EXPECT_TRUE((*expected)[again].repeated) << again;
  }
  EXPECT_EQ(reason(3), "DUPLICATE_INVOICE");
  EXPECT_EQ(reason(9), "TRADE_STATE");
  EXPECT_EQ(reason(11), "REQUEST_ID_REUSED");
}

TEST_P(FactsInterleavingTest, WhatIsExpectedAtEveryInterleavingIsRight) {
  // The test above compares answers with each other; these are what they are.
  const auto refused = [&](Command command) {
    const Answer answer = desk_.Run(AsPreview(std::move(command)));
    return answer.refusals.empty()
               ? std::string("no")
               : std::string(ReasonName(answer.refusals[0].reason));
  };
  const auto sell = [&](const char* invoice) {
    return refused(Create(With(Sale("baker", "smith", 1), InvoiceOf(invoice))));
  };
  EXPECT_EQ(sell("F-1"), "DUPLICATE_INVOICE");
  EXPECT_EQ(sell("F-2"), "DUPLICATE_INVOICE");
  EXPECT_EQ(sell("F-3"), "DUPLICATE_INVOICE");
  EXPECT_EQ(sell("F-4"), "no");
  EXPECT_EQ(sell("F-5"), "DUPLICATE_INVOICE");
  EXPECT_EQ(refused(Accept("sold")), "TRADE_STATE");
  EXPECT_EQ(refused(Decline("declined")), "TRADE_STATE");
  EXPECT_EQ(refused(Reverse("t11")), "TRADE_STATE");
  EXPECT_EQ(refused(Reverse("sold")), "no");
  EXPECT_EQ(refused(Accept("t17")), "no");
  EXPECT_TRUE(desk_.Run(Under("accept", Accept("sold"))).repeated);
  EXPECT_TRUE(
      desk_.Run(Under("refused", Pay("baker", "mason", 600'00))).repeated);
}

// --- Random interleavings of long histories ----------------------------------

// Two desks get the same commands. One projects after each and forgets at once;
// the other lags behind, looks up wherever it is allowed to and forgets now and
// then. Both must write the same records.
class LaggingDeskTest : public testing::TestWithParam<uint64_t> {};

TEST_P(LaggingDeskTest, ALaggingProjectionChangesNoRecord) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  RandomCommands commands(GetParam());
  Desk prompt;
  Desk lagging(EuroTerms(), kDigestInterval,
               {.move_bytes = 20'000, .own_thread = false});
  for (const char* id : kRandomMembers) {
    for (Desk* desk : {&prompt, &lagging}) {
      desk->MustRun(Under(id, Admit(id)));
    }
  }
  std::vector<Command> sent;
  Sequence floor{1};
  int recognised = 0;
  for (int i = 0; i < 600; ++i) {
    Command command;
    if (!sent.empty() && commands.Below(4) == 0) {
      command = sent[commands.Below(sent.size())];
    } else {
      command = Under(
          "r" + std::to_string(i),
          commands.Next(static_cast<uint64_t>(prompt.state().sequence())));
      sent.push_back(command);
    }
    command.time_us = prompt.state().time_us() + 1;

    const Answer expected = prompt.Run(command);
    prompt.decider().ForgetUpTo(prompt.view().sequence);
    ASSERT_EQ(prompt.state().recent_count(), 0u);

    const ledger::ReadView& view = lagging.AnyViewFrom(
        floor, [&](size_t views) { return commands.Below(views); });
    const Answer answer = lagging.Decide(lagging.Ready(command, view));
    if (commands.Below(3) == 0) lagging.Commit();
    if (commands.Below(6) == 0) lagging.Project();
    if (commands.Below(4) == 0) lagging.MoveRows();
    if (commands.Below(6) == 0) {
      const auto newest = static_cast<uint64_t>(lagging.view().sequence);
      const auto oldest = static_cast<uint64_t>(floor);
      floor = Sequence{oldest + commands.Below(newest - oldest + 1)};
      lagging.decider().ForgetUpTo(floor);
    }

    ASSERT_EQ(answer.repeated, expected.repeated) << i;
    ASSERT_EQ(answer.refusals, expected.refusals) << i;
    ASSERT_EQ(answer.sequence, expected.sequence) << i;
    ASSERT_EQ(lagging.payloads().size(), prompt.payloads().size()) << i;
    ASSERT_EQ(lagging.payloads().back(), prompt.payloads().back()) << i;
    recognised += answer.repeated ? 1 : 0;
  }
  EXPECT_EQ(lagging.payloads(), prompt.payloads());
  EXPECT_GT(recognised, 50);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LaggingDeskTest,
                         testing::Range<uint64_t>(0, 20));

}  // namespace
}  // namespace skontro::engine
