// Where a membership stands, and what a member may do as it does.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/index_reader.h"
#include "engine/member_rules.h"
#include "engine/refusals.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

using Reasons = std::vector<std::string>;

constexpr MemberStatus kAll[] = {
    MemberStatus::kActive, MemberStatus::kEarnOnly, MemberStatus::kSpendOnly,
    MemberStatus::kFrozen, MemberStatus::kClosing,  MemberStatus::kClosed};

// The desk opens on 2026-03-02.
CivilDate Today() { return Day(2026, 3, 2); }

CivilDate LastDayOf(MemberStatus status) {
  return status == MemberStatus::kClosing ? Day(2026, 6, 30) : CivilDate();
}

// A baker and a mason, each with a credit line of 500.00 and room for 1000.00.
class MemberStatusTest : public testing::Test {
 protected:
  MemberStatusTest() {
    desk_.MustRun(Admit("baker"));
    desk_.MustRun(Admit("mason"));
  }

  Reasons RunFor(Command command) {
    return ReasonsOf(desk_.Run(std::move(command)).refusals);
  }
  Reasons Change(const std::string& member, MemberStatus status) {
    return RunFor(SetStatus(member, status, LastDayOf(status)));
  }
  // Brings a new member to `status` and returns its id.
  std::string MemberIn(MemberStatus status) {
    const std::string id = absl::StrCat("m", ++members_);
    desk_.MustRun(Admit(id));
    if (status == MemberStatus::kClosed) {
      EXPECT_EQ(Change(id, MemberStatus::kClosing), Reasons());
    }
    if (status != MemberStatus::kActive) {
      EXPECT_EQ(Change(id, status), Reasons());
    }
    return id;
  }
  Standing StandingOf(const std::string& member) {
    return *StandingAt(desk_.snapshot(), desk_.NumberOf(member),
                       desk_.state().sequence());
  }

  Desk desk_;
  int members_ = 0;
};

TEST_F(MemberStatusTest, EveryStatusLeadsWhereItMayAndNowhereElse) {
  const auto may = [](MemberStatus from, MemberStatus to) {
    switch (from) {
      case MemberStatus::kClosed:
        return false;
      case MemberStatus::kClosing:
        return to == MemberStatus::kClosed || to == MemberStatus::kClosing;
      default:
        return to != from && to != MemberStatus::kClosed;
    }
  };
  for (const MemberStatus from : kAll) {
    for (const MemberStatus to : kAll) {
      SCOPED_TRACE(absl::StrCat(std::string(MemberStatusName(from)), " to ",
                                std::string(MemberStatusName(to))));
      const std::string member = MemberIn(from);
      EXPECT_EQ(Change(member, to),
                may(from, to) ? Reasons() : Reasons{"MEMBER_STATE"});
      EXPECT_EQ(StandingOf(member).status, may(from, to) ? to : from);
      EXPECT_EQ(desk_.state().member(desk_.NumberOf(member)).status,
                may(from, to) ? to : from);
    }
  }
}

TEST_F(MemberStatusTest, ARefusedChangeSaysWhatIsPossible) {
  const Answer answer = desk_.Run(SetStatus("baker", MemberStatus::kClosed));
  ASSERT_EQ(answer.refusals.size(), 1u);
  EXPECT_EQ(answer.refusals.front(),
            (Refusal{Reason::kMemberState,
                     {{"member", "networks/res/members/baker"},
                      {"state", "ACTIVE"},
                      {"wanted", "CLOSED"},
                      {"allowed", "EARN_ONLY, SPEND_ONLY, FROZEN, CLOSING"}}}));
  EXPECT_EQ(RunFor(SetStatus("nobody", MemberStatus::kFrozen)),
            Reasons{"RESOURCE_NOT_FOUND"});
}

