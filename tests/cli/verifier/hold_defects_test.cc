// One defect at a time in holds. Alice is member 1, Bob is member 2; the
// standard scene ends at record 14 with -151 of hers and 151 of his. Bob has a
// credit line of 400, Alice room for 900. Units are worth one and a half.

#include <gtest/gtest.h>

#include <tuple>

#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

constexpr int kAuthorised = 2;
constexpr int kSettled = 3;
constexpr int kWithdrawn = 7;
constexpr int kExpired = 8;
constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

// Of Bob, who buys, and of Alice, who sells.
Message Holds(int64_t out, int64_t in) {
  return Message().Int(1, 2).Int(2, out).Int(3, 1).Int(4, in);
}

Message Part(int64_t trade, int64_t units, int64_t worth, int state,
             int64_t held) {
  return Message().Int(1, trade).Int(2, units).Int(3, worth).Int(5, state).Sub(
      6, Holds(held, held));
}

Message Ended(int64_t trade, int state, int64_t held = 0) {
  return Message().Int(1, trade).Int(2, state).Sub(4, Holds(held, held));
}

// Record 15: Bob authorises 101 units, worth 152 and 7 of cash, for a day.
class HoldDefectsTest : public testing::Test {
 protected:
  HoldDefectsTest() {
    Draft& made = scene_.Append(
        kTradeCreated,
        MakeTrade(1, 2, 2, 101).Int(10, 7).Sub(13, Holds(101, 101)));
    made.event.Int(12, made.time_us + kDayUs);
  }

  Draft& Settle(int64_t units, const Message& part) {
    Draft& draft = scene_.Append(kHoldSettled, part);
    draft.record.Add(6, MakeEntry(1, 15, 2, 1, units));
    return draft;
  }
  Draft& Expire(const Message& event) {
    Draft& draft = scene_.Append(kHoldExpired, event);
    draft.record.Clear(2).Clear(3);
    draft.time_us = scene_.at(15).time_us + kDayUs;
    return draft;
  }
  void ExpectFinding(uint64_t sequence, const char* finding) {
    ExpectFindings(scene_.Write(), {{sequence, finding}});
  }

  Scene scene_;
};

TEST_F(HoldDefectsTest, HoldsThatCouldBeAreAccepted) {
  // 40 of 101 are worth 60 of 152 and 3 of 7; the rest takes the rest.
  Settle(40, Part(15, 40, 60, kAuthorised, 61).Int(4, 3));
  Settle(61, Part(15, 61, 92, kSettled, 0).Int(4, 4));
  Draft& undone =
      scene_.Append(kTradeReversed, Message().Int(1, 15).Int(2, 17));
  undone.record.Add(6, MakeEntry(2, 15, 1, 2, 101));
  scene_.Append(kTradeCreated, MakeTrade(1, 2, 1, 50));  // Record 19.
  scene_.Append(kTradeAuthorised, Message().Int(1, 19).Sub(3, Holds(50, 50)))
      .event.Int(2, scene_.at(20).time_us + kDayUs);
  scene_.Append(kHoldReleased, Ended(19, kWithdrawn));
  scene_.Append(kTradeCreated, MakeTrade(1, 2, 1, 50));  // Record 22.
  scene_.Append(kTradeWithdrawn, Message().Int(1, 22));
  ExpectFindings(scene_.Write(), {});
}

TEST_F(HoldDefectsTest, AMissingFamilyIsFoundWhereThereWereHolds) {
  Expire(Ended(15, kExpired));
  Store store = scene_.Write();
  store.erase("hold");
  ExpectFindings(store, {{0, "the family hold is missing"}});
}

TEST_F(HoldDefectsTest, AHoldThatIsOverEnds) {
  Settle(40, Part(15, 40, 60, kAuthorised, 61).Int(4, 3));
  Expire(Ended(15, kSettled));
  ExpectFindings(scene_.Write(), {});
}

TEST_F(HoldDefectsTest, AHoldThatDoesNotLastIsFound) {
  for (const int64_t lasts : {int64_t{0}, -kDayUs, 180 * kDayUs + 1}) {
    scene_.at(15).event.Int(12, scene_.at(15).time_us + lasts);
    ExpectFinding(15, "which is not up to 180 days");
  }
}

TEST_F(HoldDefectsTest, WhatIsHeldHasToBeSaid) {
  const Message cases[] = {
      Holds(101, 100), Holds(100, 101),
      Message().Int(1, 1).Int(2, 101).Int(3, 2).Int(4, 101)};
  for (const Message& holds : cases) {
    scene_.at(15).event.Clear(13).Sub(13, holds);
    Store store = scene_.Write();
    MemorySource source(std::move(store));
    const auto report = Verify(&source, {}, nullptr);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->verdict(), Verdict::kBroken);
  }
}

