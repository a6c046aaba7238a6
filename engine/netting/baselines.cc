#include "engine/netting/baselines.h"

#include <algorithm>
#include <vector>

#include "engine/netting/claim_graph.h"
#include "engine/netting/rings.h"

namespace skontro::netting {
namespace {

// All obligations between two parties as one, whatever their class.
ClaimGraph DebtsAlone(const Problem& problem) {
  Problem debts;
  debts.party_count = problem.party_count;
  debts.obligations = problem.obligations;
  for (Obligation& owed : debts.obligations) owed.priority_class = 0;
  return MakeClaimGraph(debts);
}

}  // namespace

int64_t TotalDebt(const Problem& problem) {
  int64_t total = 0;
  for (const Obligation& owed : problem.obligations) total += owed.minor_units;
  return total;
}

int64_t NetInternalDebt(const Problem& problem) {
  std::vector<int64_t> net(problem.party_count);
  for (const Obligation& owed : problem.obligations) {
    net[static_cast<size_t>(owed.debtor)] -= owed.minor_units;
    net[static_cast<size_t>(owed.creditor)] += owed.minor_units;
  }
  int64_t sum = 0;
  for (const int64_t position : net) sum += std::max<int64_t>(position, 0);
  return sum;
}

int64_t BilateralTotal(const Problem& problem) {
  const ClaimGraph graph = DebtsAlone(problem);
  int64_t total = 0;
  for (uint32_t tail = 0; tail < graph.node_count; ++tail) {
    for (uint32_t arc = graph.first[tail]; arc < graph.first[tail + 1]; ++arc) {
      const uint32_t head = graph.head[arc];
      if (head < tail) continue;
      const auto begin = graph.head.begin() + graph.first[head];
      const auto end = graph.head.begin() + graph.first[head + 1];
      const auto back = std::lower_bound(begin, end, tail);
      if (back == end || *back != tail) continue;
      const int64_t opposite =
          graph.capacity[static_cast<size_t>(back - graph.head.begin())];
      total += 2 * std::min(graph.capacity[arc], opposite);
    }
  }
  return total;
}

int64_t RingByRingTotal(const Problem& problem) {
  ClaimGraph graph = DebtsAlone(problem);
  int64_t total = 0;
  RemoveRings(graph.first, graph.head, &graph.capacity,
              [&total](const std::vector<uint32_t>& ring, int64_t amount) {
                total += amount * static_cast<int64_t>(ring.size());
              });
  return total;
}

}  // namespace skontro::netting
