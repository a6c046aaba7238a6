// A minimum-cost circulation where costs are small integers: the solver behind
// Solve() of netting.h.
//
// It is a push-relabel method. All arcs of negative cost are filled, which
// leaves some nodes with too much and others with too little; what is too much
// is then pushed to where it is missing, over arcs that cost the least. A label
// is the distance to the nearest lack: its cost and, between equal costs, the
// number of arcs. Comparing the two together, and not as one cost scaled step
// by step, makes one pass do where cost scaling needs five. Labels are set anew
// by a search from the lacks after as much work as one such search is.
//
// Arcs are added in two passes over the same sequence, so that their two ends
// lie beside those of the same node without a list in between: first Declare()
// for each, then Allocate(), then Add() for each.
//
// Thread safety: none.

#ifndef SKONTRO_ENGINE_NETTING_CIRCULATION_H_
#define SKONTRO_ENGINE_NETTING_CIRCULATION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/netting/label_queue.h"

namespace skontro::netting {

class Circulation {
 public:
  // Forgets everything, and makes a graph of this many nodes.
  void Reset(uint32_t node_count);

  void Declare(uint32_t tail, uint32_t head);
  void Allocate();

  // `forward` more may flow from tail to head at this cost a unit, and
  // `backward` of what flows already may be taken back for the same cost.
  // REQUIRES: at most three different absolute costs above zero occur; the
  // amounts of all arcs with a cost add up to less than 2^63.
  void Add(uint32_t tail, uint32_t head, int64_t forward, int64_t backward,
           int32_t cost);

  // Solves, taking the work from `*steps_left`. False where that did not do:
  // the flow does not balance then. The potentials prove a bound either way.
  bool Solve(uint64_t* steps_left);

  // How much may still flow forward over the arcs, read in the order of Add().
  void StartReading();
  int64_t NextForward(uint32_t tail, uint32_t head);

  // After Solve() returned true: cost + Potential(head) - Potential(tail) is at
  // least zero wherever an arc can take more, in either direction.
  int64_t Potential(uint32_t node) const {
    return LabelQueue::CostOf(label_[node]);
  }

 private:
  // Each arc has two ends, one at either node. What a scan needs of an end is
  // in one word: the node at the other end, the code of the cost, and whether
  // anything can flow out of here (kOpen) or in from there (kMateOpen).
  static constexpr uint32_t kMateOpen = 1U << 31;
  static constexpr uint32_t kOpen = 1U << 30;
  static constexpr uint32_t kHead = (1U << 27) - 1;
  static size_t CodeOf(uint32_t end) { return (end >> 27) & 7; }

  uint32_t CodeFor(int32_t cost);
  void FillNegative(uint32_t end);
  void Push(uint32_t end, int64_t amount);
  void SetLabels();
  void Relax(uint32_t node);
  void Discharge(uint32_t node);
  void Queue(uint32_t node);

  uint32_t node_count_ = 0;
  // By node: where its ends begin, and the first that may be of use.
  std::vector<uint32_t> first_;
  std::vector<uint32_t> current_;
  std::vector<int64_t> label_;
  std::vector<int64_t> new_label_;
  std::vector<int64_t> excess_;
  // By end.
  std::vector<uint32_t> end_;
  std::vector<uint32_t> mate_;
  std::vector<int64_t> open_;
  // By code: what the cost adds to a label. Codes 2k and 2k + 1 are a cost and
  // its opposite; zero is 0.
  std::array<int64_t, 8> label_cost_{};
  uint32_t codes_ = 2;

  LabelQueue labels_;
  // Nodes with too much, first in first out, in a ring.
  std::vector<uint32_t> active_;
  size_t active_head_ = 0;
  size_t active_count_ = 0;
  uint64_t steps_ = 0;
};

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_CIRCULATION_H_
