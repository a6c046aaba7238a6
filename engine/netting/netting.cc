#include "engine/netting/netting.h"

#include <bitset>
#include <utility>

#include "engine/netting/claim_graph.h"
#include "engine/netting/stage_solver.h"
#include "ledger/base/status.h"

namespace skontro::netting {
namespace {

// The classes that occur, in their order. One where there is no obligation, so
// that a solution always has a stage.
std::vector<uint8_t> ClassesOf(const Problem& problem) {
  std::bitset<256> seen;
  for (const Obligation& owed : problem.obligations) {
    seen.set(owed.priority_class);
  }
  std::vector<uint8_t> classes;
  for (size_t i = 0; i < seen.size(); ++i) {
    if (seen[i]) classes.push_back(static_cast<uint8_t>(i));
  }
  if (classes.empty()) classes.push_back(0);
  return classes;
}

}  // namespace

absl::StatusOr<Solution> Solve(const Problem& problem) {
  SKONTRO_RETURN_IF_ERROR(CheckProblem(problem));
  const ClaimGraph graph = MakeClaimGraph(problem);
  const std::vector<uint8_t> classes = ClassesOf(problem);
  StageSolver solver(graph, problem.leverage, problem.work_limit);
  std::vector<Stage> stages;
  for (const uint8_t priority_class : classes) {
    const bool is_last = priority_class == classes.back();
    stages.push_back(solver.SolveStage(priority_class, is_last));
    if (!solver.solved()) break;
  }
  Solution solution = Allocate(problem, graph, solver.flow());
  solution.is_optimal = stages.size() == classes.size() &&
                        stages.back().score == stages.back().bound;
  solution.stages = std::move(stages);
  solution.steps = problem.work_limit - solver.steps_left();
  return solution;
}

}  // namespace skontro::netting
