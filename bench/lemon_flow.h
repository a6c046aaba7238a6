// The solvers of LEMON for what engine/netting solves: the other opinion in
// tests, and what benchmarks compare with. No program of ours links it.
//
// LEMON 1.3.1 does not compile as C++20, so this header says as little as both
// languages understand.
//
// Its CostScaling does not end on a ring through all nodes, and writes one int
// too far on others (docs/decisions/2026-11-28-clearing-solver.md).
//
// Thread safety: pure functions.

#ifndef SKONTRO_BENCH_LEMON_FLOW_H_
#define SKONTRO_BENCH_LEMON_FLOW_H_

#include <cstdint>
#include <vector>

namespace skontro::bench {

struct FlowArc {
  uint32_t tail;
  uint32_t head;
  int64_t capacity;  // Not below zero.
  int32_t cost;      // Of a unit.
};

struct FlowGraph {
  uint32_t node_count = 0;
  std::vector<FlowArc> arcs;  // By tail, in no other order.
};

enum class LemonMethod {
  kNetworkSimplex,
  kCostScaling,
};

// How the problem is put. The first is the one of docs/clearing.md: what is set
// off, in circles, at a cost below zero. The second asks for what is left over:
// firms supply what they owe beyond what they are owed, and what stays of a
// debt costs what setting it off was worth. Solvers differ in which they like.
enum class LemonForm {
  kCirculation,
  kComplement,
};

// A circulation of the least cost, by arc.
// REQUIRES: not so many nodes and arcs that an int cannot count them twice.
std::vector<int64_t> LeastCostFlow(const FlowGraph& graph, LemonMethod method,
                                   LemonForm form);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LEMON_FLOW_H_