TEST_F(HoldDefectsTest, AHoldBeyondALimitIsFound) {
  Draft& more = scene_.Append(kTradeCreated,
                              MakeTrade(1, 2, 2, 451).Sub(13, Holds(552, 552)));
  more.event.Int(12, more.time_us + kDayUs);
  ExpectFinding(16,
                "stands at 151 with 552 held, below its credit line of 400");
}

TEST_F(HoldDefectsTest, APaymentOfWhatIsHeldIsFound) {
  scene_.Append(kTradeCreated, MakeTrade(1, 2, 2, 451))
      .record.Add(6, MakeEntry(1, 16, 2, 1, 451));
  ExpectFinding(16,
                "stands at -300 with 101 held, below its credit line of 400");
}

TEST_F(HoldDefectsTest, APartWithAnotherShareIsFound) {
  Settle(40, Part(15, 40, 61, kAuthorised, 61).Int(4, 3));
  ExpectFinding(16, "the part's national value is 61; its share of 152 is 60");
}

TEST_F(HoldDefectsTest, APartWithAnotherShareOfTheCashIsFound) {
  Settle(40, Part(15, 40, 60, kAuthorised, 61).Int(4, 2));
  ExpectFinding(16, "the part's cash is 2; its share of 7 is 3");
}

TEST_F(HoldDefectsTest, MoreThanIsHeldIsFound) {
  Settle(102, Part(15, 102, 152, kSettled, 0).Int(4, 7));
  ExpectFinding(16, "102 units of trade 15 are settled; 101 are held");
}

TEST_F(HoldDefectsTest, APartThatLeavesAnotherStateIsFound) {
  Settle(101, Part(15, 101, 152, kAuthorised, 0).Int(4, 7));
  ExpectFinding(16, "the part leaves trade 15 in state 2, with 0 units held");
}

TEST_F(HoldDefectsTest, APartAfterTheEndOfItsHoldIsFound) {
  Settle(101, Part(15, 101, 152, kSettled, 0).Int(4, 7)).time_us =
      scene_.at(15).time_us + kDayUs;
  ExpectFinding(16, "its hold was void from");
}

TEST_F(HoldDefectsTest, AnEntryOfAnotherAmountIsFound) {
  Settle(40, Part(15, 41, 62, kAuthorised, 60).Int(4, 3));
  ExpectFinding(16,
                "does not have one entry of kind 1 that moves the 41 units");
}

TEST_F(HoldDefectsTest, AnEndBeforeItsTimeIsFound) {
  Expire(Ended(15, kExpired)).time_us -= 1;
  ExpectFinding(16, "the hold of trade 15 ends at");
}

TEST_F(HoldDefectsTest, AnEndInAnotherStateIsFound) {
  Expire(Ended(15, kSettled));
  ExpectFinding(16, "trade 15 ends in state 3, not in 8");
}

TEST_F(HoldDefectsTest, AStepThatNeedsAHoldIsFoundWithoutOne) {
  const std::tuple<int, Message> cases[] = {
      {kHoldReleased, Ended(6, kWithdrawn)},
      {kHoldExpired, Ended(6, kExpired)},
      {kHoldSettled, Part(6, 1, 1, kSettled, 0)},
  };
  for (const auto& [number, event] : cases) {
    Scene scene;
    Draft& draft = scene.Append(number, event);
    if (number == kHoldExpired) draft.record.Clear(2).Clear(3);
    ExpectFindings(
        scene.Write(),
        {{15, "trade 6 is settled; it would have to be authorised"}});
  }
}

TEST_F(HoldDefectsTest, WhatWasNotProposedIsNotTakenBack) {
  scene_.Append(kTradeWithdrawn, Message().Int(1, 15));
  ExpectFinding(16, "trade 15 is authorised; it would have to be proposed");
}

TEST_F(HoldDefectsTest, AReversalOfMoreThanWasSettledIsFound) {
  Settle(40, Part(15, 40, 60, kSettled, 0).Int(4, 3));
  Draft& undone =
      scene_.Append(kTradeReversed, Message().Int(1, 15).Int(2, 16));
  undone.record.Add(6, MakeEntry(2, 15, 1, 2, 101));
  ExpectFinding(17,
                "does not have one entry of kind 2 that moves the 40 units");
}

TEST_F(HoldDefectsTest, WhoIsFrozenSettlesNothing) {
  scene_.Append(kMemberStatusSet, Message().Int(1, 2).Int(2, 2).Int(3, 5));
  Settle(40, Part(15, 40, 60, kAuthorised, 61).Int(4, 3));
  ExpectFinding(17, "member 2 settles a hold and has status 5");
}

}  // namespace
}  // namespace skontro::verifier