TEST_F(MemberStatusTest, OnlyWhoWindsDownHasALastDayAndItIsNotPast) {
  const auto fields = [&](MemberStatus status, CivilDate last) {
    return FieldsOf(desk_.Run(SetStatus("baker", status, last)).refusals);
  };
  const Reasons last_day = {"wind_down_date"};
  EXPECT_EQ(fields(MemberStatus::kFrozen, Today()), last_day);
  EXPECT_EQ(fields(MemberStatus::kClosing, CivilDate()), last_day);
  EXPECT_EQ(fields(MemberStatus::kClosing, Day(2026, 3, 1)), last_day);
  EXPECT_EQ(fields(MemberStatus::kClosing, Today()), Reasons());
}

TEST_F(MemberStatusTest, EachStatusBuysAndSellsAsItMay) {
  const Reasons not_active = {"MEMBER_NOT_ACTIVE"};
  const auto buys = [](MemberStatus status) {
    return status == MemberStatus::kActive ||
           status == MemberStatus::kSpendOnly ||
           status == MemberStatus::kClosing;
  };
  const auto sells = [](MemberStatus status) {
    return status == MemberStatus::kActive ||
           status == MemberStatus::kEarnOnly ||
           status == MemberStatus::kClosing;
  };
  for (const MemberStatus status : kAll) {
    SCOPED_TRACE(std::string(MemberStatusName(status)));
    const std::string member = MemberIn(status);
    // Requests, which move nothing yet.
    EXPECT_EQ(RunFor(Propose("baker", member, 1)),
              buys(status) ? Reasons() : not_active);
    EXPECT_EQ(RunFor(Propose(member, "baker", 1)),
              sells(status) ? Reasons() : not_active);
  }
}

TEST_F(MemberStatusTest, AProposalIsAcceptedAsItsPartiesStandThen) {
  const std::string trade =
      TradeIdOf(desk_.MustRun(Propose("baker", "mason", 10)));
  desk_.MustRun(SetStatus("mason", MemberStatus::kFrozen));
  EXPECT_EQ(RunFor(Accept(trade)), Reasons{"MEMBER_NOT_ACTIVE"});
  desk_.MustRun(SetStatus("mason", MemberStatus::kSpendOnly));
  desk_.MustRun(SetStatus("baker", MemberStatus::kSpendOnly));
  EXPECT_EQ(RunFor(Accept(trade)), Reasons{"MEMBER_NOT_ACTIVE"});
  desk_.MustRun(SetStatus("baker", MemberStatus::kEarnOnly));
  EXPECT_EQ(RunFor(Accept(trade)), Reasons());
}

