#include "engine/netting/rings.h"

#include <algorithm>
#include <cstddef>

namespace skontro::netting {
namespace {

class Removal {
 public:
  Removal(const std::vector<uint32_t>& first, const std::vector<uint32_t>& head,
          std::vector<int64_t>* amount, const RingVisitor& visitor)
      : first_(first),
        head_(head),
        amount_(*amount),
        visitor_(visitor),
        next_(first.begin(), first.end() - 1),
        place_(next_.size(), kNotOnPath) {}

  void Run() {
    for (uint32_t root = 0; root < next_.size(); ++root) {
      if (place_[root] == kNotOnPath) Walk(root);
    }
  }

 private:
  static constexpr uint32_t kNotOnPath = UINT32_MAX;
  static constexpr uint32_t kDone = UINT32_MAX - 1;  // Leads to no ring.

  void Walk(uint32_t root) {
    nodes_.assign(1, root);
    place_[root] = 0;
    while (!nodes_.empty()) {
      const uint32_t node = nodes_.back();
      const uint32_t arc = next_[node];
      if (arc == first_[node + 1]) {
        place_[node] = kDone;
        nodes_.pop_back();
        if (!arcs_.empty()) {
          ++next_[nodes_.back()];
          arcs_.pop_back();
        }
        continue;
      }
      const uint32_t head = head_[arc];
      if (amount_[arc] == 0 || place_[head] == kDone) {
        ++next_[node];
      } else if (place_[head] == kNotOnPath) {
        place_[head] = static_cast<uint32_t>(nodes_.size());
        nodes_.push_back(head);
        arcs_.push_back(arc);
      } else {
        arcs_.push_back(arc);
        Close(place_[head]);
      }
    }
  }

  // The path from nodes_[begin] on has come back to where it began. Takes the
  // ring away, and goes back to the tail of its first arc that is used up.
  void Close(size_t begin) {
    ring_.assign(arcs_.begin() + static_cast<std::ptrdiff_t>(begin),
                 arcs_.end());
    int64_t least = amount_[ring_[0]];
    for (const uint32_t arc : ring_) least = std::min(least, amount_[arc]);
    size_t keep = ring_.size();
    for (size_t i = ring_.size(); i-- > 0;) {
      amount_[ring_[i]] -= least;
      if (amount_[ring_[i]] == 0) keep = i;
    }
    visitor_(ring_, least);
    arcs_.resize(begin + keep);
    while (nodes_.size() > begin + keep + 1) {
      place_[nodes_.back()] = kNotOnPath;
      nodes_.pop_back();
    }
  }

  const std::vector<uint32_t>& first_;
  const std::vector<uint32_t>& head_;
  std::vector<int64_t>& amount_;
  const RingVisitor& visitor_;
  std::vector<uint32_t> next_;   // The arc to look at next, by node.
  std::vector<uint32_t> place_;  // On the path, or one of the two above.
  std::vector<uint32_t> nodes_;  // The path, and the arcs between its nodes.
  std::vector<uint32_t> arcs_;
  std::vector<uint32_t> ring_;
};

}  // namespace

void RemoveRings(const std::vector<uint32_t>& first,
                 const std::vector<uint32_t>& head,
                 std::vector<int64_t>* amount, const RingVisitor& visitor) {
  Removal(first, head, amount, visitor).Run();
}

}  // namespace skontro::netting
