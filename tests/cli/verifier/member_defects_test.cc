// One defect at a time in where memberships stand. Alice is member 1, Bob is
// member 2; at the end of the standard scene Alice owes 151.

#include <gtest/gtest.h>

#include <tuple>

#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

constexpr int kActive = 2;
constexpr int kEarnOnly = 3;
constexpr int kSpendOnly = 4;
constexpr int kFrozen = 5;
constexpr int kClosing = 6;
constexpr int kClosed = 7;
constexpr int32_t kFarDay = 40'000;

Message Status(int64_t member, int from, int to, int32_t last_day = 0) {
  Message message = Message().Int(1, member).Int(2, from).Int(3, to);
  if (last_day != 0) message.Zigzag(4, last_day);
  return message;
}

// The member `buyer` pays the other one at once.
void Pay(Scene& scene, uint64_t buyer, int64_t units) {
  const uint64_t number = scene.last() + 1;
  const uint64_t seller = 3 - buyer;
  scene.Append(kTradeCreated, MakeTrade(seller, buyer, 2, units))
      .record.Add(6, MakeEntry(1, number, buyer, seller, units));
}

TEST(MemberDefectsTest, StatusesThatCouldBeSetAreAccepted) {
  Scene scene;
  scene.Append(kMemberStatusSet, Status(1, kActive, kEarnOnly));
  Pay(scene, 2, 5);
  scene.Append(kMemberStatusSet, Status(1, kEarnOnly, kSpendOnly));
  Pay(scene, 1, 5);
  scene.Append(kMemberStatusSet, Status(1, kSpendOnly, kFrozen));
  scene.Append(kMemberStatusSet, Status(1, kFrozen, kActive));
  ExpectFindings(scene.Write(), {});
}

TEST(MemberDefectsTest, AStatusThatCannotFollowIsFound) {
  const std::tuple<Message, const char*> cases[] = {
      {Status(1, kFrozen, kEarnOnly), "its status is 2; the record says"},
      {Status(1, kActive, kActive), "goes from 2 to 2"},
      {Status(1, kActive, 1), "goes from 2 to 1"},
      {Status(1, kActive, 8), "goes from 2 to 8"},
      {Status(1, kActive, kClosing, 1), "winds down until day 1, before day"},
      {Status(1, kActive, kFrozen, kFarDay), "has a last day"},
      {Status(9, kActive, kFrozen), "member 9 was never admitted"},
  };
  for (const auto& [event, finding] : cases) {
    Scene scene;
    scene.Append(kMemberStatusSet, event);
    ExpectFindings(scene.Write(), {{15, finding}});
  }
}

TEST(MemberDefectsTest, WhoDidNotWindDownIsNotClosed) {
  Scene scene;
  Pay(scene, 2, 151);
  scene.Append(kMemberStatusSet, Status(1, kActive, kClosed));
  ExpectFindings(scene.Write(), {{16, "goes from 2 to 7"}});
}

TEST(MemberDefectsTest, ATradeOfWhoMayNotIsFound) {
  for (const int status : {kEarnOnly, kFrozen}) {
    Scene scene;
    scene.Append(kMemberStatusSet, Status(1, kActive, status));
    Pay(scene, 1, 5);
    ExpectFindings(scene.Write(), {{16, "member 1 buys on day"}});
  }
  for (const int status : {kSpendOnly, kFrozen}) {
    Scene scene;
    scene.Append(kMemberStatusSet, Status(1, kActive, status));
    Pay(scene, 2, 5);
    ExpectFindings(scene.Write(), {{16, "member 1 sells and has status"}});
  }
}

TEST(MemberDefectsTest, AnAcceptanceOfWhoMayNotIsFound) {
  Scene scene;
  scene.Append(kTradeCreated, MakeTrade(1, 2, 1, 5));
  scene.Append(kMemberStatusSet, Status(2, kActive, kFrozen));
  scene.Append(kTradeAccepted, Message().Int(1, 15))
      .record.Add(6, MakeEntry(1, 15, 2, 1, 5));
  ExpectFindings(scene.Write(), {{17, "member 2 buys on day"}});
}

TEST(MemberDefectsTest, ABalanceOfWhoWindsDownThatLeavesZeroIsFound) {
  Scene scene;
  scene.Append(kMemberStatusSet, Status(1, kActive, kClosing, kFarDay));
  Pay(scene, 1, 5);
  ExpectFindings(scene.Write(),
                 {{16,
                   "account 1 pays and stands at -156, below its credit line "
                   "of 0"}});
}

TEST(MemberDefectsTest, ClosingAMemberWithABalanceOrTradesIsFound) {
  Scene with_balance;
  Pay(with_balance, 2, 156);
  with_balance.Append(kMemberStatusSet, Status(1, kActive, kClosing, kFarDay));
  with_balance.Append(kMemberStatusSet, Status(1, kClosing, kClosed));
  ExpectFindings(with_balance.Write(), {{17, "closed with a balance of 5"}});

  Scene with_trade;
  Pay(with_trade, 2, 151);
  with_trade.Append(kTradeCreated, MakeTrade(1, 2, 1, 5));
  with_trade.Append(kMemberStatusSet, Status(1, kActive, kClosing, kFarDay));
  with_trade.Append(kMemberStatusSet, Status(1, kClosing, kClosed));
  ExpectFindings(with_trade.Write(), {{18, "closed with 1 open trades"}});
}

TEST(MemberDefectsTest, ChangingAMembershipMovesNothing) {
  Scene scene;
  scene.Append(kMemberStatusSet, Status(1, kActive, kEarnOnly))
      .record.Add(6, MakeEntry(1, 5, 2, 1, 1));
  ExpectFindings(scene.Write(), {{15, "changing a membership moves no units"}});
}

}  // namespace
}  // namespace skontro::verifier
