// Clearing against the network simplex and the cost scaling of LEMON: two
// solvers that others wrote, by methods that ours is not of.
//
// CostScaling does not end on some graphs, see lemon_flow.h: rings through
// hundreds of parties are compared with the simplex alone.

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "bench/debt_graph.h"
#include "bench/flow_graph.h"
#include "bench/lemon_flow.h"
#include "engine/netting/baselines.h"
#include "engine/netting/what_if.h"
#include "tests/engine/netting/problems.h"

namespace skontro::netting {
namespace {

using bench::Cleared;
using bench::DebtShape;
using bench::FlowArc;
using bench::FlowGraph;
using bench::LemonForm;
using bench::LemonMethod;
using bench::MakeFlowGraph;
using bench::MakePreparedFlowGraph;

enum class Judges { kBoth, kSimplex };

// Stops at the first fault of LEMON's flow: else a wrong total would be blamed
// on us.
bool IsCirculation(const FlowGraph& graph, const std::vector<int64_t>& flow) {
  std::vector<int64_t> balance(graph.node_count);
  if (flow.size() != graph.arcs.size()) return false;
  for (size_t i = 0; i < flow.size(); ++i) {
    const FlowArc& arc = graph.arcs[i];
    if (flow[i] < 0 || flow[i] > arc.capacity) return false;
    balance[arc.tail] -= flow[i];
    balance[arc.head] += flow[i];
  }
  return balance == std::vector<int64_t>(graph.node_count);
}

// What LEMON clears.
Cleared Judged(const FlowGraph& graph, LemonMethod method, LemonForm form) {
  const std::vector<int64_t> flow = LeastCostFlow(graph, method, form);
  EXPECT_TRUE(IsCirculation(graph, flow));
  return ClearedBy(graph, flow);
}

void ExpectJudged(const FlowGraph& graph, const Cleared& ours, Judges judges) {
  EXPECT_EQ(Judged(graph, LemonMethod::kNetworkSimplex, LemonForm::kComplement),
            ours);
  if (judges == Judges::kSimplex) return;
  EXPECT_EQ(Judged(graph, LemonMethod::kCostScaling, LemonForm::kCirculation),
            ours);
  EXPECT_EQ(Judged(graph, LemonMethod::kCostScaling, LemonForm::kComplement),
            ours);
}

// Returns what was cleared, by our solver and by all judges.
Cleared ExpectAgreement(const Problem& problem, Judges judges = Judges::kBoth) {
  const Solution solution = SolveAndVerify(problem);
  EXPECT_TRUE(solution.is_optimal);
  const Cleared ours{solution.total_minor_units, solution.spent_minor_units};
  ExpectJudged(MakeFlowGraph(problem), ours, judges);
  return ours;
}

Judges JudgesOf(DebtShape shape) {
  const bool is_ring =
      shape == DebtShape::kRing || shape == DebtShape::kNestedRings;
  return is_ring ? Judges::kSimplex : Judges::kBoth;
}

// With ids that go on after those that are there, and parties too.
void Join(const Problem& other, Problem* problem) {
  const uint32_t shift = problem->party_count;
  problem->party_count += other.party_count;
  for (Obligation owed : other.obligations) {
    owed.id = ObligationId{problem->obligations.size() + 1};
    owed.debtor = Party{static_cast<uint32_t>(owed.debtor) + shift};
    owed.creditor = Party{static_cast<uint32_t>(owed.creditor) + shift};
    problem->obligations.push_back(owed);
  }
}

TEST(LemonTest, EveryShapeOfDebtsIsClearedAsFarAsLemonClearsIt) {
  for (const DebtShape shape : bench::kDebtShapes) {
    for (uint64_t seed = 1; seed <= 2; ++seed) {
      for (const uint32_t firms : {12U, 61U, 250U}) {
        SCOPED_TRACE(std::string(NameOf(shape)) + " of " +
                     std::to_string(firms) + ", seed " + std::to_string(seed));
        const auto degree = static_cast<uint32_t>(2 * seed + 1);
        const Problem problem =
            bench::MakeProblem({shape, firms, degree, seed});
        const Cleared cleared = ExpectAgreement(problem, JudgesOf(shape));
        EXPECT_LE(cleared.debt_minor_units,
                  TotalDebt(problem) - NetInternalDebt(problem));
      }
    }
  }
}

TEST(LemonTest, ANetworkOfAThousandFirmsIsClearedAsFarAsLemonClearsIt) {
  const Problem problem = bench::MakeProblem({DebtShape::kTrade, 1'000, 5, 11});
  EXPECT_GT(ExpectAgreement(problem).debt_minor_units, 0);
}

TEST(LemonTest, WithLinesTheMostIsClearedAndThenTheLeastIsSpentAsByLemon) {
  for (const DebtShape shape :
       {DebtShape::kTrade, DebtShape::kUniform, DebtShape::kTiers,
        DebtShape::kHub, DebtShape::kBipartite}) {
    for (const int64_t share_ppm : {10'000, 200'000, 1'000'000}) {
      SCOPED_TRACE(NameOf(shape));
      Problem problem = bench::MakeProblem({shape, 200, 5, 3});
      AddLinesByTurnover(share_ppm, &problem);
      EXPECT_GT(ExpectAgreement(problem).spent_minor_units, 0);
    }
  }
}

TEST(LemonTest, TheDialSpendsWhatLemonSpends) {
  int64_t spent_before = std::numeric_limits<int64_t>::max();
  for (const int32_t leverage : {0, 1, 2, 5}) {
    SCOPED_TRACE(leverage);
    Problem problem = bench::MakeProblem({DebtShape::kTrade, 300, 5, 8});
    AddLinesByTurnover(200'000, &problem);
    problem.leverage = leverage;
    const int64_t spent = ExpectAgreement(problem).spent_minor_units;
    EXPECT_LE(spent, spent_before);
    spent_before = spent;
  }
}

TEST(LemonTest, SmallGraphsWithParallelDebtsAndLinesOfAnySizeAgree) {
  Chance chance(12);
  int with_spending = 0;
  for (uint32_t i = 0; i < 250; ++i) {
    SCOPED_TRACE(i);
    const Problem problem = RandomProblem({.parties = 2 + i % 12,
                                           .debts = 5 + i % 40,
                                           .amount_max = 50,
                                           .lines = i % 7,
                                           .leverage_max = 3},
                                          &chance);
    if (ExpectAgreement(problem).spent_minor_units > 0) ++with_spending;
  }
  EXPECT_GT(with_spending, 60);
}

TEST(LemonTest, AHubThatEverybodyOwesAndIsOwedByAgrees) {
  Chance chance(13);
  std::vector<Owed> debts;
  for (uint32_t firm = 1; firm < 400; ++firm) {
    debts.push_back({firm, 0, chance.Between(1, 1'000)});
    debts.push_back({0, firm, chance.Between(1, 1'000)});
    debts.push_back({firm, 1 + (firm * 7) % 399, chance.Between(1, 100)});
    if (debts.back().debtor == debts.back().creditor) debts.pop_back();
  }
  EXPECT_GT(ExpectAgreement(Debts(400, debts)).debt_minor_units, 0);
}

TEST(LemonTest, ALongRingWithShortCutsAgrees) {
  Chance chance(14);
  std::vector<Owed> debts;
  for (uint32_t firm = 0; firm < 1'500; ++firm) {
    debts.push_back({firm, (firm + 1) % 1'500, chance.Between(50, 99)});
    if (firm % 100 == 7) {
      debts.push_back({firm, (firm + 731) % 1'500, chance.Between(1, 60)});
    }
  }
  EXPECT_GE(
      ExpectAgreement(Debts(1'500, debts), Judges::kSimplex).debt_minor_units,
      1'500 * 50);
}

TEST(LemonTest, ManyDebtsBetweenTheSameTwoCountAsOne) {
  Chance chance(15);
  std::vector<Owed> debts;
  for (int i = 0; i < 300; ++i) {
    const auto debtor = static_cast<uint32_t>(chance.Below(6));
    debts.push_back({debtor, (debtor + 1 + static_cast<uint32_t>(i % 2)) % 6,
                     chance.Between(1, 9)});
  }
  const Problem problem = Debts(6, debts);
  const Cleared cleared = ExpectAgreement(problem);
  ExpectJudged(MakePreparedFlowGraph(problem), cleared, Judges::kBoth);
}

TEST(LemonTest, GraphsThatDoNotTouchClearWhatEachClearsAlone) {
  Problem together;
  Cleared sum;
  for (const DebtShape shape : {DebtShape::kTrade, DebtShape::kTiers,
                                DebtShape::kUniform, DebtShape::kHub}) {
    const Problem part = bench::MakeProblem({shape, 100, 4, 21});
    sum.debt_minor_units += ExpectAgreement(part).debt_minor_units;
    Join(part, &together);
  }
  EXPECT_EQ(ExpectAgreement(together), sum);
}

TEST(LemonTest, WhatIsPreparedForLemonClearsTheSame) {
  for (const DebtShape shape : bench::kDebtShapes) {
    SCOPED_TRACE(NameOf(shape));
    Problem problem = bench::MakeProblem({shape, 150, 3, 31});
    if (shape != DebtShape::kHuge) AddLinesByTurnover(50'000, &problem);
    const Cleared cleared = ExpectAgreement(problem, Judges::kSimplex);
    ExpectJudged(MakePreparedFlowGraph(problem), cleared, Judges::kSimplex);
  }
}

// LEMON takes a debt to oneself for a ring of one. We refuse it: whoever
// writes such a list should hear of it.
TEST(LemonTest, DebtsToOneselfAreAllThatLemonClearsBeyondUs) {
  const Problem without = bench::MakeProblem({DebtShape::kTrade, 100, 5, 41});
  Problem with = without;
  int64_t to_oneself = 0;
  for (uint32_t firm = 0; firm < 100; firm += 9) {
    with.obligations.push_back({ObligationId{with.obligations.size() + 1},
                                Party{firm}, Party{firm}, 1 + firm});
    to_oneself += 1 + firm;
  }
  EXPECT_EQ(Solve(with).status().code(), absl::StatusCode::kInvalidArgument);
  Cleared expected = ExpectAgreement(without);
  expected.debt_minor_units += to_oneself;
  ExpectJudged(MakeFlowGraph(with), expected, Judges::kBoth);
}

TEST(LemonTest, AmountsUpToTheLargestTotalAgreeToTheUnit) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = bench::MakeProblem(
        {DebtShape::kHuge, 80, static_cast<uint32_t>(1 + seed), seed});
    EXPECT_EQ(TotalDebt(problem), kTotalMax);
    EXPECT_GT(ExpectAgreement(problem).debt_minor_units, kTotalMax / 100);
  }
}

TEST(LemonTest, ARingOfTheLargestTotalIsClearedToTheLastUnit) {
  const int64_t each = kTotalMax / 3;
  const Problem problem =
      Debts(3, {{0, 1, each}, {1, 2, each}, {2, 0, kTotalMax - 2 * each}});
  EXPECT_EQ(ExpectAgreement(problem).debt_minor_units, 3 * each);
}

TEST(LemonTest, LargeAmountsWithLinesAgreeToTheUnit) {
  Problem problem = bench::MakeProblem({DebtShape::kUniform, 80, 4, 5});
  int64_t total = 0;
  Chance chance(51);
  const auto count = static_cast<int64_t>(problem.obligations.size());
  for (Obligation& owed : problem.obligations) {
    owed.minor_units = chance.Between(1, kTotalMax / 3 / count);
    total += owed.minor_units;
  }
  EXPECT_GT(total, kTotalMax / 10);
  AddLinesByTurnover(100'000, &problem);
  EXPECT_GT(ExpectAgreement(problem).spent_minor_units, 0);
}

}  // namespace
}  // namespace skontro::netting
