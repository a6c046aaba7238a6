// Rings of a graph, taken away one by one: each is reduced by its smallest arc
// until no ring is left. What that clears is a lower bound, found at once; it
// is not the most there is, and depends on the order of the nodes.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_NETTING_RINGS_H_
#define SKONTRO_ENGINE_NETTING_RINGS_H_

#include <cstdint>
#include <functional>
#include <vector>

namespace skontro::netting {

// Called with the arcs of a ring, in its order, and the amount taken away.
using RingVisitor =
    std::function<void(const std::vector<uint32_t>& arcs, int64_t amount)>;

// Reduces `amount`, by arc, until the arcs above zero hold no ring. `first` and
// `head` are the arcs by tail, as in ClaimGraph.
//
// Each ring uses up an arc, so the time is at most arcs times the longest ring.
void RemoveRings(const std::vector<uint32_t>& first,
                 const std::vector<uint32_t>& head,
                 std::vector<int64_t>* amount, const RingVisitor& visitor);

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_RINGS_H_
