// The strongly connected components of a graph: only inside one can anything
// flow in a circle, so each is a problem of its own.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_NETTING_COMPONENTS_H_
#define SKONTRO_ENGINE_NETTING_COMPONENTS_H_

#include <cstdint>
#include <vector>

namespace skontro::netting {

struct Components {
  // By node. Arcs between components lead from a higher number to a lower one.
  std::vector<uint32_t> component;
  // The nodes, component by component, in the order of the numbers.
  std::vector<uint32_t> nodes;
  // Nodes of component c: nodes[first[c]] to nodes[first[c + 1]].
  std::vector<uint32_t> first;

  uint32_t count() const { return static_cast<uint32_t>(first.size() - 1); }
};

// `first` and `head` are the arcs by tail, as in ClaimGraph. Linear in nodes
// and arcs, and without recursion.
Components FindComponents(const std::vector<uint32_t>& first,
                          const std::vector<uint32_t>& head);

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_COMPONENTS_H_
