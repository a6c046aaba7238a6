#include "bench/lemon_flow.h"

#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/static_graph.h>

#include <cstddef>
#include <utility>

#include "ledger/base/check.h"

namespace skontro::bench {
namespace {

using Digraph = lemon::StaticDigraph;

// Maps that read what is there already: copies would be counted as LEMON's.
class CapacityMap {
 public:
  using Key = Digraph::Arc;
  using Value = int64_t;
  explicit CapacityMap(const FlowGraph& graph) : graph_(graph) {}
  Value operator[](Key arc) const {
    return graph_.arcs[static_cast<size_t>(Digraph::index(arc))].capacity;
  }

 private:
  const FlowGraph& graph_;
};

class CostMap {
 public:
  using Key = Digraph::Arc;
  using Value = int;
  CostMap(const FlowGraph& graph, LemonForm form)
      : graph_(graph), form_(form) {}
  Value operator[](Key key) const {
    const int cost = graph_.arcs[static_cast<size_t>(Digraph::index(key))].cost;
    return form_ == LemonForm::kComplement ? -cost : cost;
  }

 private:
  const FlowGraph& graph_;
  const LemonForm form_;
};

class SupplyMap {
 public:
  using Key = Digraph::Node;
  using Value = int64_t;
  SupplyMap(const FlowGraph& graph, LemonForm form)
      : supply_(graph.node_count + 1) {
    if (form == LemonForm::kCirculation) return;
    for (const FlowArc& arc : graph.arcs) {
      supply_[arc.tail] += arc.capacity;
      supply_[arc.head] -= arc.capacity;
    }
  }
  Value operator[](Key node) const {
    return supply_[static_cast<size_t>(Digraph::index(node))];
  }

 private:
  std::vector<int64_t> supply_;
};

void Build(const FlowGraph& graph, Digraph* digraph) {
  std::vector<std::pair<int, int>> ends;
  ends.reserve(graph.arcs.size());
  for (const FlowArc& arc : graph.arcs) {
    ends.emplace_back(static_cast<int>(arc.tail), static_cast<int>(arc.head));
  }
  // CostScaling writes one int behind a vector of as many ints as there are
  // nodes and one more. Of an odd number of ints, the allocators that there are
  // leave room for that. A node without arcs changes nothing.
  const uint32_t node_count = graph.node_count + graph.node_count % 2;
  digraph->build(static_cast<int>(node_count), ends.begin(), ends.end());
}

template <typename Solver>
std::vector<int64_t> SolveWith(const FlowGraph& graph, LemonForm form) {
  Digraph digraph;
  Build(graph, &digraph);
  Solver solver(digraph);
  const auto outcome = solver.upperMap(CapacityMap(graph))
                           .costMap(CostMap(graph, form))
                           .supplyMap(SupplyMap(graph, form))
                           .run();
  // Nothing at all is a circulation, and all of them are bounded.
  SKONTRO_CHECK(outcome == Solver::OPTIMAL);
  std::vector<int64_t> flow(graph.arcs.size());
  for (size_t i = 0; i < flow.size(); ++i) {
    flow[i] = solver.flow(Digraph::arc(static_cast<int>(i)));
    if (form == LemonForm::kComplement) {
      flow[i] = graph.arcs[i].capacity - flow[i];
    }
  }
  return flow;
}

}  // namespace

std::vector<int64_t> LeastCostFlow(const FlowGraph& graph, LemonMethod method,
                                   LemonForm form) {
  if (graph.arcs.empty()) return {};
  switch (method) {
    case LemonMethod::kNetworkSimplex:
      return SolveWith<lemon::NetworkSimplex<Digraph, int64_t, int>>(graph,
                                                                     form);
    case LemonMethod::kCostScaling:
      return SolveWith<lemon::CostScaling<Digraph, int64_t, int>>(graph, form);
  }
  return {};
}

}  // namespace skontro::bench
