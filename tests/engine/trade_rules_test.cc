#include "engine/trade_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/base/limits.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

using Reasons = std::vector<std::string>;

// A baker, a mason and a printer, each with a credit line of 500.00 and room
// for 1000.00.
class TradeRulesTest : public testing::Test {
 protected:
  TradeRulesTest() {
    for (const char* id : {"baker", "mason", "printer"}) {
      desk_.MustRun(Admit(id));
    }
  }

  Reasons RunFor(Command command) {
    return ReasonsOf(desk_.Run(std::move(command)).refusals);
  }
  Reasons PreviewFor(Command command) {
    return ReasonsOf(desk_.Run(AsPreview(std::move(command))).refusals);
  }
  std::string NewTrade(Command command) {
    return TradeIdOf(desk_.MustRun(std::move(command)));
  }

  Desk desk_;
};

TEST_F(TradeRulesTest, ASaleMovesNothingUntilItIsAccepted) {
  const std::string trade = NewTrade(Propose("baker", "mason", 120'00));
  EXPECT_EQ(desk_.BalanceOf("baker"), 0);
  EXPECT_EQ(desk_.BalanceOf("mason"), 0);
  desk_.MustRun(Accept(trade));
  EXPECT_EQ(desk_.BalanceOf("baker"), 120'00);
  EXPECT_EQ(desk_.BalanceOf("mason"), -120'00);
}

TEST_F(TradeRulesTest, APaymentMovesTheUnitsAtOnce) {
  desk_.MustRun(Pay("mason", "baker", 120'00));
  EXPECT_EQ(desk_.BalanceOf("baker"), 120'00);
  EXPECT_EQ(desk_.BalanceOf("mason"), -120'00);
}

TEST_F(TradeRulesTest, TheBuyerMaySpendTheWholeCreditLine) {
  EXPECT_EQ(RunFor(Pay("mason", "baker", 500'00)), Reasons());
}

TEST_F(TradeRulesTest, OneMinorUnitPastTheCreditLineIsRefused) {
  const Answer answer = desk_.Run(Pay("mason", "baker", 500'01));
  ASSERT_EQ(answer.refusals.size(), 1u);
  EXPECT_EQ(answer.refusals.front(),
            (Refusal{Reason::kCreditLineExceeded,
                     {{"account", "networks/res/members/mason/accounts/main"},
                      {"spendable", "50000"},
                      {"amount", "50001"},
                      {"missing", "1"}}}));
  EXPECT_EQ(desk_.BalanceOf("mason"), 0);
}

TEST_F(TradeRulesTest, WhatIsEarnedMayBeSpentOnTopOfTheLine) {
  desk_.MustRun(Pay("baker", "mason", 300'00));
  EXPECT_EQ(RunFor(Pay("mason", "baker", 800'01)),
            Reasons{"CREDIT_LINE_EXCEEDED"});
  EXPECT_EQ(RunFor(Pay("mason", "baker", 800'00)), Reasons());
}

TEST_F(TradeRulesTest, TheSellerMayReachTheBalanceLimitAndNotPassIt) {
  desk_.MustRun(SetLine("mason", 2'000'00));
  EXPECT_EQ(RunFor(Pay("mason", "baker", 1'000'00)), Reasons());
  const Answer answer = desk_.Run(Pay("mason", "baker", 1));
  ASSERT_EQ(answer.refusals.size(), 1u);
  EXPECT_EQ(answer.refusals.front(),
            (Refusal{Reason::kBalanceLimitExceeded,
                     {{"account", "networks/res/members/baker/accounts/main"},
                      {"room", "0"},
                      {"amount", "1"},
                      {"missing", "1"}}}));
}

TEST_F(TradeRulesTest, BothLimitsAreCheckedWhenASaleIsAccepted) {
  desk_.MustRun(SetLimits("baker", 500'00, 499'99));
  desk_.MustRun(SetLimits("mason", 499'99, 1'000'00));
  const std::string trade = NewTrade(Propose("baker", "mason", 500'00));
  EXPECT_EQ(PreviewFor(Accept(trade)),
            (Reasons{"CREDIT_LINE_EXCEEDED", "BALANCE_LIMIT_EXCEEDED"}));
  EXPECT_EQ(RunFor(Accept(trade)), Reasons{"CREDIT_LINE_EXCEEDED"});
  desk_.MustRun(SetLine("mason", 500'00));
  EXPECT_EQ(RunFor(Accept(trade)), Reasons{"BALANCE_LIMIT_EXCEEDED"});
  desk_.MustRun(SetLimits("baker", 500'00, 500'00));
  // A refused acceptance left the trade PROPOSED.
  EXPECT_EQ(RunFor(Accept(trade)), Reasons());
}

TEST_F(TradeRulesTest, ALineCutBelowItsUseMayEarnAndNotSpend) {
  desk_.MustRun(Pay("mason", "baker", 400'00));
  desk_.MustRun(SetLine("mason", 100'00));
  const Answer refused = desk_.Run(Pay("mason", "baker", 1));
  ASSERT_EQ(refused.refusals.size(), 1u);
  EXPECT_EQ(MetadataOf(refused.refusals[0], "spendable"), "-30000");
  EXPECT_EQ(MetadataOf(refused.refusals[0], "missing"), "30001");
  // Earning is possible also while still below the line.
  EXPECT_EQ(RunFor(Pay("baker", "mason", 300'00)), Reasons());
  EXPECT_EQ(RunFor(Pay("mason", "baker", 1)), Reasons{"CREDIT_LINE_EXCEEDED"});
  EXPECT_EQ(RunFor(Pay("baker", "mason", 1)), Reasons());
  EXPECT_EQ(RunFor(Pay("mason", "baker", 1)), Reasons());
}

TEST_F(TradeRulesTest, ABalanceLimitCutBelowTheBalanceMaySpendAndNotEarn) {
  desk_.MustRun(Pay("mason", "baker", 400'00));
  desk_.MustRun(SetLimits("baker", 500'00, 100'00));
  const Answer refused = desk_.Run(Pay("mason", "baker", 1));
  ASSERT_EQ(refused.refusals.size(), 1u);
  EXPECT_EQ(MetadataOf(refused.refusals[0], "room"), "-30000");
  EXPECT_EQ(MetadataOf(refused.refusals[0], "missing"), "30001");
  EXPECT_EQ(RunFor(Pay("baker", "mason", 300'00)), Reasons());
  EXPECT_EQ(RunFor(Pay("mason", "baker", 1)),
            Reasons{"BALANCE_LIMIT_EXCEEDED"});
}

TEST_F(TradeRulesTest, AReversalGivesBackWithinTheLimitsOfBoth) {
  const std::string trade = NewTrade(Pay("mason", "baker", 400'00));
  desk_.MustRun(Pay("baker", "printer", 700'00));
  // The baker stands at -300.00 and would have to give back 400.00.
  desk_.MustRun(SetLine("baker", 699'99));
  desk_.MustRun(SetLimits("mason", 500'00, 1));
  desk_.MustRun(Pay("printer", "mason", 400'00));
  // The mason stands at 0 and may hold 0.01.
  EXPECT_EQ(PreviewFor(Reverse(trade)),
            (Reasons{"CREDIT_LINE_EXCEEDED", "BALANCE_LIMIT_EXCEEDED"}));
  const Answer refused = desk_.Run(Reverse(trade));
  EXPECT_EQ(refused.refusals.front(),
            (Refusal{Reason::kCreditLineExceeded,
                     {{"account", "networks/res/members/baker/accounts/main"},
                      {"spendable", "39999"},
                      {"amount", "40000"},
                      {"missing", "1"}}}));
  desk_.MustRun(SetLine("baker", 700'00));
  EXPECT_EQ(RunFor(Reverse(trade)), Reasons{"BALANCE_LIMIT_EXCEEDED"});
  desk_.MustRun(SetLimits("mason", 500'00, 400'00));
  EXPECT_EQ(RunFor(Reverse(trade)), Reasons());
  EXPECT_EQ(desk_.BalanceOf("baker"), -700'00);
  EXPECT_EQ(desk_.BalanceOf("mason"), 400'00);
}

TEST_F(TradeRulesTest, EveryRefusalOfACreatedTradeComesInTheOrderOfTheApi) {
  desk_.MustRun(Create(
      WithId(With(Payment("mason", "baker", 1), InvoiceOf("F-1")), "taken")));
  desk_.MustRun(SetLimits("baker", 0, 1));
  desk_.MustRun(SetLine("mason", 0));
  const CreateTrade all =
      WithId(With(Payment("mason", "baker", 10), InvoiceOf("f - 1")), "taken");
  EXPECT_EQ(PreviewFor(Create(all)),
            (Reasons{"RESOURCE_EXISTS", "DUPLICATE_INVOICE",
                     "CREDIT_LINE_EXCEEDED", "BALANCE_LIMIT_EXCEEDED"}));
  EXPECT_EQ(RunFor(Create(all)), Reasons{"RESOURCE_EXISTS"});

  CreateTrade nobody = all;
  nobody.seller = "ghost";
  nobody.buyer = "phantom";
  const Answer answer = desk_.Run(AsPreview(Create(nobody)));
  EXPECT_EQ(
      ReasonsOf(answer.refusals),
      (Reasons{"RESOURCE_EXISTS", "RESOURCE_NOT_FOUND", "RESOURCE_NOT_FOUND"}));
  // The buyer, then the seller.
  EXPECT_EQ(MetadataOf(answer.refusals[1], "name"),
            "networks/res/members/phantom");
  EXPECT_EQ(MetadataOf(answer.refusals[2], "name"),
            "networks/res/members/ghost");
}

TEST_F(TradeRulesTest, OneUnknownPartyDoesNotHideTheLimitsOfTheOther) {
  desk_.MustRun(SetLimits("baker", 0, 1));
  EXPECT_EQ(PreviewFor(Pay("ghost", "baker", 2)),
            (Reasons{"RESOURCE_NOT_FOUND", "BALANCE_LIMIT_EXCEEDED"}));
  EXPECT_EQ(PreviewFor(Pay("baker", "ghost", 2)),
            (Reasons{"RESOURCE_NOT_FOUND", "CREDIT_LINE_EXCEEDED"}));
}

TEST_F(TradeRulesTest, AProposalIsNotHeldToLimits) {
  EXPECT_EQ(RunFor(Propose("baker", "mason", kAmountMax)), Reasons());
  EXPECT_EQ(RunFor(Accept("t5")), Reasons{"CREDIT_LINE_EXCEEDED"});
}

TEST_F(TradeRulesTest, AnIdIsTakenForEver) {
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "a-1")));
  desk_.MustRun(Decline("a-1"));
  const Answer answer =
      desk_.Run(Create(WithId(Sale("printer", "mason", 1), "a-1")));
  ASSERT_EQ(ReasonsOf(answer.refusals), Reasons{"RESOURCE_EXISTS"});
  EXPECT_EQ(MetadataOf(answer.refusals[0], "name"), "networks/res/trades/a-1");
}

TEST_F(TradeRulesTest, StepsAreTakenOnlyFromTheRightState) {
  struct Case {
    const char* state;
    const char* accept;
    const char* decline;
    const char* reverse;
  };
  const std::string proposed = NewTrade(Propose("baker", "mason", 1));
  const std::string settled = NewTrade(Propose("baker", "mason", 1));
  desk_.MustRun(Accept(settled));
  const std::string paid = NewTrade(Pay("mason", "baker", 1));
  const std::string declined = NewTrade(Propose("baker", "mason", 1));
  desk_.MustRun(Decline(declined));
  const std::string reversed = NewTrade(Pay("mason", "baker", 1));
  desk_.MustRun(Reverse(reversed));

  const std::pair<std::string, const char*> kStuck[] = {{settled, "SETTLED"},
                                                        {paid, "SETTLED"},
                                                        {declined, "DECLINED"},
                                                        {reversed, "REVERSED"}};
  for (const auto& [trade, state] : kStuck) {
    SCOPED_TRACE(state);
    for (const Command& step : {Accept(trade), Decline(trade)}) {
      const Answer answer = desk_.Run(step);
      ASSERT_EQ(answer.refusals.size(), 1u);
      EXPECT_EQ(answer.refusals[0],
                (Refusal{Reason::kTradeState,
                         {{"trade", "networks/res/trades/" + trade},
                          {"state", state},
                          {"needed", "PROPOSED"}}}));
    }
  }
  for (const auto& [trade, state] :
       {std::pair(proposed, "PROPOSED"), std::pair(declined, "DECLINED"),
        std::pair(reversed, "REVERSED")}) {
    const Answer answer = desk_.Run(Reverse(trade));
    ASSERT_EQ(answer.refusals.size(), 1u);
    EXPECT_EQ(MetadataOf(answer.refusals[0], "state"), state);
    EXPECT_EQ(MetadataOf(answer.refusals[0], "needed"), "SETTLED");
  }
  EXPECT_EQ(RunFor(Reverse(settled)), Reasons());
  EXPECT_EQ(RunFor(Reverse(paid)), Reasons());
}

TEST_F(TradeRulesTest, AStateAndALimitAreBothReportedByAPreview) {
  const std::string trade = NewTrade(Propose("baker", "mason", 900'00));
  desk_.MustRun(Decline(trade));
  EXPECT_EQ(PreviewFor(Accept(trade)),
            (Reasons{"TRADE_STATE", "CREDIT_LINE_EXCEEDED"}));
}

TEST_F(TradeRulesTest, ATradeThatIsNotThereIsNotFound) {
  for (const char* id : {"t4", "t5", "t99", "t005", "ghost", "t",
                         "t18446744073709551616", "t18446744073709551615"}) {
    SCOPED_TRACE(id);
    for (const Command& step : {Accept(id), Decline(id), Reverse(id)}) {
      const Answer answer = desk_.Run(AsPreview(step));
      ASSERT_EQ(answer.refusals.size(), 1u);
      EXPECT_EQ(
          answer.refusals[0],
          (Refusal{Reason::kResourceNotFound,
                   {{"name", std::string("networks/res/trades/") + id}}}));
    }
  }
}

TEST_F(TradeRulesTest, ATradeWithAnIdOfItsOwnIsNotKnownByItsNumber) {
  const Answer made =
      desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "a-1")));
  const std::string number =
      "t" + std::to_string(static_cast<uint64_t>(made.sequence));
  EXPECT_EQ(RunFor(Accept(number)), Reasons{"RESOURCE_NOT_FOUND"});
  desk_.decider().ForgetUpTo(desk_.state().sequence());
  EXPECT_EQ(RunFor(Accept(number)), Reasons{"RESOURCE_NOT_FOUND"});
  EXPECT_EQ(RunFor(Accept("a-1")), Reasons());
}

// --- Invoices ----------------------------------------------------------------

class InvoiceRulesTest : public TradeRulesTest {
 protected:
  Reasons Sell(Invoice invoice, const char* seller = "baker") {
    return RunFor(Create(With(Sale(seller, "mason", 1), std::move(invoice))));
  }
};

TEST_F(InvoiceRulesTest, AnInvoiceIsTradedOnce) {
  const CivilDate day = Day(2026, 5, 1);
  const std::string first =
      NewTrade(Create(With(Sale("baker", "mason", 1), InvoiceOf("F-1", day))));
  const Answer answer =
      desk_.Run(Create(With(Sale("baker", "mason", 1), InvoiceOf("F-1", day))));
  ASSERT_EQ(answer.refusals.size(), 1u);
  EXPECT_EQ(answer.refusals[0],
            (Refusal{Reason::kDuplicateInvoice,
                     {{"number", "F-1"},
                      {"trade", "networks/res/trades/" + first}}}));
  // A day of another month is the same year.
  EXPECT_EQ(Sell(InvoiceOf("F-1", Day(2026, 1, 1))),
            Reasons{"DUPLICATE_INVOICE"});
  EXPECT_EQ(Sell(InvoiceOf("F-1", Day(2026, 12, 31))),
            Reasons{"DUPLICATE_INVOICE"});
}

TEST_F(InvoiceRulesTest, AnotherYearNumberOrSellerIsAnotherInvoice) {
  EXPECT_EQ(Sell(InvoiceOf("F-1", Day(2026, 5, 1))), Reasons());
  EXPECT_EQ(Sell(InvoiceOf("F-1", Day(2025, 12, 31))), Reasons());
  EXPECT_EQ(Sell(InvoiceOf("F-1", Day(2027, 1, 1))), Reasons());
  EXPECT_EQ(Sell(InvoiceOf("F-1", Day(1968, 2, 29))), Reasons());
  EXPECT_EQ(Sell(InvoiceOf("F-2", Day(2026, 5, 1))), Reasons());
  EXPECT_EQ(Sell(InvoiceOf("F-1", Day(2026, 5, 1)), "printer"), Reasons());
}

TEST_F(InvoiceRulesTest, BlanksAndCaseMakeNoOtherInvoice) {
  EXPECT_EQ(Sell(InvoiceOf("Fa 2026/17b")), Reasons());
  for (const char* same :
       {"FA2026/17B", "fa2026/17b", " fa 2026 / 17 b ", "F\ta2026/17B\n"}) {
    EXPECT_EQ(Sell(InvoiceOf(same)), Reasons{"DUPLICATE_INVOICE"}) << same;
  }
  for (const char* other : {"FA2026-17B", "FA2026/17", "FA2026/17BB",
                            "F\xc3\x84"
                            "2026/17B"}) {
    EXPECT_EQ(Sell(InvoiceOf(other)), Reasons()) << other;
  }
}

TEST_F(InvoiceRulesTest, AnAbsentDateIsTheDayOfTheCommand) {
  desk_.SetTime(NoonOf(Day(2026, 12, 31)));
  EXPECT_EQ(Sell(InvoiceOf("F-1")), Reasons());
  EXPECT_EQ(Sell(InvoiceOf("F-1", Day(2026, 2, 1))),
            Reasons{"DUPLICATE_INVOICE"});
  desk_.SetTime(NoonOf(Day(2027, 1, 1)));
  EXPECT_EQ(Sell(InvoiceOf("F-1")), Reasons());
}

TEST_F(InvoiceRulesTest, ADeclinedTradeFreesItsInvoiceAndASettledOneKeepsIt) {
  const std::string first =
      NewTrade(Create(With(Sale("baker", "mason", 1), InvoiceOf("F-1"))));
  desk_.MustRun(Decline(first));
  const std::string second =
      NewTrade(Create(With(Sale("baker", "mason", 1), InvoiceOf("f-1"))));
  desk_.MustRun(Accept(second));
  EXPECT_EQ(Sell(InvoiceOf("F-1")), Reasons{"DUPLICATE_INVOICE"});
  desk_.MustRun(Reverse(second));
  EXPECT_EQ(Sell(InvoiceOf("F-1")), Reasons());
  EXPECT_EQ(Sell(InvoiceOf("F-1")), Reasons{"DUPLICATE_INVOICE"});
}

TEST_F(InvoiceRulesTest, ItMakesNoDifferenceWhatMemoryHasForgotten) {
  const auto forget = [&] {
    desk_.decider().ForgetUpTo(desk_.state().sequence());
    EXPECT_EQ(desk_.state().recent_count(), 0u);
  };
  const std::string first = NewTrade(
      Create(WithId(With(Sale("baker", "mason", 1), InvoiceOf("F-1")), "a")));
  forget();
  const Answer answer =
      desk_.Run(Create(With(Sale("baker", "mason", 1), InvoiceOf("f 1"))));
  EXPECT_TRUE(answer.refusals.empty());
  forget();
  const Answer again =
      desk_.Run(Create(With(Sale("baker", "mason", 1), InvoiceOf("f-1"))));
  ASSERT_EQ(ReasonsOf(again.refusals), Reasons{"DUPLICATE_INVOICE"});
  EXPECT_EQ(MetadataOf(again.refusals[0], "trade"), "networks/res/trades/a");
  desk_.MustRun(Accept("a"));
  forget();
  desk_.MustRun(Reverse("a"));
  EXPECT_EQ(Sell(InvoiceOf("F-1")), Reasons());
  forget();
  EXPECT_EQ(Sell(InvoiceOf("F-1")), Reasons{"DUPLICATE_INVOICE"});
}

TEST_F(InvoiceRulesTest, AnUnknownSellerHasNoInvoices) {
  EXPECT_EQ(Sell(InvoiceOf("F-1")), Reasons());
  EXPECT_EQ(Sell(InvoiceOf("F-1"), "ghost"), Reasons{"RESOURCE_NOT_FOUND"});
}

// --- What a step says --------------------------------------------------------

TEST_F(TradeRulesTest, AReversalNamesTheSettlementThatItUndoes) {
  const std::string sale =
      NewTrade(Create(With(Sale("baker", "mason", 1), InvoiceOf("F-1"))));
  const Sequence settled = desk_.MustRun(Accept(sale)).sequence;
  const Answer answer = desk_.MustRun(Reverse(sale));
  EXPECT_EQ(std::get<TradeReversed>(answer.events.front()),
            (TradeReversed{TradeNumber{5}, settled,
                           InvoiceKey{desk_.NumberOf("baker"), 2026, "F-1"}}));
  const Answer paid = desk_.MustRun(Pay("mason", "baker", 1));
  desk_.decider().ForgetUpTo(desk_.state().sequence());
  EXPECT_EQ(std::get<TradeReversed>(
                desk_.MustRun(Reverse(TradeIdOf(paid))).events.front()),
            (TradeReversed{TradeNumber{static_cast<uint64_t>(paid.sequence)},
                           paid.sequence, std::nullopt}));
}

TEST_F(TradeRulesTest, AnEntryTakesFromThePayerFirst) {
  const ledger::Entry entry =
      MoveUnits(desk_.state(), ledger::EntryKind::kReversal, TradeNumber{9},
                Day(2026, 3, 2), desk_.NumberOf("baker"),
                desk_.NumberOf("printer"), Minor(7));
  EXPECT_EQ(entry, (ledger::Entry{ledger::EntryKind::kReversal,
                                  TradeNumber{9},
                                  Day(2026, 3, 2),
                                  {{AccountId{1}, Minor(-7), Minor(-7)},
                                   {AccountId{3}, Minor(7), Minor(7)}}}));
}

}  // namespace
}  // namespace skontro::engine
