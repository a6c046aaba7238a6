#include "bench/flow_graph.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "engine/netting/claim_graph.h"
#include "engine/netting/components.h"

namespace skontro::bench {
namespace {

constexpr int32_t kDebtCost = -2;
constexpr uint32_t kLeftOut = std::numeric_limits<uint32_t>::max();

int32_t SpendingCost(const netting::Problem& problem) {
  return 2 * problem.leverage + 1;
}

// By party, what it owes and what it is owed.
struct Turnover {
  explicit Turnover(const netting::Problem& problem)
      : debts(problem.party_count), claims(problem.party_count) {
    for (const netting::Obligation& owed : problem.obligations) {
      debts[static_cast<size_t>(owed.debtor)] += owed.minor_units;
      claims[static_cast<size_t>(owed.creditor)] += owed.minor_units;
    }
  }

  std::vector<int64_t> debts;
  std::vector<int64_t> claims;
};

}  // namespace

FlowGraph MakeFlowGraph(const netting::Problem& problem) {
  FlowGraph graph;
  const uint32_t pool = problem.party_count;
  graph.node_count = problem.party_count + 1;
  for (const netting::Obligation& owed : problem.obligations) {
    graph.arcs.push_back({static_cast<uint32_t>(owed.debtor),
                          static_cast<uint32_t>(owed.creditor),
                          owed.minor_units, kDebtCost});
  }
  const Turnover turnover(problem);
  for (const netting::CreditLine& line : problem.credit_lines) {
    const auto party = static_cast<uint32_t>(line.party);
    graph.arcs.push_back(
        {pool, party,
         std::min(line.spendable_minor_units, turnover.debts[party]),
         SpendingCost(problem)});
    graph.arcs.push_back(
        {party, pool,
         std::min(line.receivable_minor_units, turnover.claims[party]), 0});
  }
  std::stable_sort(
      graph.arcs.begin(), graph.arcs.end(),
      [](const FlowArc& a, const FlowArc& b) { return a.tail < b.tail; });
  return graph;
}

FlowGraph MakePreparedFlowGraph(const netting::Problem& problem) {
  const netting::ClaimGraph claims = netting::MakeClaimGraph(problem);
  const netting::Components components =
      netting::FindComponents(claims.first, claims.head);
  std::vector<uint32_t> place(claims.node_count, kLeftOut);
  FlowGraph graph;
  for (uint32_t node = 0; node < claims.node_count; ++node) {
    const uint32_t c = components.component[node];
    if (components.first[c + 1] - components.first[c] == 1) continue;
    place[node] = graph.node_count++;
  }
  const Turnover turnover(problem);
  for (uint32_t tail = 0; tail < claims.node_count; ++tail) {
    for (uint32_t arc = claims.first[tail]; arc < claims.first[tail + 1];
         ++arc) {
      const uint32_t head = claims.head[arc];
      if (components.component[tail] != components.component[head]) continue;
      int64_t capacity = claims.capacity[arc];
      int32_t cost = kDebtCost;
      if (claims.kind[arc] == netting::kSpending) {
        capacity = std::min(capacity, turnover.debts[head]);
        cost = SpendingCost(problem);
      } else if (claims.kind[arc] == netting::kReceiving) {
        capacity = std::min(capacity, turnover.claims[tail]);
        cost = 0;
      }
      graph.arcs.push_back({place[tail], place[head], capacity, cost});
    }
  }
  return graph;
}

Cleared ClearedBy(const FlowGraph& graph, const std::vector<int64_t>& flow) {
  Cleared cleared;
  for (size_t i = 0; i < graph.arcs.size(); ++i) {
    if (graph.arcs[i].cost < 0) cleared.debt_minor_units += flow[i];
    if (graph.arcs[i].cost > 0) cleared.spent_minor_units += flow[i];
  }
  return cleared;
}

}  // namespace skontro::bench
