// What clearing does, in problems that can be worked by hand, and what it
// refuses.

#include "engine/netting/netting.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/netting/problems.h"

namespace skontro::netting {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Clearing, NothingOwedIsNothingCleared) {
  const Solution solution = SolveAndVerify(Problem{});
  EXPECT_EQ(solution.total_minor_units, 0);
  EXPECT_TRUE(solution.is_optimal);
}

TEST(Clearing, ARingIsReducedByItsSmallestDebt) {
  const Solution solution =
      SolveAndVerify(Debts(3, {{0, 1, 100}, {1, 2, 70}, {2, 0, 90}}));
  EXPECT_THAT(solution.set_off_minor_units, ElementsAre(70, 70, 70));
  EXPECT_EQ(solution.total_minor_units, 210);
}

TEST(Clearing, DebtsThatLeadNowhereAreLeftAlone) {
  const Solution solution = SolveAndVerify(
      Debts(5, {{0, 1, 100}, {1, 0, 60}, {1, 2, 50}, {2, 3, 50}, {4, 0, 9}}));
  EXPECT_THAT(solution.set_off_minor_units, ElementsAre(60, 60, 0, 0, 0));
}

// Two short rings beat one long one over the same debt, whichever comes first.
TEST(Clearing, TheMostIsClearedAndNotWhatIsFoundFirst) {
  // 0 -> 1 is shared by the rings 0-1-0 and 0-1-2-3-0.
  const Solution solution = SolveAndVerify(
      Debts(4, {{0, 1, 10}, {1, 0, 10}, {1, 2, 10}, {2, 3, 10}, {3, 0, 10}}));
  EXPECT_THAT(solution.set_off_minor_units, ElementsAre(10, 0, 10, 10, 10));
}

TEST(Clearing, BetweenTwoPartiesTheOldestDueDateGoesFirstThenTheId) {
  const Solution solution = SolveAndVerify(Debts(
      2, {{0, 1, 40, 20}, {0, 1, 30, 10}, {0, 1, 20, 20}, {1, 0, 65, 5}}));
  EXPECT_THAT(solution.set_off_minor_units, ElementsAre(35, 30, 0, 65));
}

TEST(Clearing, AClassIsClearedBeforeALaterOneThatWouldClearMore) {
  // The debt 0 -> 1 closes either with a wage or with two invoices.
  const Solution solution = SolveAndVerify(Debts(3, {{0, 1, 10, 0, 1},
                                                     {1, 0, 10, 0, 0},
                                                     {1, 2, 10, 0, 1},
                                                     {2, 0, 10, 0, 1}}));
  EXPECT_THAT(solution.set_off_minor_units, ElementsAre(10, 10, 0, 0));
  EXPECT_EQ(solution.stages.size(), 2);
}

TEST(Clearing, ALineLetsAChainClearThatIsNoRing) {
  Problem problem = Debts(3, {{0, 1, 100}, {1, 2, 100}});
  AddLine(&problem, 0, 60, 0);
  AddLine(&problem, 2, 0, 1'000);
  const Solution solution = SolveAndVerify(problem);
  EXPECT_THAT(solution.set_off_minor_units, ElementsAre(60, 60));
  EXPECT_EQ(solution.credit_use[0].spent_minor_units, 60);
  EXPECT_EQ(solution.credit_use[1].received_minor_units, 60);
  EXPECT_EQ(solution.spent_minor_units, 60);
}

TEST(Clearing, NothingIsSpentWhereDebtsCloseByThemselves) {
  Problem problem = Debts(2, {{0, 1, 100}, {1, 0, 100}});
  AddLine(&problem, 0, 100, 100);
  AddLine(&problem, 1, 100, 100);
  const Solution solution = SolveAndVerify(problem);
  EXPECT_EQ(solution.total_minor_units, 200);
  EXPECT_EQ(solution.spent_minor_units, 0);
}

TEST(Clearing, ABalanceLimitStopsWhatALineWouldClear) {
  Problem problem = Debts(2, {{0, 1, 100}});
  AddLine(&problem, 0, 100, 0);
  AddLine(&problem, 1, 0, 30);
  EXPECT_EQ(SolveAndVerify(problem).total_minor_units, 30);
}

TEST(Clearing, TheDialAsksForMoreThanItsNumberOfDebts) {
  Problem problem = Debts(4, {{0, 1, 10}, {1, 2, 10}, {2, 3, 10}});
  AddLine(&problem, 0, 10, 0);
  AddLine(&problem, 3, 0, 10);
  problem.leverage = 2;
  EXPECT_EQ(SolveAndVerify(problem).total_minor_units, 30);
  problem.leverage = 3;
  EXPECT_EQ(SolveAndVerify(problem).total_minor_units, 0);
}

TEST(Clearing, AmountsUpToTheLargestSumClear) {
  const int64_t half = kTotalMax / 2;
  Problem problem = Debts(2, {{0, 1, half}, {1, 0, half}});
  EXPECT_EQ(SolveAndVerify(problem).total_minor_units, 2 * half);
  AddLine(&problem, 0, INT64_MAX, INT64_MAX);
  AddLine(&problem, 1, INT64_MAX, INT64_MAX);
  EXPECT_EQ(SolveAndVerify(problem).total_minor_units, 2 * half);
  problem.obligations.pop_back();
  const Solution by_credit = SolveAndVerify(problem);
  EXPECT_EQ(by_credit.total_minor_units, half);
  EXPECT_EQ(by_credit.spent_minor_units, half);
  problem.obligations[0].minor_units = kTotalMax;
  problem.leverage = 0;
  EXPECT_EQ(SolveAndVerify(problem).spent_minor_units, kTotalMax);
}

TEST(Clearing, OneUnitPastTheLargestSumIsRefused) {
  Problem problem = Debts(2, {{0, 1, kTotalMax}, {1, 0, 1}});
  const auto refused = Solve(problem);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("obligations[1].minor_units"));
}

