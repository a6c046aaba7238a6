#include "engine/netting/stage_solver.h"

#include <algorithm>
#include <cstddef>

#include "engine/netting/rings.h"
#include "ledger/base/check.h"

namespace skontro::netting {
namespace {

// A graph of its own for a part of the arcs of a component.
struct PartGraph {
  std::vector<uint32_t> first;
  std::vector<uint32_t> head;
  std::vector<uint32_t> arc;  // In the whole graph.
  std::vector<int64_t> sign;
  std::vector<int64_t> amount;
};

struct PartArc {
  uint32_t tail;
  uint32_t head;
  uint32_t arc;
  int64_t amount;
  int64_t sign;  // -1 where the arc is taken backward.
};

PartGraph MakePart(uint32_t node_count, const std::vector<PartArc>& arcs) {
  PartGraph part;
  part.first.assign(size_t{node_count} + 2, 0);
  for (const PartArc& arc : arcs) ++part.first[size_t{arc.tail} + 2];
  for (size_t i = 2; i < part.first.size(); ++i) {
    part.first[i] += part.first[i - 1];
  }
  part.head.resize(arcs.size());
  part.arc.resize(arcs.size());
  part.amount.resize(arcs.size());
  part.sign.resize(arcs.size());
  for (const PartArc& arc : arcs) {
    const uint32_t place = part.first[size_t{arc.tail} + 1]++;
    part.head[place] = arc.head;
    part.arc[place] = arc.arc;
    part.amount[place] = arc.amount;
    part.sign[place] = arc.sign;
  }
  part.first.pop_back();
  return part;
}

}  // namespace

StageSolver::StageSolver(const ClaimGraph& graph, int32_t leverage,
                         uint64_t work_limit)
    : graph_(graph),
      leverage_(leverage),
      components_(FindComponents(graph.first, graph.head)),
      flow_(graph.head.size()),
      fixed_(graph.head.size()),
      lift_(components_.count()),
      steps_left_(work_limit) {
  SortNodes();
}

// Within a component, the nodes with the most arcs come first: their labels are
// read the most, and then lie close together.
void StageSolver::SortNodes() {
  std::vector<uint32_t> degree(graph_.node_count);
  place_.resize(graph_.node_count);
  for (uint32_t tail = 0; tail < graph_.node_count; ++tail) {
    for (uint32_t arc = graph_.first[tail]; arc < graph_.first[tail + 1];
         ++arc) {
      const uint32_t head = graph_.head[arc];
      if (components_.component[tail] != components_.component[head]) continue;
      ++degree[tail];
      ++degree[head];
    }
  }
  for (uint32_t c = 0; c < components_.count(); ++c) {
    const auto begin = components_.nodes.begin() + components_.first[c];
    const auto end = components_.nodes.begin() + components_.first[c + 1];
    std::sort(begin, end, [&degree](uint32_t a, uint32_t b) {
      return degree[a] != degree[b] ? degree[a] > degree[b] : a < b;
    });
    uint32_t place = 0;
    for (auto node = begin; node != end; ++node) place_[*node] = place++;
  }
}

template <typename Visitor>
void StageSolver::ForEachOpenArc(uint32_t component,
                                 const Visitor& visitor) const {
  for (uint32_t i = components_.first[component];
       i < components_.first[component + 1]; ++i) {
    const uint32_t tail = components_.nodes[i];
    for (uint32_t arc = graph_.first[tail]; arc < graph_.first[tail + 1];
         ++arc) {
      const uint32_t head = graph_.head[arc];
      if (components_.component[head] != component || fixed_[arc]) continue;
      visitor(arc, place_[tail], place_[head]);
    }
  }
}

int32_t StageSolver::CostOf(uint32_t arc) const {
  const ArcKind kind = graph_.kind[arc];
  if (kind == class_) return -2;
  return kind == kSpending && is_last_ ? 2 * leverage_ + 1 : 0;
}

// What a unit on the arc costs where all classes count alike.
int32_t StageSolver::CostOfEverything(uint32_t arc) const {
  const ArcKind kind = graph_.kind[arc];
  if (kind == kSpending) return 2 * leverage_ + 1;
  return kind == kReceiving ? 0 : -2;
}

Stage StageSolver::SolveStage(uint8_t priority_class, bool is_last) {
  SKONTRO_CHECK(solved_);
  class_ = priority_class;
  is_last_ = is_last;
  Stage stage;
  stage.priority_class = priority_class;
  stage.potentials.assign(graph_.node_count, 0);
  // Downward, so that arcs from other components come before.
  for (uint32_t c = components_.count(); c-- > 0;) {
    if (components_.first[c + 1] - components_.first[c] > 1) {
      SolveComponent(c, &stage);
    }
    if (is_first_) LiftComponent(c, &stage);
  }
  Prove(&stage);
  is_first_ = false;
  return stage;
}

void StageSolver::SolveComponent(uint32_t component, Stage* stage) {
  const uint32_t begin = components_.first[component];
  const uint32_t count = components_.first[component + 1] - begin;
  circulation_.Reset(count);
  ForEachOpenArc(component,
                 [this](uint32_t /*arc*/, uint32_t tail, uint32_t head) {
                   circulation_.Declare(tail, head);
                 });
  circulation_.Allocate();
  ForEachOpenArc(component, [this](uint32_t arc, uint32_t tail, uint32_t head) {
    circulation_.Add(tail, head, graph_.capacity[arc] - flow_[arc], flow_[arc],
                     CostOf(arc));
  });
  const bool balances = circulation_.Solve(&steps_left_);
  solved_ = solved_ && balances;
  for (uint32_t i = 0; i < count; ++i) {
    stage->potentials[components_.nodes[begin + i]] = circulation_.Potential(i);
  }
  ReadFlow(component, balances);
}

void StageSolver::ReadFlow(uint32_t component, bool balances) {
  circulation_.StartReading();
  if (balances) {
    ForEachOpenArc(component, [this](uint32_t arc, uint32_t tail,
                                     uint32_t head) {
      flow_[arc] = graph_.capacity[arc] - circulation_.NextForward(tail, head);
    });
    return;
  }
  std::vector<int64_t> change;
  ForEachOpenArc(component,
                 [this, &change](uint32_t arc, uint32_t tail, uint32_t head) {
                   change.push_back(graph_.capacity[arc] - flow_[arc] -
                                    circulation_.NextForward(tail, head));
                 });
  KeepRings(component, change);
  AddRings(component);
}

// Of a change that does not balance, makes the rings that it contains and that
// are worth it. What is left over of it is dropped.
void StageSolver::KeepRings(uint32_t component,
                            const std::vector<int64_t>& change) {
  std::vector<PartArc> arcs;
  size_t next = 0;
  ForEachOpenArc(component, [&](uint32_t arc, uint32_t tail, uint32_t head) {
    const int64_t amount = change[next++];
    if (amount > 0) arcs.push_back({tail, head, arc, amount, 1});
    if (amount < 0) arcs.push_back({head, tail, arc, -amount, -1});
  });
  PartGraph part = MakePart(
      components_.first[component + 1] - components_.first[component], arcs);
  RemoveRings(part.first, part.head, &part.amount,
              [&](const std::vector<uint32_t>& ring, int64_t amount) {
                int64_t cost = 0;
                int64_t cost_of_everything = 0;
                for (const uint32_t i : ring) {
                  cost += part.sign[i] * CostOf(part.arc[i]);
                  cost_of_everything +=
                      part.sign[i] * CostOfEverything(part.arc[i]);
                }
                if (cost > 0 || (cost == 0 && cost_of_everything >= 0)) return;
                for (const uint32_t i : ring) {
                  flow_[part.arc[i]] += part.sign[i] * amount;
                }
              });
}

// Clears what rings of obligations alone are still there, of any class.
void StageSolver::AddRings(uint32_t component) {
  std::vector<PartArc> arcs;
  ForEachOpenArc(component, [&](uint32_t arc, uint32_t tail, uint32_t head) {
    const int64_t left = graph_.capacity[arc] - flow_[arc];
    if (left > 0 && graph_.kind[arc] < kSpending) {
      arcs.push_back({tail, head, arc, left, 1});
    }
  });
  PartGraph part = MakePart(
      components_.first[component + 1] - components_.first[component], arcs);
  RemoveRings(part.first, part.head, &part.amount,
              [&](const std::vector<uint32_t>& ring, int64_t amount) {
                for (const uint32_t i : ring) flow_[part.arc[i]] += amount;
              });
}

// Puts the potentials of a component above those of the components that lead
// into it, so far that the arcs between, which nothing can flow over, are
// proven to be empty by the first stage.
void StageSolver::LiftComponent(uint32_t component, Stage* stage) {
  const uint32_t begin = components_.first[component];
  const uint32_t end = components_.first[component + 1];
  std::vector<int64_t>& potentials = stage->potentials;
  int64_t lowest = potentials[components_.nodes[begin]];
  for (uint32_t i = begin; i < end; ++i) {
    lowest = std::min(lowest, potentials[components_.nodes[i]]);
  }
  for (uint32_t i = begin; i < end; ++i) {
    const uint32_t tail = components_.nodes[i];
    potentials[tail] += lift_[component] - lowest;
    for (uint32_t arc = graph_.first[tail]; arc < graph_.first[tail + 1];
         ++arc) {
      const uint32_t other = components_.component[graph_.head[arc]];
      if (other == component) continue;
      // No cost is below -2, and no potential of the other one below its lift.
      lift_[other] = std::max(lift_[other], potentials[tail] + 3);
    }
  }
}

void StageSolver::Prove(Stage* stage) {
  for (uint32_t tail = 0; tail < graph_.node_count; ++tail) {
    for (uint32_t arc = graph_.first[tail]; arc < graph_.first[tail + 1];
         ++arc) {
      const int64_t cost = CostOf(arc);
      const int64_t reduced =
          cost + stage->potentials[graph_.head[arc]] - stage->potentials[tail];
      stage->score -= absl::int128(cost) * flow_[arc];
      if (fixed_[arc]) {
        stage->bound -= absl::int128(reduced) * flow_[arc];
        continue;
      }
      if (reduced < 0) {
        stage->bound -= absl::int128(reduced) * graph_.capacity[arc];
      }
      if (reduced != 0) fixed_[arc] = true;
    }
  }
  SKONTRO_CHECK(!solved_ || stage->score == stage->bound);
}

}  // namespace skontro::netting
