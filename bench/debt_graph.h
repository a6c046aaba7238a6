// Graphs of debts at random from a seed, for tests and benchmarks of clearing.
// Integers alone: a seed gives the same graph on every machine.
//
// What decides how much of a graph clears is how many firms both owe and are
// owed: a graph of traders clears a quarter of its debt, tiers of suppliers
// next to nothing.
//
// Thread safety: pure functions.

#ifndef SKONTRO_BENCH_DEBT_GRAPH_H_
#define SKONTRO_BENCH_DEBT_GRAPH_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/netting/netting.h"

namespace skontro::bench {

enum class DebtShape {
  // Firms of very different sizes (Pareto 1.5, up to the root of the number of
  // debts) that owe and are owed about as much as they are large (times a
  // lognormal of 0.8 each); the amounts are lognormal, e^11.5 cents at the
  // median, with a sigma of 1.5.
  kTrade,
  // The same with amounts of a heavier tail: Pareto 1.2.
  kHeavyTail,
  // Each debt between two firms drawn uniformly (Erdos and Renyi).
  kUniform,
  // Six tiers that owe the next one; one debt in a hundred goes anywhere.
  kTiers,
  // kTrade with one firm that a tenth of all owe, and that owes a tenth.
  kHub,
  // One ring through all firms. Not of the degree.
  kRing,
  // A chain through all firms, with a debt back to its begin from every firm:
  // each ring is inside all longer ones. Not of the degree.
  kNestedRings,
  // One half owes the other, and one firm in fifty is owed something back.
  kBipartite,
  // kUniform with amounts that add up to the largest total there may be.
  kHuge,
};

inline constexpr DebtShape kDebtShapes[] = {
    DebtShape::kTrade,       DebtShape::kHeavyTail, DebtShape::kUniform,
    DebtShape::kTiers,       DebtShape::kHub,       DebtShape::kRing,
    DebtShape::kNestedRings, DebtShape::kBipartite, DebtShape::kHuge};

// trade, heavy-tail, uniform, tiers, hub, ring, nested-rings, bipartite, huge.
const char* NameOf(DebtShape shape);
std::optional<DebtShape> ShapeNamed(std::string_view name);

struct DebtGraph {
  DebtShape shape = DebtShape::kTrade;
  uint32_t firms = 1'000;
  uint32_t degree = 10;  // Debts for each firm, on the average.
  uint64_t seed = 1;
};

// The debts of the graph, with ids from 1 on; the same two firms may have more
// than one. No credit lines.
// REQUIRES: at least 12 firms; firms * degree, above zero, is at most
// netting::kObligationsMax.
netting::Problem MakeProblem(const DebtGraph& graph);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_DEBT_GRAPH_H_
