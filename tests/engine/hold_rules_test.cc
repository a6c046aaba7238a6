#include "engine/hold_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/refusals.h"
#include "ledger/base/limits.h"
#include "tests/engine/hold_desk.h"

namespace skontro::engine {
namespace {

TEST_F(HoldRulesTest, AHoldMovesNothingAndTakesFromWhatTheBuyerCanSpend) {
  const std::string trade = NewHold(300'00);
  EXPECT_EQ(StateOf(trade), "AUTHORISED");
  EXPECT_EQ(desk_.BalanceOf("mason"), 0);
  EXPECT_EQ(desk_.BalanceOf("baker"), 0);
  EXPECT_EQ(HeldOut("mason"), 300'00);
  EXPECT_EQ(HeldIn("baker"), 300'00);
  const Answer answer = desk_.Run(Pay("mason", "printer", 200'01));
  ASSERT_EQ(answer.refusals.size(), 1u);
  EXPECT_EQ(answer.refusals.front(),
            (Refusal{Reason::kCreditLineExceeded,
                     {{"account", "networks/res/members/mason/accounts/main"},
                      {"spendable", "20000"},
                      {"amount", "20001"},
                      {"missing", "1"}}}));
  EXPECT_EQ(RunFor(Pay("mason", "printer", 200'00)), Reasons());
}

TEST_F(HoldRulesTest, WhatIsHeldForASellerCountsAgainstItsBalanceLimit) {
  desk_.MustRun(SetLine("mason", 2'000'00));
  desk_.MustRun(SetLine("printer", 2'000'00));
  NewHold(900'00);
  EXPECT_EQ(RunFor(Pay("printer", "baker", 100'01)),
            Reasons{"BALANCE_LIMIT_EXCEEDED"});
  EXPECT_EQ(RunFor(Pay("printer", "baker", 100'00)), Reasons());
  EXPECT_EQ(RunFor(Create(Held(Payment("printer", "baker", 1)))),
            Reasons{"BALANCE_LIMIT_EXCEEDED"});
}

TEST_F(HoldRulesTest, WhatIsHeldForASellerIsNotSpendable) {
  NewHold(400'00);
  EXPECT_EQ(RunFor(Pay("baker", "printer", 500'01)),
            Reasons{"CREDIT_LINE_EXCEEDED"});
  EXPECT_EQ(RunFor(Pay("baker", "printer", 500'00)), Reasons());
}

TEST_F(HoldRulesTest, ARequestIsAcceptedWithAHold) {
  const std::string trade = NewTrade(Sale("baker", "mason", 300'00));
  desk_.MustRun(Authorise(trade));
  EXPECT_EQ(StateOf(trade), "AUTHORISED");
  EXPECT_EQ(HeldOut("mason"), 300'00);
  EXPECT_EQ(HistoryOf(trade).hold_expire_time_us, Now() + kHoldDefaultUs);
  desk_.MustRun(Settle(trade));
  EXPECT_EQ(StateOf(trade), "SETTLED");
  EXPECT_EQ(desk_.BalanceOf("baker"), 300'00);
  EXPECT_EQ(HeldOut("mason"), 0);
  EXPECT_EQ(HeldIn("baker"), 0);
}

TEST_F(HoldRulesTest, PartsMoveWhatIsAskedAndTheRestStaysHeld) {
  const std::string trade = NewHold(300'00);
  desk_.MustRun(SettlePart(trade, 120'00));
  EXPECT_EQ(StateOf(trade), "AUTHORISED");
  EXPECT_EQ(desk_.BalanceOf("baker"), 120'00);
  EXPECT_EQ(HeldOut("mason"), 180'00);
  desk_.MustRun(SettlePart(trade, 180'00));
  EXPECT_EQ(StateOf(trade), "SETTLED");
  EXPECT_EQ(desk_.BalanceOf("baker"), 300'00);
  EXPECT_EQ(HeldOut("mason"), 0);
}

TEST_F(HoldRulesTest, PartsThatAddUpToMoreThanTheHoldAreRefused) {
  const std::string trade = NewHold(300'00);
  desk_.MustRun(SettlePart(trade, 200'00));
  const Answer answer = desk_.Run(SettlePart(trade, 100'01));
  ASSERT_EQ(answer.refusals.size(), 1u);
  EXPECT_EQ(answer.refusals.front(),
            (Refusal{Reason::kHoldExceeded,
                     {{"trade", "networks/res/trades/" + trade},
                      {"held", "10000"},
                      {"amount", "10001"},
                      {"missing", "1"}}}));
  EXPECT_EQ(RunFor(SettlePart(trade, 100'00)), Reasons());
  EXPECT_EQ(RunFor(SettlePart(trade, 1)), Reasons{"TRADE_STATE"});
}

TEST_F(HoldRulesTest, ThePartAndTheRestAreGivenBackTogether) {
  const std::string trade = NewHold(300'00);
  desk_.MustRun(SettlePart(trade, 250'00, /*release_rest=*/true));
  EXPECT_EQ(StateOf(trade), "SETTLED");
  EXPECT_EQ(desk_.BalanceOf("mason"), -250'00);
  EXPECT_EQ(HeldOut("mason"), 0);
  EXPECT_EQ(HeldIn("baker"), 0);
}

TEST_F(HoldRulesTest, WhatIsLetGoIsWithdrawnAndItsInvoiceIsFree) {
  const std::string trade =
      NewTrade(Held(With(Payment("mason", "baker", 10'00), InvoiceOf("F1"))));
  EXPECT_EQ(
      RunFor(Create(With(Sale("baker", "mason", 10'00), InvoiceOf("F1")))),
      Reasons{"DUPLICATE_INVOICE"});
  desk_.MustRun(Release(trade));
  EXPECT_EQ(StateOf(trade), "WITHDRAWN");
  EXPECT_EQ(HeldOut("mason"), 0);
  NewTrade(With(Sale("baker", "mason", 10'00), InvoiceOf("F1")));
}

TEST_F(HoldRulesTest, LetGoAfterAPartATradeIsSettledWithThatPart) {
  const std::string trade =
      NewTrade(Held(With(Payment("mason", "baker", 10'00), InvoiceOf("F1"))));
  desk_.MustRun(SettlePart(trade, 4'00));
  desk_.MustRun(Release(trade));
  EXPECT_EQ(StateOf(trade), "SETTLED");
  EXPECT_EQ(desk_.BalanceOf("baker"), 4'00);
  EXPECT_EQ(HeldOut("mason"), 0);
  // The invoice stays with the trade that paid a part of it.
  EXPECT_EQ(RunFor(Create(With(Sale("baker", "mason", 6'00), InvoiceOf("F1")))),
            Reasons{"DUPLICATE_INVOICE"});
}

TEST_F(HoldRulesTest, AReversalUndoesAllPartsAndNothingElse) {
  const std::string trade = NewHold(300'00);
  desk_.MustRun(SettlePart(trade, 100'00));
  desk_.MustRun(SettlePart(trade, 50'00, /*release_rest=*/true));
  desk_.MustRun(Reverse(trade));
  EXPECT_EQ(desk_.BalanceOf("mason"), 0);
  EXPECT_EQ(desk_.BalanceOf("baker"), 0);
  EXPECT_EQ(RunFor(Reverse(trade)), Reasons{"TRADE_STATE"});
}

TEST_F(HoldRulesTest, AReversalOfWhatIsForgottenUndoesAllPartsToo) {
  const std::string trade = NewHold(300'00);
  desk_.MustRun(SettlePart(trade, 100'00));
  desk_.MustRun(Release(trade));
  desk_.decider().ForgetUpTo(desk_.state().sequence());
  desk_.MustRun(Reverse(trade));
  EXPECT_EQ(desk_.BalanceOf("mason"), 0);
}

TEST_F(HoldRulesTest, AHoldLasts14DaysOrAsLongAsItWasAskedFor) {
  const std::string usual = NewHold(1'00);
  EXPECT_EQ(HistoryOf(usual).hold_expire_time_us, Now() + 14 * kDayUs);
  const int64_t until = Now() + 3 * kDayUs;
  const std::string asked = NewHold(1'00, until);
  EXPECT_EQ(HistoryOf(asked).hold_expire_time_us, until);
}

TEST_F(HoldRulesTest, AHoldEndsAfterNowAndWithin180Days) {
  const int64_t at = Now() + 1'000;
  const auto held = [&](int64_t until) {
    return At(at, Create(Held(Payment("mason", "baker", 1'00), until)));
  };
  for (const int64_t until :
       {int64_t{-1}, int64_t{1}, at - 1, at, at + kHoldMaxUs + 1, INT64_MAX}) {
    const Answer answer = desk_.Run(held(until));
    EXPECT_EQ(FieldsOf(answer.refusals), Reasons{"trade.hold.expire_time"})
        << until;
    // A form that is wrong is kept of nobody.
    EXPECT_EQ(answer.first_sequence, Sequence{0});
  }
  EXPECT_EQ(RunFor(held(at + 1)), Reasons());
  const int64_t later = Now() + 1'000;
  EXPECT_EQ(RunFor(At(later, Create(Held(Payment("mason", "baker", 1'00),
                                         later + kHoldMaxUs)))),
            Reasons());
}

TEST_F(HoldRulesTest, OnlyABuyersTradeHasAHold) {
  CreateTrade sale = Sale("baker", "mason", 1'00);
  sale.holds = true;
  EXPECT_EQ(FieldsOf(desk_.Run(Create(sale)).refusals), Reasons{"trade.hold"});
}

TEST_F(HoldRulesTest, AtTheVeryMicrosecondOfItsEndAHoldIsVoid) {
  const int64_t until = Now() + kDayUs;
  const std::string trade = NewHold(10'00, until);
  EXPECT_EQ(RunFor(At(until - 1, SettlePart(trade, 1'00))), Reasons());
  const Answer answer = desk_.Run(At(until, SettlePart(trade, 1'00)));
  ASSERT_EQ(answer.refusals.size(), 1u);
  EXPECT_EQ(answer.refusals.front(),
            (Refusal{Reason::kHoldExpired,
                     {{"trade", "networks/res/trades/" + trade},
                      {"expire_time", TimeText(until)}}}));
  EXPECT_EQ(RunFor(At(until + 1, Release(trade))), Reasons{"HOLD_EXPIRED"});
  // The tick alone ends it.
  EXPECT_EQ(StateOf(trade), "AUTHORISED");
  EXPECT_EQ(HeldOut("mason"), 9'00);
  desk_.Run(TickAt(until + 2));
  EXPECT_EQ(StateOf(trade), "SETTLED");
  EXPECT_EQ(HeldOut("mason"), 0);
}

TEST_F(HoldRulesTest, ATickEndsWhatIsOverAndNothingElse) {
  const int64_t until = Now() + kDayUs;
  const std::string trade = NewTrade(
      Held(With(Payment("mason", "baker", 10'00), InvoiceOf("F1")), until));
  const Answer early = desk_.Run(TickAt(until - 1));
  EXPECT_EQ(early.events.size(), 0u);
  EXPECT_EQ(early.first_sequence, Sequence{0});
  EXPECT_EQ(StateOf(trade), "AUTHORISED");
  const Answer due = desk_.Run(TickAt(until));
  ASSERT_EQ(due.events.size(), 1u);
  EXPECT_EQ(StateOf(trade), "EXPIRED");
  EXPECT_EQ(HeldOut("mason"), 0);
  EXPECT_EQ(desk_.Run(TickAt(until + 1)).events.size(), 0u);
  NewTrade(With(Sale("baker", "mason", 10'00), InvoiceOf("F1")));
}

TEST_F(HoldRulesTest, HoldsEndInTheOrderOfTheirDeadlinesAndThenOfTheirTrades) {
  const int64_t until = Now() + kDayUs;
  const std::string c = NewHold(3, until + 5);
  const std::string a = NewHold(1, until);
  const std::string b = NewHold(2, until);
  const Answer answer = desk_.Run(TickAt(until + 5));
  std::vector<std::string> ended;
  for (const Event& event : answer.events) {
    ended.push_back(ServerTradeId(std::get<HoldExpired>(event).trade));
  }
  EXPECT_EQ(ended, (std::vector<std::string>{a, b, c}));
  const auto first = static_cast<uint64_t>(answer.first_sequence);
  EXPECT_EQ(static_cast<uint64_t>(answer.sequence), first + 2);
}

TEST_F(HoldRulesTest, OneTickEndsABoundedNumberOfHolds) {
  const int64_t until = Now() + kDayUs;
  for (size_t i = 0; i <= Decider::kTickHoldsMax; ++i) NewHold(1, until);
  EXPECT_EQ(desk_.Run(TickAt(until)).events.size(), Decider::kTickHoldsMax);
  EXPECT_EQ(desk_.Run(TickAt(until)).events.size(), 1u);
  EXPECT_FALSE(desk_.state().NextDeadline().has_value());
}

TEST_F(HoldRulesTest, ALimitThatIsCutLeavesWhatWasPromised) {
  const std::string trade = NewHold(300'00);
  desk_.MustRun(SetLimits("mason", 100'00, 1'000'00));
  desk_.MustRun(SetLimits("baker", 500'00, 50'00));
  EXPECT_EQ(RunFor(Pay("mason", "printer", 1)),
            Reasons{"CREDIT_LINE_EXCEEDED"});
  EXPECT_EQ(RunFor(SettlePart(trade, 200'00)), Reasons());
  EXPECT_EQ(RunFor(Settle(trade)), Reasons());
  EXPECT_EQ(desk_.BalanceOf("mason"), -300'00);
}

TEST_F(HoldRulesTest, WhoIsFrozenSettlesNothingAndWhoWindsDownDoes) {
  const std::string trade = NewHold(300'00);
  for (const char* member : {"mason", "baker"}) {
    desk_.MustRun(SetStatus(member, MemberStatus::kFrozen));
    EXPECT_EQ(RunFor(SettlePart(trade, 1)), Reasons{"MEMBER_NOT_ACTIVE"});
    desk_.MustRun(SetStatus(member, MemberStatus::kActive));
  }
  desk_.MustRun(SetStatus("mason", MemberStatus::kEarnOnly));
  desk_.MustRun(SetStatus("baker", MemberStatus::kSpendOnly));
  EXPECT_EQ(RunFor(SettlePart(trade, 1)), Reasons());
  for (const char* member : {"mason", "baker"}) {
    desk_.MustRun(SetStatus(member, MemberStatus::kClosing, Day(2027, 1, 1)));
  }
  EXPECT_EQ(RunFor(SettlePart(trade, 1)), Reasons());
  EXPECT_EQ(RunFor(Release(trade)), Reasons());
}

TEST_F(HoldRulesTest, WhoMayNotBuyOrSellDoesNotAuthorise) {
  const std::string trade = NewTrade(Sale("baker", "mason", 1'00));
  desk_.MustRun(SetStatus("mason", MemberStatus::kEarnOnly));
  EXPECT_EQ(RunFor(Authorise(trade)), Reasons{"MEMBER_NOT_ACTIVE"});
  EXPECT_EQ(RunFor(Create(Held(Payment("mason", "baker", 1)))),
            Reasons{"MEMBER_NOT_ACTIVE"});
}

TEST_F(HoldRulesTest, AMemberWithAHoldIsNotClosed) {
  const std::string trade = NewHold(1'00);
  desk_.MustRun(SetStatus("mason", MemberStatus::kClosing, Day(2027, 1, 1)));
  const Answer answer = desk_.Run(SetStatus("mason", MemberStatus::kClosed));
  ASSERT_EQ(answer.refusals.size(), 1u);
  EXPECT_EQ(answer.refusals.front(),
            (Refusal{Reason::kMemberNotSettled,
                     {{"member", "networks/res/members/mason"},
                      {"balance", "0"},
                      {"open_trades", "1"}}}));
  desk_.MustRun(Release(trade));
  EXPECT_EQ(RunFor(SetStatus("mason", MemberStatus::kClosed)), Reasons());
}

TEST_F(HoldRulesTest, ARequestThatIsSentAgainGetsItsFirstAnswer) {
  const int64_t until = Now() + kDayUs;
  const Command hold =
      Under("h1", Create(Held(Payment("mason", "baker", 10'00), until)));
  const std::string trade = TradeIdOf(desk_.MustRun(hold));
  const Command part = Under("p1", SettlePart(trade, 4'00));
  const Answer first = desk_.MustRun(part);
  const Answer again = desk_.Run(part);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.sequence, first.sequence);
  EXPECT_EQ(desk_.BalanceOf("baker"), 4'00);
  // Long after the time that it asked for.
  desk_.Run(TickAt(until + kDayUs));
  EXPECT_TRUE(desk_.Run(At(until + 2 * kDayUs, hold)).repeated);
  EXPECT_TRUE(desk_.Run(At(until + 2 * kDayUs, part)).repeated);
  EXPECT_EQ(desk_.BalanceOf("baker"), 4'00);
  const Answer late =
      desk_.Run(At(until + 2 * kDayUs, Under("p2", SettlePart(trade, 1'00))));
  EXPECT_EQ(ReasonsOf(late.refusals), Reasons{"TRADE_STATE"});
}

TEST_F(HoldRulesTest, OfTwoThatSettleAllAtOnceOneIsRefused) {
  const std::string trade = NewHold(10'00);
  const Command one = desk_.Ready(Settle(trade));
  const Command other = desk_.Ready(Settle(trade));
  EXPECT_EQ(ReasonsOf(desk_.Decide(one).refusals), Reasons());
  EXPECT_EQ(ReasonsOf(desk_.Decide(other).refusals), Reasons{"TRADE_STATE"});
  desk_.Commit();
  desk_.Project();
  EXPECT_EQ(desk_.BalanceOf("baker"), 10'00);
}

TEST_F(HoldRulesTest, AGroupThatFailsHoldsNothing) {
  const std::string earlier = NewHold(100'00);
  EXPECT_EQ(RunFor(Together({Held(Payment("mason", "baker", 200'00)),
                             Held(Payment("mason", "printer", 200'01))})),
            Reasons{"CREDIT_LINE_EXCEEDED"});
  EXPECT_EQ(HeldOut("mason"), 100'00);
  EXPECT_EQ(RunFor(Together({Held(Payment("mason", "baker", 200'00)),
                             Held(Payment("mason", "printer", 200'00))})),
            Reasons());
  EXPECT_EQ(HeldOut("mason"), 500'00);
}

TEST_F(HoldRulesTest, AProposalIsTakenBackAndItsInvoiceIsFree) {
  const std::string trade =
      NewTrade(With(Sale("baker", "mason", 1'00), InvoiceOf("F1")));
  desk_.MustRun(Withdraw(trade));
  EXPECT_EQ(StateOf(trade), "WITHDRAWN");
  NewTrade(With(Sale("baker", "mason", 1'00), InvoiceOf("F1")));
}

TEST_F(HoldRulesTest, AnAmountOfNothingIsRefused) {
  const std::string trade = NewHold(1'00);
  for (const int64_t units :
       {int64_t{0}, int64_t{-1}, kAmountMax + 1, INT64_MIN, INT64_MAX}) {
    EXPECT_EQ(FieldsOf(desk_.Run(SettlePart(trade, units)).refusals),
              Reasons{"units.minor_units"})
        << units;
  }
}

TEST_F(HoldRulesTest, WhatIsHeldIsReadAsOfAnySequence) {
  const std::string trade = NewHold(10'00);
  const Sequence held = desk_.state().sequence();
  desk_.MustRun(SettlePart(trade, 4'00));
  desk_.MustRun(Release(trade));
  const AccountId mason =
      desk_.state().member(desk_.NumberOf("mason")).main_account;
  const auto out = [&](uint64_t sequence) {
    return HoldsAt(desk_.snapshot(), mason, Sequence{sequence})
        ->out.minor_units();
  };
  const auto first = static_cast<uint64_t>(held);
  EXPECT_EQ(out(first - 1), 0);
  EXPECT_EQ(out(first), 10'00);
  EXPECT_EQ(out(first + 1), 6'00);
  EXPECT_EQ(out(first + 2), 0);
}

}  // namespace
}  // namespace skontro::engine