TEST_F(MemberStatusTest, WhoWindsDownSpendsWhatItHasAndNoMore) {
  desk_.MustRun(Pay("mason", "baker", 100'00));
  EXPECT_EQ(Change("baker", MemberStatus::kClosing), Reasons());
  const Answer refused = desk_.Run(Pay("baker", "mason", 100'01));
  ASSERT_EQ(ReasonsOf(refused.refusals), Reasons{"CREDIT_LINE_EXCEEDED"});
  EXPECT_EQ(MetadataOf(refused.refusals.front(), "spendable"), "10000");
  EXPECT_EQ(RunFor(Pay("mason", "baker", 1)),
            Reasons{"BALANCE_LIMIT_EXCEEDED"});
  EXPECT_EQ(RunFor(Pay("baker", "mason", 100'00)), Reasons());
}

TEST_F(MemberStatusTest, WhoWindsDownEarnsWhatItOwesAndNoMore) {
  desk_.MustRun(Pay("baker", "mason", 100'00));
  EXPECT_EQ(Change("baker", MemberStatus::kClosing), Reasons());
  EXPECT_EQ(RunFor(Pay("baker", "mason", 1)), Reasons{"CREDIT_LINE_EXCEEDED"});
  EXPECT_EQ(RunFor(Pay("mason", "baker", 100'01)),
            Reasons{"BALANCE_LIMIT_EXCEEDED"});
  EXPECT_EQ(RunFor(Pay("mason", "baker", 100'00)), Reasons());
}

TEST_F(MemberStatusTest, TheLastDayIsStillOneToSpendOn) {
  desk_.MustRun(Pay("mason", "baker", 100'00));
  desk_.MustRun(SetStatus("baker", MemberStatus::kClosing, Day(2026, 6, 30)));
  desk_.SetTime(NoonOf(Day(2026, 6, 30)));
  EXPECT_EQ(RunFor(Pay("baker", "mason", 1)), Reasons());
  desk_.SetTime(NoonOf(Day(2026, 7, 1)));
  EXPECT_EQ(RunFor(Pay("baker", "mason", 1)), Reasons{"MEMBER_NOT_ACTIVE"});
  // What is owed to the network may still be earned.
  EXPECT_EQ(RunFor(Propose("baker", "mason", 1)), Reasons());
}

TEST_F(MemberStatusTest, AMemberIsClosedWhenItsBooksAreEmpty) {
  const std::string trade =
      TradeIdOf(desk_.MustRun(Propose("baker", "mason", 10)));
  desk_.MustRun(Pay("mason", "baker", 5));
  EXPECT_EQ(Change("baker", MemberStatus::kClosing), Reasons());
  const Answer refused = desk_.Run(SetStatus("baker", MemberStatus::kClosed));
  ASSERT_EQ(refused.refusals.size(), 1u);
  EXPECT_EQ(refused.refusals.front(),
            (Refusal{Reason::kMemberNotSettled,
                     {{"member", "networks/res/members/baker"},
                      {"balance", "5"},
                      {"open_trades", "1"}}}));
  desk_.MustRun(Pay("baker", "mason", 5));
  EXPECT_EQ(RunFor(SetStatus("baker", MemberStatus::kClosed)),
            Reasons{"MEMBER_NOT_SETTLED"});
  desk_.MustRun(Decline(trade));
  EXPECT_EQ(RunFor(SetStatus("baker", MemberStatus::kClosed)), Reasons());
}

TEST_F(MemberStatusTest, ALastDayIsMovedAsLongAsNobodyLeft) {
  desk_.MustRun(Pay("mason", "baker", 100'00));
  desk_.MustRun(SetStatus("baker", MemberStatus::kClosing, Day(2026, 6, 30)));
  desk_.SetTime(NoonOf(Day(2026, 7, 1)));
  EXPECT_EQ(RunFor(Pay("baker", "mason", 1)), Reasons{"MEMBER_NOT_ACTIVE"});
  desk_.MustRun(SetStatus("baker", MemberStatus::kClosing, Day(2026, 7, 31)));
  EXPECT_EQ(StandingOf("baker").wind_down_date, Day(2026, 7, 31));
  EXPECT_EQ(RunFor(Pay("baker", "mason", 100'00)), Reasons());
  EXPECT_EQ(RunFor(SetStatus("baker", MemberStatus::kClosed)), Reasons());
  EXPECT_EQ(
      RunFor(SetStatus("baker", MemberStatus::kClosing, Day(2026, 8, 31))),
      Reasons{"MEMBER_STATE"});
}

// What a holder of a key for `member` asks for.
Command As(const Desk& desk, std::string member, Command command) {
  command.actor = {"member_user/erp", Role::kMemberUser,
                   std::make_shared<const ActorScope>(
                       ActorScope{{desk.NumberOf(member)}, Amount(), Amount()}),
                   ""};
  return command;
}

TEST_F(MemberStatusTest, AFrozenSellerGivesNothingBackByItself) {
  const std::string trade = TradeIdOf(desk_.MustRun(Pay("mason", "baker", 5)));
  desk_.MustRun(SetStatus("baker", MemberStatus::kFrozen));
  EXPECT_EQ(RunFor(As(desk_, "baker", Reverse(trade))),
            Reasons{"MEMBER_NOT_ACTIVE"});
  EXPECT_EQ(desk_.BalanceOf("baker"), 5);
  EXPECT_EQ(RunFor(Reverse(trade)), Reasons());
}

TEST_F(MemberStatusTest, OthersAreToldNoMoreThanThatAMemberCannotTrade) {
  desk_.MustRun(SetStatus("baker", MemberStatus::kClosing, Day(2026, 6, 30)));
  desk_.SetTime(NoonOf(Day(2026, 7, 1)));
  const auto state_told_to = [&](const char* member) {
    const Answer answer =
        desk_.Run(As(desk_, member, AsPreview(Pay("baker", "mason", 1))));
    const Answer sale =
        desk_.Run(As(desk_, member, AsPreview(Propose("mason", "baker", 1))));
    const Answer& seen =
        answer.refusals.front().reason == Reason::kMemberNotActive ? answer
                                                                   : sale;
    return std::string(MetadataOf(seen.refusals.front(), "state"));
  };
  EXPECT_EQ(state_told_to("baker"),
            "CLOSING, and could spend until 2026-06-30");
  EXPECT_EQ(state_told_to("mason"), "not active");
}

TEST_F(MemberStatusTest, ATradeWithAClosedMemberIsNotReversed) {
  const std::string there = TradeIdOf(desk_.MustRun(Pay("mason", "baker", 5)));
  const std::string back = TradeIdOf(desk_.MustRun(Pay("baker", "mason", 5)));
  EXPECT_EQ(Change("baker", MemberStatus::kClosing), Reasons());
  desk_.MustRun(SetStatus("baker", MemberStatus::kClosed));
  EXPECT_EQ(RunFor(Reverse(there)), Reasons{"CREDIT_LINE_EXCEEDED"});
  EXPECT_EQ(RunFor(Reverse(back)), Reasons{"BALANCE_LIMIT_EXCEEDED"});
}

TEST_F(MemberStatusTest, ThePastKeepsItsStandings) {
  const auto at = [&] { return desk_.state().sequence(); };
  const Sequence active = at();
  desk_.MustRun(SetStatus("baker", MemberStatus::kFrozen));
  const Sequence frozen = at();
  EXPECT_EQ(Change("baker", MemberStatus::kClosing), Reasons());
  const MemberNumber baker = desk_.NumberOf("baker");
  EXPECT_EQ(StandingAt(desk_.snapshot(), baker, active)->status,
            MemberStatus::kActive);
  EXPECT_EQ(StandingAt(desk_.snapshot(), baker, frozen)->status,
            MemberStatus::kFrozen);
  const auto now = StandingAt(desk_.snapshot(), baker, at());
  EXPECT_EQ(now->status, MemberStatus::kClosing);
  EXPECT_EQ(now->wind_down_date, Day(2026, 6, 30));
  std::vector<MemberStatus> newest_first;
  ASSERT_TRUE(WalkStatuses(desk_.snapshot(), baker, ledger::Next(at()),
                           [&](Sequence, const MemberStatusRow& row) {
                             newest_first.push_back(row.set.new_status);
                             return true;
                           })
                  .ok());
  EXPECT_EQ(newest_first, (std::vector<MemberStatus>{MemberStatus::kClosing,
                                                     MemberStatus::kFrozen}));
}

TEST_F(MemberStatusTest, APreviewIsWhatComesOfIt) {
  desk_.MustRun(Pay("mason", "baker", 5));
  for (const MemberStatus to : kAll) {
    Command command = SetStatus("baker", to, LastDayOf(to));
    const Reasons preview = ReasonsOf(desk_.Run(AsPreview(command)).refusals);
    EXPECT_EQ(StandingOf("baker").status,
              desk_.state().member(desk_.NumberOf("baker")).status);
    EXPECT_EQ(RunFor(command), preview);
  }
}

}  // namespace
}  // namespace skontro::engine
