// Graphs of debts: the same from a seed on every machine, of the shapes that
// they are said to be, and clearing of them comes to what is published.

#include "bench/debt_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "engine/netting/baselines.h"
#include "engine/netting/certificate.h"
#include "engine/netting/what_if.h"

namespace skontro::bench {
namespace {

using netting::Obligation;
using netting::Problem;
using netting::Solution;

// FNV-1a over all numbers of the obligations.
uint64_t HashOf(const Problem& problem) {
  uint64_t hash = 14'695'981'039'346'656'037U;
  const auto add = [&hash](uint64_t word) {
    for (int shift = 0; shift < 64; shift += 8) {
      hash = (hash ^ (word >> shift & 0xff)) * 1'099'511'628'211U;
    }
  };
  for (const Obligation& owed : problem.obligations) {
    add(static_cast<uint64_t>(owed.debtor));
    add(static_cast<uint64_t>(owed.creditor));
    add(static_cast<uint64_t>(owed.minor_units));
  }
  return hash;
}

Solution SolveAndVerify(const Problem& problem) {
  const absl::StatusOr<Solution> solution = netting::Solve(problem);
  EXPECT_TRUE(solution.ok()) << solution.status();
  if (!solution.ok()) return {};
  EXPECT_TRUE(solution->is_optimal);
  EXPECT_EQ(netting::Verify(problem, *solution), absl::OkStatus());
  return *solution;
}

double PercentOf(int64_t part, int64_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// Of the total debt.
double ClearedPercent(const DebtGraph& graph) {
  const Problem problem = MakeProblem(graph);
  return PercentOf(SolveAndVerify(problem).total_minor_units,
                   netting::TotalDebt(problem));
}

TEST(DebtGraphTest, AShapeIsFoundByItsNameAndNoOtherWordIs) {
  for (const DebtShape shape : kDebtShapes) {
    EXPECT_EQ(ShapeNamed(NameOf(shape)), shape);
  }
  EXPECT_EQ(ShapeNamed("Trade"), std::nullopt);
  EXPECT_EQ(ShapeNamed(""), std::nullopt);
}

TEST(DebtGraphTest, ASeedGivesTheSameDebtsOnEveryMachine) {
  const std::map<std::string, uint64_t> expected = {
      {"trade", 3237115942228412227U},
      {"heavy-tail", 15215049368265135747U},
      {"uniform", 5699250308648777094U},
      {"tiers", 6417494101778214780U},
      {"hub", 8415617620072796166U},
      {"ring", 6362876125892429046U},
      {"nested-rings", 17009220328484992861U},
      {"bipartite", 11505539204506258506U},
      {"huge", 17596537383926800498U}};
  for (const DebtShape shape : kDebtShapes) {
    const Problem problem = MakeProblem({shape, 1'000, 5, 7});
    EXPECT_EQ(HashOf(problem), expected.at(NameOf(shape))) << NameOf(shape);
    EXPECT_NE(HashOf(MakeProblem({shape, 1'000, 5, 8})), HashOf(problem));
  }
}

TEST(DebtGraphTest, EveryShapeIsAProblemThatIsSolvedAndVerified) {
  for (const DebtShape shape : kDebtShapes) {
    SCOPED_TRACE(NameOf(shape));
    for (const uint32_t firms : {12U, 13U, 500U}) {
      Problem problem = MakeProblem({shape, firms, 4, 1});
      EXPECT_LE(problem.obligations.size(), size_t{firms} * 4 + firms);
      SolveAndVerify(problem);
      netting::AddLinesByTurnover(100'000, &problem);
      SolveAndVerify(problem);
    }
  }
}

TEST(DebtGraphTest, TheHugeShapeOwesTheLargestTotalThereMayBe) {
  const Problem problem = MakeProblem({DebtShape::kHuge, 300, 5, 3});
  EXPECT_EQ(netting::TotalDebt(problem), netting::kTotalMax);
}

TEST(DebtGraphTest, AHubOwesATenthOfAllAndIsOwedByATenth) {
  const Problem problem = MakeProblem({DebtShape::kHub, 1'000, 5, 3});
  int owes = 0;
  int is_owed = 0;
  for (const Obligation& owed : problem.obligations) {
    if (owed.debtor == netting::Party{0}) ++owes;
    if (owed.creditor == netting::Party{0}) ++is_owed;
  }
  EXPECT_GE(owes, 95);
  EXPECT_GE(is_owed, 95);
}

// A ring of all: what clears is all firms times the smallest debt.
TEST(DebtGraphTest, ARingOfAllFirmsClearsTheSmallestDebtOfEach) {
  const Problem problem = MakeProblem({DebtShape::kRing, 700, 1, 3});
  int64_t smallest = netting::kTotalMax;
  for (const Obligation& owed : problem.obligations) {
    smallest = std::min(smallest, owed.minor_units);
  }
  EXPECT_EQ(SolveAndVerify(problem).total_minor_units, 700 * smallest);
}

// Design figures (published shares of real networks are between 1 and 67 %):
// traders clear a quarter, and tiers of suppliers next to nothing.
TEST(DebtGraphTest, TradersClearAQuarterAndTiersNextToNothing) {
  EXPECT_NEAR(ClearedPercent({DebtShape::kTrade, 10'000, 5, 1}), 17.96, 2);
  EXPECT_NEAR(ClearedPercent({DebtShape::kTrade, 10'000, 10, 1}), 26.25, 2);
  EXPECT_NEAR(ClearedPercent({DebtShape::kTrade, 10'000, 20, 1}), 33.98, 2);
  const double tiers = ClearedPercent({DebtShape::kTiers, 10'000, 5, 1});
  EXPECT_GT(tiers, 0.1);
  EXPECT_LT(tiers, 4);
}

// Sardex invoices (Fleischman, Dini and Littera 2020): a quarter of the debt
// clears by itself and half with mutual credit. Here the same comes of lines of
// 20 % of the debt in proportion to turnover, of which two thirds are spent.
TEST(DebtGraphTest, ClearingOfAQuarterBecomesHalfWithLinesOfAFifthOfTheDebt) {
  const struct {
    int64_t lines_percent;
    double cleared_percent;
    double spent_percent;
  } rows[] = {{0, 26.25, 0},     {1, 28.99, 0.87},  {5, 35.54, 3.63},
              {10, 41.27, 6.86}, {20, 49.79, 12.1}, {50, 66.64, 24.39}};
  int64_t cleared_before = 0;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.lines_percent);
    Problem problem = MakeProblem({DebtShape::kTrade, 10'000, 10, 1});
    netting::AddLinesByTurnover(row.lines_percent * 10'000, &problem);
    const Solution solution = SolveAndVerify(problem);
    const int64_t debt = netting::TotalDebt(problem);
    EXPECT_NEAR(PercentOf(solution.total_minor_units, debt),
                row.cleared_percent, 2);
    EXPECT_NEAR(PercentOf(solution.spent_minor_units, debt), row.spent_percent,
                1);
    EXPECT_GT(solution.total_minor_units, cleared_before);
    cleared_before = solution.total_minor_units;
  }
}

}  // namespace
}  // namespace skontro::bench