TEST(Clearing, ALongRingClears) {
  std::vector<Owed> ring;
  const uint32_t length = 20'000;
  for (uint32_t i = 0; i < length; ++i) {
    ring.push_back({i, (i + 1) % length, 5 + i % 3});
  }
  const Solution solution = SolveAndVerify(Debts(length, ring));
  EXPECT_EQ(solution.total_minor_units, 5 * int64_t{length});
}

// Ring k joins the parties 0, 1, ..., k, and all of them share the first debts.
TEST(Clearing, OfNestedRingsTheLongestGetTheSharedDebts) {
  std::vector<Owed> debts;
  const uint32_t parties = 200;
  for (uint32_t i = 0; i + 1 < parties; ++i) {
    debts.push_back({i, i + 1, 10});
    debts.push_back({i + 1, 0, 4});
  }
  const Solution solution = SolveAndVerify(Debts(parties, debts));
  // Debt 0 -> 1 closes with 4, 4 and 2 units of the three farthest parties.
  EXPECT_EQ(solution.total_minor_units, 4 * 200 + 4 * 199 + 2 * 198);
}

TEST(Clearing, AHubWithManySpokesClears) {
  std::vector<Owed> debts;
  const uint32_t spokes = 5'000;
  for (uint32_t i = 1; i <= spokes; ++i) {
    debts.push_back({0, i, 7});
    debts.push_back({i, i % spokes + 1, 3});
    debts.push_back({i, 0, 5});
  }
  const Solution solution = SolveAndVerify(Debts(spokes + 1, debts));
  EXPECT_EQ(solution.total_minor_units, int64_t{spokes} * (5 + 5 + 3));
}

