// The graph of a problem: one arc for all obligations of a class from one
// debtor to one creditor, and the arcs of the pool, sorted by tail and head.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_ENGINE_NETTING_CLAIM_GRAPH_H_
#define SKONTRO_ENGINE_NETTING_CLAIM_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "engine/netting/netting.h"

namespace skontro::netting {

// OK, or what Solve() refuses the problem for.
absl::Status CheckProblem(const Problem& problem);

// What an arc is: the class of its obligations, or one of the pool's.
using ArcKind = uint16_t;
inline constexpr ArcKind kSpending = 256;   // From the pool to a party.
inline constexpr ArcKind kReceiving = 257;  // From a party to the pool.

struct ClaimGraph {
  uint32_t node_count = 0;  // The parties, and the pool behind them.
  // Arcs of node v: first[v] to first[v + 1].
  std::vector<uint32_t> first;
  std::vector<uint32_t> head;
  std::vector<ArcKind> kind;
  std::vector<int64_t> capacity;
  // Places of the obligations in the problem, in the order of the arcs; within
  // an arc, oldest due date first, then id.
  std::vector<uint32_t> obligations;

  uint32_t pool() const { return node_count - 1; }
};

// REQUIRES: CheckProblem(problem) is OK.
ClaimGraph MakeClaimGraph(const Problem& problem);

// A solution with the set-offs and the credit use that `flow`, by arc, means.
// The flow of an arc goes to its obligations in their order.
Solution Allocate(const Problem& problem, const ClaimGraph& graph,
                  const std::vector<int64_t>& flow);

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_CLAIM_GRAPH_H_
