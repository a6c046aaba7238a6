// Clearing against brute force: small problems, all of them or many.

#include "tests/engine/netting/brute_force.h"

#include <vector>

#include "gtest/gtest.h"
#include "tests/engine/netting/problems.h"

namespace skontro::netting {
namespace {

std::vector<int64_t> ScoresOf(const Solution& solution) {
  std::vector<int64_t> scores;
  for (const Stage& stage : solution.stages) {
    scores.push_back(static_cast<int64_t>(stage.score));
  }
  return scores;
}

void ExpectBest(const Problem& problem) {
  const Solution solution = SolveAndVerify(problem);
  EXPECT_TRUE(solution.is_optimal);
  EXPECT_EQ(ScoresOf(solution), BestScores(problem));
}

// The graph of this number: its digits to the base of amount_max + 1 are the
// debts from each party to each other one.
Problem Numbered(uint64_t number, uint32_t parties, int64_t amount_max) {
  std::vector<Owed> debts;
  for (uint32_t debtor = 0; debtor < parties; ++debtor) {
    for (uint32_t creditor = 0; creditor < parties; ++creditor) {
      if (debtor == creditor) continue;
      const auto base = static_cast<uint64_t>(amount_max) + 1;
      const auto amount = static_cast<int64_t>(number % base);
      number /= base;
      if (amount > 0) debts.push_back({debtor, creditor, amount});
    }
  }
  return Debts(parties, debts);
}

TEST(BruteForce, EveryGraphOfThreePartiesAndUpToThreeUnitsIsClearedBest) {
  for (uint64_t number = 0; number < 4096; ++number) {
    ExpectBest(Numbered(number, 3, 3));
  }
}

TEST(BruteForce, EveryGraphOfFourPartiesAndOneUnitIsClearedBest) {
  for (uint64_t number = 0; number < 4096; ++number) {
    ExpectBest(Numbered(number, 4, 1));
  }
}

TEST(BruteForce, GraphsOfFourAndFivePartiesAreClearedBest) {
  Chance chance(4);
  for (int i = 0; i < 400; ++i) {
    ExpectBest(RandomProblem({.parties = 4, .debts = 9}, &chance));
    ExpectBest(RandomProblem({.parties = 5, .debts = 9}, &chance));
  }
}

TEST(BruteForce, WithLinesTheMostIsClearedAndThenTheLeastIsSpent) {
  Chance chance(5);
  for (int i = 0; i < 800; ++i) {
    ExpectBest(RandomProblem(
        {.parties = 4, .debts = 6, .lines = static_cast<uint32_t>(i % 5)},
        &chance));
  }
}

TEST(BruteForce, TheDialSpendsOnlyWhereItClearsMoreThanItAsks) {
  Chance chance(6);
  for (int i = 0; i < 800; ++i) {
    ExpectBest(RandomProblem(
        {.parties = 5, .debts = 6, .lines = 3, .leverage_max = 4}, &chance));
  }
}

TEST(BruteForce, ClassesAreClearedInTheirOrder) {
  Chance chance(7);
  for (int i = 0; i < 800; ++i) {
    ExpectBest(RandomProblem({.parties = 4,
                              .debts = 7,
                              .lines = static_cast<uint32_t>(i % 3),
                              .classes = static_cast<uint8_t>(2 + i % 3)},
                             &chance));
  }
}

}  // namespace
}  // namespace skontro::netting
