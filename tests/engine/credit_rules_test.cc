#include "engine/credit_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/base/limits.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

class CreditRulesTest : public testing::Test {
 protected:
  CreditRulesTest() { desk_.MustRun(Admit("baker")); }

  CreditLineSet Set(Command command) {
    return std::get<CreditLineSet>(
        desk_.MustRun(std::move(command)).events.front());
  }

  Desk desk_;
};

TEST_F(CreditRulesTest, AChangeNamesTheLimitsBeforeAndAfter) {
  EXPECT_EQ(Set(SetLimits("baker", 7, 9)),
            (CreditLineSet{AccountId{1}, Minor(500'00), Minor(7),
                           Minor(1'000'00), Minor(9)}));
  EXPECT_EQ(Set(SetLimits("baker", 0, kAmountMax)),
            (CreditLineSet{AccountId{1}, Minor(7), Minor(0), Minor(9),
                           Minor(kAmountMax)}));
  EXPECT_EQ(desk_.AccountOf("baker").credit_line, Minor(0));
  EXPECT_EQ(desk_.AccountOf("baker").balance_limit, Minor(kAmountMax));
}

TEST_F(CreditRulesTest, AnAbsentBalanceLimitStaysAsItIs) {
  Set(SetLimits("baker", 7, 9));
  EXPECT_EQ(Set(SetLine("baker", 8)).new_balance_limit, Minor(9));
  EXPECT_EQ(desk_.AccountOf("baker").balance_limit, Minor(9));
}

TEST_F(CreditRulesTest, TheSameLimitsAgainAreAChangeToo) {
  const Sequence before = desk_.state().sequence();
  Set(SetLimits("baker", 7, 9));
  Set(SetLimits("baker", 7, 9));
  EXPECT_EQ(desk_.state().sequence(), ledger::Next(ledger::Next(before)));
}

TEST_F(CreditRulesTest, ALineMayBeCutBelowWhatIsDrawn) {
  desk_.MustRun(Admit("mason"));
  desk_.MustRun(Pay("baker", "mason", 400'00));
  Set(SetLimits("baker", 0, 1));
  Set(SetLimits("mason", 0, 1));
  EXPECT_EQ(desk_.BalanceOf("baker"), -400'00);
  EXPECT_EQ(desk_.BalanceOf("mason"), 400'00);
}

TEST_F(CreditRulesTest, AnUnknownMemberIsNotFound) {
  const Answer answer = desk_.Run(SetLine("ghost", 1));
  ASSERT_EQ(answer.refusals.size(), 1u);
  EXPECT_EQ(answer.refusals[0],
            (Refusal{Reason::kResourceNotFound,
                     {{"name", "networks/res/members/ghost"}}}));
}

TEST_F(CreditRulesTest, APreviewShowsTheLimitsAsTheyWouldBe) {
  const Answer answer = desk_.Run(AsPreview(SetLimits("baker", 3, 4)));
  EXPECT_TRUE(answer.refusals.empty());
  EXPECT_EQ(std::get<CreditLineSet>(answer.events.front()).new_credit_line,
            Minor(3));
  EXPECT_EQ(desk_.AccountOf("baker").credit_line, Minor(500'00));
}

}  // namespace
}  // namespace skontro::engine
