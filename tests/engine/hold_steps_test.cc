// From which states a trade takes which steps, and what its parts are worth.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/national_value.h"
#include "ledger/base/limits.h"
#include "tests/engine/hold_desk.h"

namespace skontro::engine {
namespace {

// Every step from every state that does not allow it.
TEST_F(HoldRulesTest, AStepNeedsItsState) {
  const std::map<std::string, std::function<Command(const std::string&)>>
      steps = {
          {"accept", [](const std::string& t) { return Accept(t); }},
          {"decline", [](const std::string& t) { return Decline(t); }},
          {"withdraw", [](const std::string& t) { return Withdraw(t); }},
          {"authorise", [](const std::string& t) { return Authorise(t); }},
          {"settle", [](const std::string& t) { return Settle(t); }},
          {"release", [](const std::string& t) { return Release(t); }},
          {"reverse", [](const std::string& t) { return Reverse(t); }},
      };
  const std::vector<std::string> of_proposed = {"accept", "decline", "withdraw",
                                                "authorise"};
  const std::vector<std::string> of_authorised = {"settle", "release"};
  const std::vector<std::string> none;
  struct From {
    std::string state;
    std::vector<std::string> allowed;
    std::function<std::string()> make;
  };
  const auto proposed = [&] { return NewTrade(Sale("baker", "mason", 1)); };
  const auto stepped = [&](Command (*step)(std::string)) {
    const std::string trade = proposed();
    desk_.MustRun(step(trade));
    return trade;
  };
  const From froms[] = {
      {"PROPOSED", of_proposed, proposed},
      {"AUTHORISED", of_authorised, [&] { return NewHold(2); }},
      {"AUTHORISED", of_authorised,
       [&] {
         const std::string trade = NewHold(2);
         desk_.MustRun(SettlePart(trade, 1));
         return trade;
       }},
      {"SETTLED", {"reverse"}, [&] { return stepped(&Accept); }},
      {"DECLINED", none, [&] { return stepped(&Decline); }},
      {"WITHDRAWN", none, [&] { return stepped(&Withdraw); }},
      {"WITHDRAWN", none,
       [&] {
         const std::string trade = NewHold(2);
         desk_.MustRun(Release(trade));
         return trade;
       }},
      {"EXPIRED", none,
       [&] {
         const int64_t until = Now() + kDayUs;
         const std::string trade = NewHold(2, until);
         desk_.Run(TickAt(until));
         return trade;
       }},
      {"REVERSED", none,
       [&] {
         const std::string trade = stepped(&Accept);
         desk_.MustRun(Reverse(trade));
         return trade;
       }},
  };
  for (const From& from : froms) {
    for (const auto& [name, step] : steps) {
      SCOPED_TRACE(name + " from " + from.state);
      const std::string trade = from.make();
      // Behind the newest record, wherever the clock stands.
      const Answer answer = desk_.Run(At(Now() + 1, step(trade)));
      const bool allowed = std::find(from.allowed.begin(), from.allowed.end(),
                                     name) != from.allowed.end();
      if (allowed) {
        EXPECT_TRUE(answer.refusals.empty());
        continue;
      }
      ASSERT_FALSE(answer.refusals.empty());
      EXPECT_EQ(answer.refusals.front().reason, Reason::kTradeState);
      EXPECT_EQ(MetadataOf(answer.refusals.front(), "state"), from.state);
    }
  }
}

// Units count in thousandths, money in whole euros: no part is worth what it
// would be alone.
class HoldSharesTest : public HoldRulesTest {
 protected:
  HoldSharesTest() : HoldRulesTest(TermsWithDecimals(3, 0)) {}
};

TEST_F(HoldSharesTest, ThePartsAddUpToTheTradeToTheCent) {
  CreateTrade payment = Payment("mason", "baker", 10'500);
  payment.cash = 7;
  payment.cash_currency = "EUR";
  const std::string trade = NewTrade(Held(payment));
  EXPECT_EQ(HistoryOf(trade).row.created.national_value, 11);
  int64_t worth = 0;
  int64_t cash = 0;
  for (const int64_t units : {333, 3'667, 1, 5'999, 500}) {
    const Answer answer = desk_.MustRun(SettlePart(trade, units));
    const auto& part = std::get<HoldSettled>(answer.events.front());
    EXPECT_EQ(part.units.minor_units(), units);
    worth += part.national_value;
    cash += part.cash;
    const TradeLegs legs =
        LegsOfEntry(HistoryOf(trade), ledger::EntryKind::kTrade);
    EXPECT_EQ(legs, (TradeLegs{Minor(units), part.national_value, part.cash}));
  }
  EXPECT_EQ(worth, 11);
  EXPECT_EQ(cash, 7);
  desk_.MustRun(Reverse(trade));
  EXPECT_EQ(LegsOfEntry(HistoryOf(trade), ledger::EntryKind::kReversal),
            (TradeLegs{Minor(10'500), 11, 7}));
}

TEST(ShareOfTest, RoundsHalfAwayFromZeroAndNeverOverflows) {
  EXPECT_EQ(ShareOf(11, Minor(0), Minor(3)), 0);
  EXPECT_EQ(ShareOf(11, Minor(1), Minor(2)), 6);
  EXPECT_EQ(ShareOf(-11, Minor(1), Minor(2)), -6);
  EXPECT_EQ(ShareOf(kAmountMax, Minor(kAmountMax), Minor(kAmountMax)),
            kAmountMax);
  EXPECT_EQ(ShareOf(kAmountMax, Minor(1), Minor(kAmountMax)), 1);
}

}  // namespace
}  // namespace skontro::engine
