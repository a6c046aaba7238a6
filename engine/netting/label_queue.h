// A monotone priority queue of nodes for the solver: keys are taken out in
// order, and none is put in below the last one taken.
//
// A key is cost * 2^32 + hops, with hops far nearer to zero than 2^31. Costs
// are small, so each has a bucket; hops get buckets when their cost is reached.
//
// Nothing is moved inside: a node whose key falls is put in once more, and the
// caller's own array of keys tells which entry is the true one.
//
// Thread safety: none.

#ifndef SKONTRO_ENGINE_NETTING_LABEL_QUEUE_H_
#define SKONTRO_ENGINE_NETTING_LABEL_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace skontro::netting {

class LabelQueue {
 public:
  void Clear() {
    entries_.clear();
    std::fill(hop_heads_.begin(), hop_heads_.end(), kNone);
    std::fill(cost_heads_.begin(), cost_heads_.end(), kNone);
    cost_ = base_ = 0;
    hop_ = hop_end_ = 0;
    costs_waiting_ = 0;
  }

  void Push(int64_t key, uint32_t node) {
    const int64_t cost = CostOf(key);
    if (cost == cost_) {
      LinkHops(key, node);
    } else {
      Link(&cost_heads_, static_cast<size_t>(cost), node);
      ++costs_waiting_;
    }
  }

  // Takes out a node of the lowest key; false where none is left. key_of(node)
  // is the true key of a node now; entries that it contradicts are skipped.
  template <typename KeyOf>
  bool Pop(const KeyOf& key_of, uint32_t* node) {
    for (;;) {
      for (; hop_ < hop_end_; ++hop_) {
        const int64_t key = cost_ * kCost + base_ + static_cast<int64_t>(hop_);
        while (hop_heads_[hop_] != kNone) {
          const Entry entry = entries_[hop_heads_[hop_]];
          hop_heads_[hop_] = entry.next;
          if (key_of(entry.node) != key) continue;
          *node = entry.node;
          return true;
        }
      }
      if (costs_waiting_ == 0) return false;
      TakeNextCost(key_of);
    }
  }

  static constexpr int64_t kCost = int64_t{1} << 32;

  // The cost nearest to a label or key, and how many hops are left over.
  static int64_t CostOf(int64_t key) { return (key + kCost / 2) >> 32; }
  static int64_t HopsOf(int64_t key) { return key - CostOf(key) * kCost; }

 private:
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

  struct Entry {
    uint32_t node;
    uint32_t next;
  };

  void Link(std::vector<uint32_t>* heads, size_t bucket, uint32_t node) {
    if (bucket >= heads->size()) heads->resize(bucket + bucket / 2 + 8, kNone);
    entries_.push_back({node, (*heads)[bucket]});
    (*heads)[bucket] = static_cast<uint32_t>(entries_.size() - 1);
  }

  void LinkHops(int64_t key, uint32_t node) {
    const auto bucket = static_cast<size_t>(HopsOf(key) - base_);
    Link(&hop_heads_, bucket, node);
    hop_end_ = std::max(hop_end_, bucket + 1);
  }

  template <typename KeyOf>
  void TakeNextCost(const KeyOf& key_of) {
    do {
      ++cost_;
    } while (cost_heads_[static_cast<size_t>(cost_)] == kNone);
    const uint32_t list = cost_heads_[static_cast<size_t>(cost_)];
    cost_heads_[static_cast<size_t>(cost_)] = kNone;
    base_ = std::numeric_limits<int64_t>::max();
    for (uint32_t i = list; i != kNone; i = entries_[i].next) {
      const int64_t key = key_of(entries_[i].node);
      if (CostOf(key) == cost_) base_ = std::min(base_, HopsOf(key));
    }
    hop_ = hop_end_ = 0;
    for (uint32_t i = list; i != kNone;) {
      const uint32_t node = entries_[i].node;
      i = entries_[i].next;
      --costs_waiting_;
      const int64_t key = key_of(node);
      if (CostOf(key) == cost_) LinkHops(key, node);
    }
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> hop_heads_;   // Of the cost at hand, from base_ on.
  std::vector<uint32_t> cost_heads_;  // Of the costs above it.
  int64_t cost_ = 0;
  int64_t base_ = 0;
  size_t hop_ = 0;
  size_t hop_end_ = 0;
  size_t costs_waiting_ = 0;
};

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_LABEL_QUEUE_H_