TEST(Clearing, SeparateCirclesOfPartiesAreClearedEach) {
  std::vector<Owed> debts;
  for (uint32_t i = 0; i < 3'000; ++i) {
    debts.push_back({3 * i, 3 * i + 1, 5});
    debts.push_back({3 * i + 1, 3 * i, 3});
    debts.push_back({3 * i + 1, 3 * i + 2, 9});
    if (i > 0) debts.push_back({3 * i - 1, 3 * i, 8});
  }
  EXPECT_EQ(SolveAndVerify(Debts(9'000, debts)).total_minor_units, 18'000);
}

// At the work limit.

Problem Large(uint64_t seed) {
  Chance chance(seed);
  return RandomProblem(
      {.parties = 300, .debts = 2'000, .amount_max = 100'000, .lines = 50},
      &chance);
}

TEST(WorkLimit, WhatWasFoundBalancesAndSaysHowFarFromTheBestItIs) {
  Problem problem = Large(1);
  const Solution best = SolveAndVerify(problem);
  ASSERT_TRUE(best.is_optimal);
  bool saw_a_gap = false;
  for (uint64_t limit = 0; limit < best.steps; limit += best.steps / 10) {
    problem.work_limit = limit;
    const Solution solution = SolveAndVerify(problem);
    EXPECT_GT(solution.total_minor_units, best.total_minor_units / 4);
    EXPECT_LE(solution.stages[0].score, best.stages[0].score);
    EXPECT_GE(solution.stages[0].bound, best.stages[0].score);
    saw_a_gap = saw_a_gap || !solution.is_optimal;
  }
  EXPECT_TRUE(saw_a_gap);
  problem.work_limit = best.steps;
  EXPECT_TRUE(SolveAndVerify(problem).is_optimal);
}

TEST(WorkLimit, ALaterClassIsLeftButNoneBeforeItGetsWorse) {
  Chance chance(3);
  Problem problem = RandomProblem(
      {.parties = 200, .debts = 1'500, .amount_max = 1'000, .classes = 3},
      &chance);
  const Solution best = SolveAndVerify(problem);
  size_t stages_seen = 0;
  for (uint64_t limit = 0; limit < best.steps; limit += best.steps / 16) {
    problem.work_limit = limit;
    const Solution solution = SolveAndVerify(problem);
    for (size_t i = 0; i + 1 < solution.stages.size(); ++i) {
      EXPECT_EQ(solution.stages[i].score, best.stages[i].score);
    }
    stages_seen |= size_t{1} << solution.stages.size();
  }
  EXPECT_EQ(stages_seen, 2 + 4 + 8) << "one, two and three stages each";
}

// What is refused.

struct Refused {
  const char* why;
  void (*spoil)(Problem* problem);
  const char* words;
};

TEST(Refusals, NameTheFieldTheValueAndWhatWouldDo) {
  const Refused table[] = {
      {"unknown debtor",
       [](Problem* p) { p->obligations[0].debtor = Party{3}; },
       "obligations[0].debtor"},
      {"unknown creditor",
       [](Problem* p) { p->obligations[1].creditor = Party{0xffffffff}; },
       "obligations[1].creditor"},
      {"a debt to oneself",
       [](Problem* p) { p->obligations[0].creditor = Party{0}; },
       "another party than the debtor"},
      {"zero", [](Problem* p) { p->obligations[0].minor_units = 0; },
       "above zero"},
      {"negative", [](Problem* p) { p->obligations[0].minor_units = -5; },
       "-5"},
      {"the same id twice",
       [](Problem* p) { p->obligations[1].id = p->obligations[0].id; },
       "another id than obligations[0]"},
      {"a line of nobody", [](Problem* p) { AddLine(p, 3, 1, 1); },
       "credit_lines[1].party"},
      {"two lines of one party", [](Problem* p) { AddLine(p, 0, 1, 1); },
       "one credit line for each party"},
      {"a negative line", [](Problem* p) { AddLine(p, 1, -1, 1); },
       "spendable_minor_units"},
      {"a negative limit", [](Problem* p) { AddLine(p, 1, 1, -1); },
       "receivable_minor_units"},
      {"a dial below zero", [](Problem* p) { p->leverage = -1; }, "leverage"},
      {"a dial out of bounds",
       [](Problem* p) { p->leverage = kLeverageMax + 1; }, "leverage"},
      {"a dial over two classes",
       [](Problem* p) {
         p->leverage = 1;
         p->obligations[0].priority_class = 1;
       },
       "several classes"},
      {"too many parties", [](Problem* p) { p->party_count = kPartiesMax + 1; },
       "party_count"},
  };
  for (const Refused& row : table) {
    Problem problem = Debts(3, {{0, 1, 5}, {1, 2, 5}});
    AddLine(&problem, 0, 5, 5);
    row.spoil(&problem);
    const auto refused = Solve(problem);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument)
        << row.why;
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr(row.words))
        << row.why;
  }
}

TEST(Refusals, OneClassTooManyIsRefused) {
  std::vector<Owed> debts;
  for (size_t i = 0; i <= kClassesMax; ++i) {
    debts.push_back({0, 1, 1, 0, static_cast<uint8_t>(i)});
  }
  EXPECT_FALSE(Solve(Debts(2, debts)).ok());
  debts.pop_back();
  EXPECT_EQ(SolveAndVerify(Debts(2, debts)).stages.size(), kClassesMax);
}

}  // namespace
}  // namespace skontro::netting
