#include "engine/trade_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <string>

#include "tests/engine/commands.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

using Numbers = std::vector<uint64_t>;

class TradeWalkTest : public testing::Test {
 protected:
  TradeWalkTest() {
    desk_.MustRun(Admit("baker"));    // 2
    desk_.MustRun(Admit("mason"));    // 3
    desk_.MustRun(Admit("printer"));  // 4
  }

  const ledger::Snapshot& snapshot() { return desk_.snapshot(); }

  TradeWalkPtr Of(std::string_view member, WalkOrder order) {
    const MemberNumber number = desk_.NumberOf(member);
    return WalkTradesOf(snapshot(), number,
                        desk_.state().member(number).main_account, order,
                        &budget_);
  }

  // The trades from `first` on, in the order of the walk.
  static Numbers Walk(TradeWalk& walk, WalkOrder order, uint64_t first) {
    Numbers numbers;
    for (uint64_t place = first;;) {
      EXPECT_TRUE(walk.SeekTo(TradeNumber{place}).ok());
      if (!walk.Valid()) return numbers;
      place = static_cast<uint64_t>(walk.number());
      numbers.push_back(place);
      if (order == WalkOrder::kOldestFirst) {
        ++place;
      } else if (place-- == 0) {
        return numbers;
      }
    }
  }

  Numbers NewestOf(std::string_view member, uint64_t first) {
    return Walk(*Of(member, WalkOrder::kNewestFirst), WalkOrder::kNewestFirst,
                first);
  }
  Numbers OldestOf(std::string_view member, uint64_t first) {
    return Walk(*Of(member, WalkOrder::kOldestFirst), WalkOrder::kOldestFirst,
                first);
  }

  Desk desk_;
  WalkBudget budget_{1'000'000};
};

TEST_F(TradeWalkTest, AllTradesAreWalkedInBothOrders) {
  desk_.MustRun(Pay("baker", "mason", 10));      // 5
  desk_.MustRun(Propose("baker", "mason", 10));  // 6
  desk_.MustRun(Accept("t6"));                   // 7
  desk_.MustRun(Pay("mason", "printer", 10));    // 8
  const auto walk = [&](WalkOrder order, uint64_t first) {
    return Walk(*WalkAllTrades(snapshot(), order, &budget_), order, first);
  };
  EXPECT_EQ(walk(WalkOrder::kNewestFirst, 98), (Numbers{8, 6, 5}));
  EXPECT_EQ(walk(WalkOrder::kNewestFirst, UINT64_MAX), (Numbers{8, 6, 5}));
  EXPECT_EQ(walk(WalkOrder::kNewestFirst, 7), (Numbers{6, 5}));
  EXPECT_EQ(walk(WalkOrder::kNewestFirst, 4), Numbers());
  EXPECT_EQ(walk(WalkOrder::kNewestFirst, 0), Numbers());
  EXPECT_EQ(walk(WalkOrder::kOldestFirst, 0), (Numbers{5, 6, 8}));
  EXPECT_EQ(walk(WalkOrder::kOldestFirst, 6), (Numbers{6, 8}));
  EXPECT_EQ(walk(WalkOrder::kOldestFirst, 9), Numbers());
}

TEST_F(TradeWalkTest, TheTradesOfAMemberAreWalkedOnceEach) {
  desk_.MustRun(Pay("baker", "mason", 10));      // 5
  desk_.MustRun(Propose("baker", "mason", 10));  // 6
  desk_.MustRun(Propose("mason", "baker", 10));  // 7
  desk_.MustRun(Accept("t6"));                   // 8: posts for trade 6
  desk_.MustRun(Pay("mason", "baker", 10));      // 9
  desk_.MustRun(Reverse("t9"));                  // 10: posts for trade 9
  desk_.MustRun(Decline("t7"));                  // 11
  desk_.MustRun(Pay("printer", "mason", 10));    // 12
  desk_.MustRun(Together({Payment("baker", "mason", 1),    // 13
                          Payment("mason", "baker", 1),    // 14
                          Sale("baker", "printer", 1)}));  // 15
  EXPECT_EQ(NewestOf("baker", 98), (Numbers{15, 14, 13, 9, 7, 6, 5}));
  EXPECT_EQ(NewestOf("mason", 98), (Numbers{14, 13, 12, 9, 7, 6, 5}));
  EXPECT_EQ(NewestOf("printer", 98), (Numbers{15, 12}));
  for (uint64_t first = 0; first <= 16; ++first) {
    Numbers from;
    Numbers to;
    for (const uint64_t number : Numbers{5, 6, 7, 9, 13, 14, 15}) {
      if (number >= first) from.push_back(number);
      if (number <= first) to.insert(to.begin(), number);
    }
    EXPECT_EQ(OldestOf("baker", first), from) << first;
    EXPECT_EQ(NewestOf("baker", first), to) << first;
  }
}

