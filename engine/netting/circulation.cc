#include "engine/netting/circulation.h"

#include <algorithm>
#include <limits>

#include "ledger/base/check.h"

namespace skontro::netting {
namespace {

constexpr int64_t kUnreached = std::numeric_limits<int64_t>::max();

}  // namespace

void Circulation::Reset(uint32_t node_count) {
  SKONTRO_CHECK(node_count <= kHead);
  node_count_ = node_count;
  first_.assign(size_t{node_count} + 2, 0);
  label_.assign(node_count, 0);
  new_label_.assign(node_count, 0);
  excess_.assign(node_count, 0);
  active_.resize(node_count);
  active_head_ = active_count_ = 0;
  label_cost_.fill(0);
  codes_ = 2;
  steps_ = 0;
}

void Circulation::Declare(uint32_t tail, uint32_t head) {
  ++first_[size_t{tail} + 2];
  ++first_[size_t{head} + 2];
}

void Circulation::Allocate() {
  for (size_t i = 2; i < first_.size(); ++i) {
    SKONTRO_CHECK(first_[i] <=
                  std::numeric_limits<uint32_t>::max() - first_[i - 1]);
    first_[i] += first_[i - 1];
  }
  const size_t ends = first_.back();
  end_.resize(ends);
  mate_.resize(ends);
  open_.resize(ends);
}

uint32_t Circulation::CodeFor(int32_t cost) {
  if (cost == 0) return 0;
  const int64_t wanted = cost * LabelQueue::kCost;
  for (uint32_t code = 2; code < codes_; ++code) {
    if (label_cost_[code] == wanted) return code;
  }
  SKONTRO_CHECK(codes_ + 2 <= label_cost_.size());
  label_cost_[codes_] = wanted;
  label_cost_[codes_ + 1] = -wanted;
  codes_ += 2;
  return codes_ - 2;
}

// first_[node + 1] is where the next end of `node` goes until all are in, and
// where its ends are over from then on.
void Circulation::Add(uint32_t tail, uint32_t head, int64_t forward,
                      int64_t backward, int32_t cost) {
  const uint32_t code = CodeFor(cost);
  const uint32_t out = first_[size_t{tail} + 1]++;
  const uint32_t in = first_[size_t{head} + 1]++;
  const uint32_t opposite = code == 0 ? 0 : code ^ 1;
  end_[out] = head | code << 27;
  end_[in] = tail | opposite << 27;
  mate_[out] = in;
  mate_[in] = out;
  open_[out] = forward;
  open_[in] = backward;
  if (forward > 0) {
    end_[out] |= kOpen;
    end_[in] |= kMateOpen;
  }
  if (backward > 0) {
    end_[in] |= kOpen;
    end_[out] |= kMateOpen;
  }
  FillNegative(out);
  FillNegative(in);
}

void Circulation::FillNegative(uint32_t end) {
  const int64_t amount = open_[end];
  if (amount == 0 || label_cost_[CodeOf(end_[end])] >= 0) return;
  excess_[end_[mate_[end]] & kHead] -= amount;
  excess_[end_[end] & kHead] += amount;
  Push(end, amount);
}

void Circulation::Push(uint32_t end, int64_t amount) {
  const uint32_t mate = mate_[end];
  const int64_t left = open_[end] - amount;
  open_[end] = left;
  open_[mate] += amount;
  end_[mate] |= kOpen;
  end_[end] |= kMateOpen;
  if (left == 0) {
    end_[end] &= ~kOpen;
    end_[mate] &= ~kMateOpen;
  }
}

void Circulation::Queue(uint32_t node) {
  size_t place = active_head_ + active_count_++;
  if (place >= active_.size()) place -= active_.size();
  active_[place] = node;
}

// Every node that can reach a lack gets its distance to it, which is never less
// than its label was. The others rise by more than any of those, so that what
// holds between an arc's labels goes on holding.
void Circulation::SetLabels() {
  std::fill(new_label_.begin(), new_label_.end(), kUnreached);
  labels_.Clear();
  for (uint32_t node = 0; node < node_count_; ++node) {
    if (excess_[node] >= 0) continue;
    new_label_[node] = label_[node];
    labels_.Push(0, node);
  }
  const auto rise = [this](uint32_t node) {
    return new_label_[node] - label_[node];
  };
  uint32_t node = 0;
  int64_t highest = 0;
  while (labels_.Pop(rise, &node)) {
    highest = rise(node);
    Relax(node);
  }
  const int64_t all = (LabelQueue::CostOf(highest) + 1) * LabelQueue::kCost;
  for (node = 0; node < node_count_; ++node) {
    const bool reached = new_label_[node] != kUnreached;
    label_[node] = reached ? new_label_[node] : label_[node] + all;
    current_[node] = first_[node];
  }
}

void Circulation::Relax(uint32_t node) {
  const int64_t label = new_label_[node] + 1;
  const uint32_t last = first_[size_t{node} + 1];
  steps_ += last - first_[node];
  for (uint32_t i = first_[node]; i < last; ++i) {
    const uint32_t end = end_[i];
    if ((end & kMateOpen) == 0) continue;
    const uint32_t tail = end & kHead;
    const int64_t through = label - label_cost_[CodeOf(end)];
    if (through >= new_label_[tail]) continue;
    new_label_[tail] = through;
    labels_.Push(through - label_[tail], tail);
  }
}

// Pushes all that is too much here to nodes of lower labels, and raises the
// label by as little as makes that possible.
void Circulation::Discharge(uint32_t node) {
  int64_t label = label_[node];
  int64_t excess = excess_[node];
  const uint32_t begin = first_[node];
  const uint32_t last = first_[size_t{node} + 1];
  for (;;) {
    const uint32_t start = current_[node];
    int64_t lowest = kUnreached;
    uint32_t lowest_end = begin;
    for (uint32_t i = start; i < last; ++i) {
      const uint32_t end = end_[i];
      if ((end & kOpen) == 0) continue;
      const uint32_t head = end & kHead;
      const int64_t over = label_[head] + label_cost_[CodeOf(end)];
      if (over >= label) {
        if (over < lowest) {
          lowest = over;
          lowest_end = i;
        }
        continue;
      }
      const int64_t amount = std::min(excess, open_[i]);
      Push(i, amount);
      excess -= amount;
      const int64_t before = excess_[head];
      excess_[head] = before + amount;
      if (before <= 0 && before + amount > 0) Queue(head);
      if (excess == 0) {
        excess_[node] = 0;
        current_[node] = i;
        steps_ += i - start + 1;
        return;
      }
    }
    for (uint32_t i = begin; i < start; ++i) {
      const uint32_t end = end_[i];
      if ((end & kOpen) == 0) continue;
      const int64_t over = label_[end & kHead] + label_cost_[CodeOf(end)];
      if (over > lowest || (over == lowest && lowest_end < start)) continue;
      lowest = over;
      lowest_end = i;
    }
    steps_ += last - begin;
    // There is a way back at least for what came here.
    SKONTRO_CHECK(lowest != kUnreached);
    label_[node] = label = lowest + 1;
    current_[node] = lowest_end;
  }
}

bool Circulation::Solve(uint64_t* steps_left) {
  current_.assign(first_.begin(), first_.begin() + node_count_);
  const uint64_t between = end_.size() + node_count_;
  for (uint32_t node = 0; node < node_count_; ++node) {
    if (excess_[node] > 0) Queue(node);
  }
  uint64_t next_labels = 0;
  while (active_count_ > 0 && steps_ < *steps_left) {
    if (steps_ >= next_labels) {
      SetLabels();
      next_labels = steps_ + between;
    }
    const uint32_t node = active_[active_head_];
    if (++active_head_ == active_.size()) active_head_ = 0;
    --active_count_;
    Discharge(node);
  }
  *steps_left -= std::min(*steps_left, steps_);
  return active_count_ == 0;
}

void Circulation::StartReading() {
  std::copy(first_.begin(), first_.begin() + node_count_, current_.begin());
}

int64_t Circulation::NextForward(uint32_t tail, uint32_t head) {
  ++current_[head];
  return open_[current_[tail]++];
}

}  // namespace skontro::netting
