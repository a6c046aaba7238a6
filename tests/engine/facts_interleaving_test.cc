// Rule 5 of docs/architecture.md: memory forgets what every waiting command has
// looked up, and what it still knows together with the Facts of a command is
// complete. So the answer to a command must not depend on how old its Facts are
// nor on how much memory has forgotten, as long as the Facts are not older than
// that.
//
// Here a projection lags, memory forgets and requests come again at every
// interleaving of a short history, and at random ones of long histories.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
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

class FactsInterleavingTest : public testing::Test {
 protected:
  FactsInterleavingTest() {
    for (const char* id : kRandomMembers) desk_.MustRun(Admit(id));
    desk_.MustRun(
        Under("proposal", Create(With(WithId(Sale("baker", "mason", 5), "open"),
                                      InvoiceOf("F-1")))));
    desk_.MustRun(
        Under("sale", Create(With(WithId(Sale("baker", "mason", 5), "sold"),
                                  InvoiceOf("F-2")))));
    desk_.MustRun(Under("accept", Accept("sold")));
    desk_.MustRun(Under(
        "other", Create(With(WithId(Sale("baker", "mason", 5), "declined"),
                             InvoiceOf("F-3")))));
    desk_.MustRun(Under("decline", Decline("declined")));
    desk_.MustRun(Under("payment", Create(With(Payment("mason", "baker", 5),
                                               InvoiceOf("F-4")))));  // t11
    desk_.MustRun(Under("reverse", Reverse("t11")));
    // An invoice that was free for a while, and one that is free again.
    desk_.MustRun(
        Under("again", Create(With(WithId(Sale("baker", "mason", 5), "again"),
                                   InvoiceOf("F-3")))));
    desk_.MustRun(Create(
        With(WithId(Sale("baker", "mason", 5), "thrice"), InvoiceOf("F-4"))));
    desk_.MustRun(Decline("thrice"));
    desk_.Run(Under("refused", Pay("baker", "mason", 600'00)));
    desk_.MustRun(
        Under("group", Together({Sale("baker", "smith", 1),
                                 With(Payment("smith", "baker", 2),
                                      InvoiceOf("F-5"))})));  // t17, t18
    desk_.Run(Under("no group", Together({Payment("baker", "smith", 1),
                                          Sale("ghost", "smith", 1)})));
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

  Desk desk_;
};

TEST_F(FactsInterleavingTest, TheAnswerIsTheSameAtEveryInterleaving) {
  const auto newest = static_cast<uint64_t>(desk_.state().sequence());
  std::vector<Sequence> views;
  for (uint64_t i = 1; i <= newest; ++i) {
    // The second record of the group ends the batch.
    if (desk_.HasViewAt(Sequence{i})) views.push_back(Sequence{i});
  }
  ASSERT_EQ(views.size(), newest - 1);
  int probes = 0;
  for (const Command& probe : Probes()) {
    SCOPED_TRACE(testing::Message() << "probe " << probes++);
    std::optional<Outcome> expected;
    for (auto view = views.rbegin(); view != views.rend(); ++view) {
      Command command = desk_.Ready(probe, desk_.ViewAt(*view));
      command.time_us = desk_.state().time_us() + 1;
      for (uint64_t floor = 1; floor <= static_cast<uint64_t>(*view); ++floor) {
        const Outcome outcome =
            Decide(StateWith(Sequence{floor}, floor % 2 == 0), command);
        if (!expected.has_value()) expected = outcome;
        ASSERT_EQ(outcome, *expected)
            << "looked up at " << static_cast<uint64_t>(*view)
            << ", forgotten up to " << floor;
      }
    }
  }
}

TEST_F(FactsInterleavingTest, WhatIsExpectedAtEveryInterleavingIsRight) {
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
  Desk lagging;
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
