// What clearing says of its reasons, held against solving once more.

#include "engine/netting/explanation.h"

#include <vector>

#include "engine/netting/baselines.h"
#include "gtest/gtest.h"
#include "tests/engine/netting/problems.h"

namespace skontro::netting {
namespace {

std::vector<Explanation> ExplainAll(const Problem& problem,
                                    const Solution& solution) {
  const Explainer explainer(problem, solution);
  std::vector<Explanation> all;
  for (size_t i = 0; i < problem.obligations.size(); ++i) {
    all.push_back(explainer.Explain(i));
  }
  return all;
}

std::vector<Standing> StandingsOf(const Problem& problem) {
  std::vector<Standing> standings;
  for (const Explanation& each : ExplainAll(problem, SolveAndVerify(problem))) {
    standings.push_back(each.standing);
  }
  return standings;
}

TEST(Explanation, SaysWhatIsClearedWhatHasNoRingAndWhatWouldCostMore) {
  const Problem problem =
      Debts(4, {{0, 1, 10}, {1, 0, 10}, {1, 2, 10}, {2, 0, 10}, {0, 3, 5}});
  EXPECT_EQ(StandingsOf(problem),
            (std::vector<Standing>{Standing::kCleared, Standing::kWorse,
                                   Standing::kCleared, Standing::kCleared,
                                   Standing::kNoRing}));
}

TEST(Explanation, WhatUsedUpTheOnlyChainBackIsNotCalledWithoutRing) {
  EXPECT_EQ(StandingsOf(Debts(2, {{0, 1, 10}, {1, 0, 6}})),
            (std::vector<Standing>{Standing::kUsedUp, Standing::kCleared}));
}

TEST(Explanation, OfTwoEqualRingsTheOneThatIsLeftIsATie) {
  const Problem problem =
      Debts(4, {{0, 1, 10}, {1, 2, 10}, {2, 0, 10}, {1, 3, 10}, {3, 0, 10}});
  const Solution solution = SolveAndVerify(problem);
  for (const Explanation& each : ExplainAll(problem, solution)) {
    EXPECT_TRUE(each.standing == Standing::kCleared ||
                each.standing == Standing::kTie);
  }
}

// The problem with all that the debtor of an obligation owes its creditor as
// one obligation: one unit more than what of it is set off, in a class that
// goes first.
Problem Forced(const Problem& problem, const Solution& solution, size_t at) {
  const Obligation& wanted = problem.obligations[at];
  Problem forced;
  forced.party_count = problem.party_count;
  forced.obligations = {wanted};
  forced.obligations[0].minor_units = 1;
  for (size_t i = 0; i < problem.obligations.size(); ++i) {
    Obligation owed = problem.obligations[i];
    if (owed.debtor == wanted.debtor && owed.creditor == wanted.creditor) {
      forced.obligations[0].minor_units += solution.set_off_minor_units[i];
      continue;
    }
    owed.priority_class = 1;
    forced.obligations.push_back(owed);
  }
  return forced;
}

// If one unit more of an obligation must be cleared, what is best then is worse
// by what was said, and a tie is as good.
TEST(Explanation, OneMoreUnitCostsWhatIsSaid) {
  Chance chance(31);
  int worse = 0;
  int ties = 0;
  for (int i = 0; i < 60; ++i) {
    const Problem problem =
        RandomProblem({.parties = 7, .debts = 20, .amount_max = 30}, &chance);
    const Solution solution = SolveAndVerify(problem);
    const auto all = ExplainAll(problem, solution);
    for (size_t at = 0; at < all.size(); ++at) {
      if (all[at].standing < Standing::kTie) continue;
      const Problem forced = Forced(problem, solution, at);
      const Solution other = SolveAndVerify(forced);
      ASSERT_EQ(other.stages[0].score, 2 * forced.obligations[0].minor_units);
      EXPECT_EQ(2 * other.total_minor_units,
                2 * solution.total_minor_units - all[at].score_lost);
      ++(all[at].standing == Standing::kTie ? ties : worse);
    }
  }
  EXPECT_GT(worse, 20);
  EXPECT_GT(ties, 5);
}

TEST(Explanation, TheValueOfALineIsWhatOneMoreUnitOfItClears) {
  Chance chance(32);
  int worth_something = 0;
  for (int i = 0; i < 60; ++i) {
    Problem problem = RandomProblem({.parties = 8,
                                     .debts = 18,
                                     .amount_max = 20,
                                     .lines = 8,
                                     .leverage_max = i % 3},
                                    &chance);
    const Solution solution = SolveAndVerify(problem);
    const auto values = Explainer(problem, solution).LineValues();
    ASSERT_TRUE(values.ok());
    for (CreditLine& line : problem.credit_lines) {
      ++line.spendable_minor_units;
      const Solution more = SolveAndVerify(problem);
      --line.spendable_minor_units;
      const LineValue& value = (*values)[static_cast<size_t>(line.party)];
      EXPECT_EQ(more.stages[0].score - solution.stages[0].score, value.score);
      if (value.score > 0) {
        ++worth_something;
        EXPECT_EQ(more.total_minor_units - solution.total_minor_units,
                  value.debt_minor_units);
      }
    }
  }
  EXPECT_GT(worth_something, 50);
}

TEST(Explanation, TheValueOfALineIsNotSaidForSeveralClasses) {
  const Problem problem = Debts(2, {{0, 1, 5, 0, 0}, {1, 0, 5, 0, 1}});
  const Solution solution = SolveAndVerify(problem);
  const auto values = Explainer(problem, solution).LineValues();
  EXPECT_EQ(values.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Baselines, AreBelowTheBestAndBelowTheBound) {
  Chance chance(33);
  for (int i = 0; i < 50; ++i) {
    const Problem problem =
        RandomProblem({.parties = 20, .debts = 80, .amount_max = 99}, &chance);
    const int64_t best = SolveAndVerify(problem).total_minor_units;
    EXPECT_LE(BilateralTotal(problem), best);
    EXPECT_LE(RingByRingTotal(problem), best);
    EXPECT_GT(RingByRingTotal(problem), 0);
    EXPECT_LE(best, TotalDebt(problem) - NetInternalDebt(problem));
  }
}

TEST(Baselines, OfAWorkedExample) {
  // Both rings need 0 -> 1; the shorter is met first.
  const Problem problem =
      Debts(4, {{0, 1, 10}, {1, 0, 6}, {1, 2, 10}, {2, 3, 10}, {3, 0, 10}});
  EXPECT_EQ(TotalDebt(problem), 46);
  EXPECT_EQ(NetInternalDebt(problem), 6);
  EXPECT_EQ(BilateralTotal(problem), 12);
  EXPECT_EQ(RingByRingTotal(problem), 12 + 16);
  EXPECT_EQ(SolveAndVerify(problem).total_minor_units, 40);
}

}  // namespace
}  // namespace skontro::netting