TEST_F(TradeWalkTest, WhatTwoMembersShareIsWhatBothWalk) {
  desk_.MustRun(Pay("baker", "mason", 10));        // 5
  desk_.MustRun(Pay("baker", "printer", 10));      // 6
  desk_.MustRun(Propose("printer", "mason", 10));  // 7
  desk_.MustRun(Propose("mason", "baker", 10));    // 8
  for (const WalkOrder order :
       {WalkOrder::kNewestFirst, WalkOrder::kOldestFirst}) {
    std::vector<TradeWalkPtr> walks;
    walks.push_back(Of("baker", order));
    walks.push_back(Of("mason", order));
    Numbers numbers = Walk(*WalkAllOf(std::move(walks), order, &budget_), order,
                           order == WalkOrder::kOldestFirst ? 0 : 98);
    std::sort(numbers.begin(), numbers.end());
    EXPECT_EQ(numbers, (Numbers{5, 8}));
  }
}

// Whatever walks are joined, and however small the budget of each turn is: the
// turns together give what the sets say, each once.
TEST_F(TradeWalkTest, WalksThatStopEarlyMissNothing) {
  std::mt19937_64 random(20261128);
  const auto below = [&](uint64_t n) { return random() % n; };
  const std::vector<std::string> members = {"baker", "mason", "printer"};
  std::vector<Numbers> of(3);
  Numbers all;
  for (int i = 0; i < 400; ++i) {
    const size_t seller = below(3);
    const size_t buyer = (seller + 1 + below(2)) % 3;
    const bool paid = below(2) == 0;
    if (paid) {
      desk_.MustRun(Pay(members[seller], members[buyer], 1));
    } else {
      desk_.MustRun(Propose(members[seller], members[buyer], 1));
    }
    const auto number = static_cast<uint64_t>(desk_.state().sequence());
    all.push_back(number);
    of[seller].push_back(number);
    of[buyer].push_back(number);
    if (!paid && below(2) == 0) {
      desk_.MustRun(Accept("t" + std::to_string(number)));
    }
  }
  for (int round = 0; round < 60; ++round) {
    const WalkOrder order =
        below(2) == 0 ? WalkOrder::kNewestFirst : WalkOrder::kOldestFirst;
    const size_t a = below(3);
    const size_t b = below(3);
    const bool both = below(2) == 0;
    Numbers expected;
    if (both) {
      std::set_intersection(of[a].begin(), of[a].end(), of[b].begin(),
                            of[b].end(), std::back_inserter(expected));
    } else {
      std::set_union(of[a].begin(), of[a].end(), of[b].begin(), of[b].end(),
                     std::back_inserter(expected));
    }
    Numbers found;
    uint64_t place = order == WalkOrder::kOldestFirst ? 0 : 10'000;
    const size_t rows = 20 + below(50);
    for (bool ended = false; !ended;) {
      WalkBudget turn(rows);
      const uint64_t begin = place;
      std::vector<TradeWalkPtr> walks;
      for (const size_t member : {a, b}) {
        walks.push_back(WalkTradesOf(snapshot(), MemberNumber{member + 1},
                                     AccountId{member + 1}, order, &turn));
      }
      const TradeWalkPtr walk = both ? WalkAllOf(std::move(walks), order, &turn)
                                     : WalkAnyOf(std::move(walks), order);
      while (true) {
        ASSERT_TRUE(walk->SeekTo(TradeNumber{place}).ok());
        ended = !walk->Valid();
        if (ended) break;
        const auto next = static_cast<uint64_t>(walk->number());
        if (turn.spent()) {
          ASSERT_NE(next, begin) << "the turn came nowhere";
          place = next;
          break;
        }
        place = next;
        found.push_back(place);
        order == WalkOrder::kOldestFirst ? ++place : --place;
      }
      if (!ended && found.size() > all.size()) FAIL() << "it never ends";
    }
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, expected) << "round " << round;
  }
}

TEST_F(TradeWalkTest, TheseTradesAreWalkedInOrderAndOnce) {
  for (const WalkOrder order :
       {WalkOrder::kNewestFirst, WalkOrder::kOldestFirst}) {
    const TradeWalkPtr walk = WalkThese(
        {TradeNumber{7}, TradeNumber{5}, TradeNumber{9}, TradeNumber{5}},
        order);
    EXPECT_FALSE(walk->Valid());
    const bool oldest = order == WalkOrder::kOldestFirst;
    EXPECT_EQ(Walk(*walk, order, oldest ? 6 : 8),
              oldest ? (Numbers{7, 9}) : (Numbers{7, 5}));
  }
}

}  // namespace
}  // namespace skontro::engine
