#include "engine/netting/components.h"

#include <algorithm>
#include <cstddef>

namespace skontro::netting {
namespace {

// Tarjan's algorithm with the recursion on a stack of its own.
class Search {
 public:
  Search(const std::vector<uint32_t>& first, const std::vector<uint32_t>& head)
      : first_(first),
        head_(head),
        next_(first.begin(), first.end() - 1),
        low_(next_.size()) {
    found_.component.assign(next_.size(), kNoComponent);
    found_.nodes.reserve(next_.size());
    found_.first.push_back(0);
  }

  Components Run() {
    for (uint32_t root = 0; root < next_.size(); ++root) {
      if (low_[root] == 0) Explore(root);
    }
    return std::move(found_);
  }

 private:
  static constexpr uint32_t kNoComponent = UINT32_MAX;

  void Enter(uint32_t node) {
    low_[node] = ++entered_;
    path_.push_back({node, entered_});
    open_.push_back(node);
  }

  void Explore(uint32_t root) {
    Enter(root);
    while (!path_.empty()) {
      const Step step = path_.back();
      if (next_[step.node] < first_[step.node + 1]) {
        const uint32_t head = head_[next_[step.node]++];
        if (low_[head] == 0) {
          Enter(head);
        } else if (found_.component[head] == kNoComponent) {
          low_[step.node] = std::min(low_[step.node], low_[head]);
        }
        continue;
      }
      path_.pop_back();
      if (!path_.empty()) {
        uint32_t& low = low_[path_.back().node];
        low = std::min(low, low_[step.node]);
      }
      if (low_[step.node] == step.entered) Close(step.node);
    }
  }

  // Everything entered since `root` and still open is one component.
  void Close(uint32_t root) {
    const uint32_t number = found_.count();
    uint32_t node = 0;
    do {
      node = open_.back();
      open_.pop_back();
      found_.component[node] = number;
      found_.nodes.push_back(node);
    } while (node != root);
    found_.first.push_back(static_cast<uint32_t>(found_.nodes.size()));
  }

  struct Step {
    uint32_t node;
    uint32_t entered;
  };

  const std::vector<uint32_t>& first_;
  const std::vector<uint32_t>& head_;
  std::vector<uint32_t> next_;  // The arc to look at next, by node.
  std::vector<uint32_t> low_;   // The earliest open node reached; 0: not seen.
  std::vector<Step> path_;
  std::vector<uint32_t> open_;
  uint32_t entered_ = 0;
  Components found_;
};

}  // namespace

Components FindComponents(const std::vector<uint32_t>& first,
                          const std::vector<uint32_t>& head) {
  return Search(first, head).Run();
}

}  // namespace skontro::netting
