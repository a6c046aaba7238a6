// Solves a problem stage by stage on its graph: each stage may use what the
// stages before left open, and nothing else.
//
// A stage's potentials say for each arc whether it must be empty, must be full,
// or may be either in a best result. The first two are fixed from then on; what
// flows in circles over the others is as good as before in every stage that was
// solved.
//
// Thread safety: none.

#ifndef SKONTRO_ENGINE_NETTING_STAGE_SOLVER_H_
#define SKONTRO_ENGINE_NETTING_STAGE_SOLVER_H_

#include <cstdint>
#include <vector>

#include "engine/netting/circulation.h"
#include "engine/netting/claim_graph.h"
#include "engine/netting/components.h"
#include "engine/netting/netting.h"

namespace skontro::netting {

class StageSolver {
 public:
  // `graph` outlives the solver.
  StageSolver(const ClaimGraph& graph, int32_t leverage, uint64_t work_limit);

  // Improves the flow for the debts of one class, the last one together with
  // what is spent. Returns the stage with its score and its proven bound.
  // REQUIRES: all stages before were solved().
  Stage SolveStage(uint8_t priority_class, bool is_last);

  // Whether the last stage was solved within the work limit. The flow balances
  // either way.
  bool solved() const { return solved_; }

  // By arc of the graph.
  const std::vector<int64_t>& flow() const { return flow_; }

  uint64_t steps_left() const { return steps_left_; }

 private:
  void SortNodes();
  // Calls visitor(arc, tail, head) with each arc that is not fixed, and the
  // places of its nodes in the component.
  template <typename Visitor>
  void ForEachOpenArc(uint32_t component, const Visitor& visitor) const;
  int32_t CostOf(uint32_t arc) const;
  int32_t CostOfEverything(uint32_t arc) const;

  void SolveComponent(uint32_t component, Stage* stage);
  void ReadFlow(uint32_t component, bool balances);
  void KeepRings(uint32_t component, const std::vector<int64_t>& change);
  void AddRings(uint32_t component);
  void LiftComponent(uint32_t component, Stage* stage);
  void Prove(Stage* stage);

  const ClaimGraph& graph_;
  const int32_t leverage_;
  Components components_;
  std::vector<uint32_t> place_;  // In its component, by node.
  std::vector<int64_t> flow_;
  std::vector<bool> fixed_;    // Decided by a stage before, by arc.
  std::vector<int64_t> lift_;  // Of the first stage, by component.
  Circulation circulation_;
  uint64_t steps_left_;
  ArcKind class_ = 0;
  bool is_first_ = true;
  bool is_last_ = false;
  bool solved_ = true;
};

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_STAGE_SOLVER_H_
