#include "bench/load/witness_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bench/load/trade_mix.h"

namespace skontro::bench {
namespace {

using Kind = WitnessedCall::Kind;
using Outcome = WitnessedCall::Outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Books of three members and what was witnessed of them; both hold what the
// other does, until a test changes one of them.
class WitnessCheckTest : public testing::Test {
 protected:
  WitnessCheckTest() {
    Settle("pay", 1, 2, 500, 10);
    calls_["ask"] = Call(Kind::kRequest, 2, 3, 70, "t11", 11);
    events_.push_back(Event(v1::Event::TRADE_PROPOSED, "t11", 2, 3, 70, 11));
    calls_["ask-a"] = Call(Kind::kAccept, 0, 0, 0, "t11", 12);
    events_.push_back(Event(v1::Event::TRADE_SETTLED, "t11", 2, 3, 70, 12));
    Move(&events_.back(), 3, -70, -70);
    Move(&events_.back(), 2, 70, -430);
    accounts_ = {{500, 1}, {-430, 2}, {-70, 1}};
  }

  static WitnessedCall Call(Kind kind, uint64_t seller, uint64_t buyer,
                            int64_t units, std::string trade,
                            int64_t sequence) {
    WitnessedCall call;
    call.kind = kind;
    call.seller = seller;
    call.buyer = buyer;
    call.units = units;
    call.trade = std::move(trade);
    call.outcome = Outcome::kAnswered;
    call.sequence = sequence;
    return call;
  }

  static v1::Event Event(v1::Event::Type type, const std::string& trade,
                         uint64_t seller, uint64_t buyer, int64_t units,
                         int64_t sequence) {
    v1::Event event;
    event.set_type(type);
    event.set_sequence(sequence);
    event.mutable_trade()->set_name("networks/bench/trades/" + trade);
    event.mutable_trade()->set_seller(MemberName(seller));
    event.mutable_trade()->set_buyer(MemberName(buyer));
    event.mutable_trade()->mutable_unit_leg()->set_minor_units(units);
    return event;
  }

  static void Move(v1::Event* event, uint64_t member, int64_t amount,
                   int64_t balance) {
    v1::BalanceAfter* after = event->add_balances();
    after->set_account(MemberName(member) + "/accounts/main");
    after->set_amount_minor_units(amount);
    after->set_balance_minor_units(balance);
  }

  void Settle(const std::string& id, uint64_t seller, uint64_t buyer,
              int64_t units, int64_t sequence) {
    const std::string trade = "t" + std::to_string(sequence);
    calls_[id] = Call(Kind::kSettle, seller, buyer, units, trade, sequence);
    events_.push_back(
        Event(v1::Event::TRADE_SETTLED, trade, seller, buyer, units, sequence));
    Move(&events_.back(), buyer, -units, -units);
    Move(&events_.back(), seller, units, units);
  }

  std::vector<std::string> Findings() {
    WitnessCheck check(calls_);
    for (const v1::Event& event : events_) check.AddEvent(event);
    for (size_t i = 0; i < accounts_.size(); ++i) {
      v1::Account account;
      account.set_name(MemberName(i + 1) + "/accounts/main");
      account.mutable_balance()->set_minor_units(accounts_[i].first);
      account.set_posting_count(accounts_[i].second);
      check.AddAccount(account);
    }
    check.Finish();
    return check.findings();
  }

  WitnessedCalls calls_;
  std::vector<v1::Event> events_;
  std::vector<std::pair<int64_t, int64_t>> accounts_;
};

TEST_F(WitnessCheckTest, BooksThatHoldWhatWasAnsweredAreFine) {
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(WitnessCheckTest, ARefusedRequestLeavesNothing) {
  WitnessedCall refused = Call(Kind::kSettle, 1, 2, 5, "", 0);
  refused.outcome = Outcome::kRefused;
  calls_["no"] = refused;
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(WitnessCheckTest, ALostTradeIsFound) {
  calls_["lost"] = Call(Kind::kSettle, 1, 2, 5, "t20", 20);
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("the books have nothing")));
}

TEST_F(WitnessCheckTest, ALostAcceptanceIsFound) {
  events_.pop_back();
  accounts_ = {{500, 1}, {-500, 1}, {0, 0}};
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("the books have nothing")));
}

TEST_F(WitnessCheckTest, ATradeThatWasBookedTwiceIsFound) {
  events_.push_back(Event(v1::Event::TRADE_SETTLED, "t13", 1, 2, 500, 13));
  Move(&events_.back(), 2, -500, -930);
  Move(&events_.back(), 1, 500, 1'000);
  accounts_ = {{1'000, 2}, {-930, 3}, {-70, 1}};
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("asked for by no request"),
                                      HasSubstr("no request was answered so")));
}

TEST_F(WitnessCheckTest, ASecondSettlementIsFound) {
  v1::Event again = events_.back();
  again.set_sequence(13);
  again.clear_balances();
  events_.push_back(again);
  EXPECT_THAT(Findings(),
              ElementsAre(HasSubstr("settled twice"), HasSubstr("no request")));
}

TEST_F(WitnessCheckTest, OtherUnitsThanWereAskedForAreFound) {
  calls_["pay"].units = 501;
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("is not what trade t10")));
}

TEST_F(WitnessCheckTest, OtherPartiesAreFound) {
  calls_["ask"].buyer = 1;
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("is not what trade t11")));
}

TEST_F(WitnessCheckTest, TheSameSequenceForTwoRequestsIsFound) {
  calls_["pay-2"] = calls_["pay"];
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("two requests")));
}

TEST_F(WitnessCheckTest, WhatHasNoOutcomeIsFound) {
  calls_["open"] = Call(Kind::kSettle, 1, 2, 5, "", 0);
  calls_["open"].outcome = Outcome::kUnknown;
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("has no outcome")));
}

TEST_F(WitnessCheckTest, ABalanceThatIsNotTheSumIsFound) {
  accounts_[1].first = -431;
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("has -431")));
  accounts_[1].first = -430;
  events_.back().mutable_balances(1)->set_balance_minor_units(-429);
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("has -429 after it")));
}

TEST_F(WitnessCheckTest, UnitsThatWentElsewhereAreFound) {
  events_[0].mutable_balances(1)->set_account(MemberName(3) + "/accounts/main");
  accounts_ = {{0, 0}, {-430, 2}, {430, 2}};
  EXPECT_THAT(Findings(), testing::Contains(HasSubstr("did not move 500")));
}

TEST_F(WitnessCheckTest, SequencesThatGoBackAreFound) {
  std::swap(events_[0], events_[1]);
  EXPECT_THAT(Findings(), testing::Contains(HasSubstr("comes after")));
}

TEST_F(WitnessCheckTest, PostingsOfNoMemberAreFound) {
  accounts_.pop_back();
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("is no member's")));
}

}  // namespace
}  // namespace skontro::bench
