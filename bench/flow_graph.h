// A problem of clearing as a textbook has it: nodes, and arcs with a capacity
// and a cost. What other solvers are given, for tests and benchmarks.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_BENCH_FLOW_GRAPH_H_
#define SKONTRO_BENCH_FLOW_GRAPH_H_

#include <cstdint>
#include <vector>

#include "bench/lemon_flow.h"
#include "engine/netting/netting.h"

namespace skontro::bench {

// An arc for each obligation, be it to oneself, one from the pool to each party
// that may spend, and one back from each that may receive. Costs are those of
// docs/clearing.md: -2, 2 * leverage + 1, and 0. Shares nothing with the solver
// but the problem.
//
// Lines are cut to what a party owes, or is owed, in all: more it cannot use.
//
// REQUIRES: all obligations are of one class, and with those of a party to
// itself they add up to no more than netting::kTotalMax; without credit lines,
// or else to no more than a third of it, since LEMON adds up in an int64.
FlowGraph MakeFlowGraph(const netting::Problem& problem);

// The same for who solves it with nothing prepared: parallel debts are one arc,
// and what cannot be on a ring is left out, nodes too. With what Solve() itself
// does first, so that both solve the same.
FlowGraph MakePreparedFlowGraph(const netting::Problem& problem);

struct Cleared {
  int64_t debt_minor_units = 0;
  int64_t spent_minor_units = 0;

  friend bool operator==(const Cleared&, const Cleared&) = default;
};

// What a flow, by arc of the graph, comes to.
Cleared ClearedBy(const FlowGraph& graph, const std::vector<int64_t>& flow);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_FLOW_GRAPH_H_
