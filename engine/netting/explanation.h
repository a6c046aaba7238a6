// What the proof of a solution tells the people in it: why an obligation was
// not cleared further, and what one more unit of a credit line would clear. The
// answers are exact: each follows the best way that one more unit can take
// through what the solution left open. The potentials make the losses on that
// way zero or more, so that it is found by a search for the shortest.
//
// Thread safety: a const Explainer may be used by many threads.

#ifndef SKONTRO_ENGINE_NETTING_EXPLANATION_H_
#define SKONTRO_ENGINE_NETTING_EXPLANATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/netting/netting.h"

namespace skontro::netting {

enum class Standing : uint8_t {
  // All of it is set off.
  kCleared = 1,
  // No chain of debts and credit leads from the creditor back to the debtor:
  // whatever the amounts, nothing of it can be set off.
  kNoRing = 2,
  // Some of what the debtor owes the creditor in this class is set off, and
  // that
  // used up every chain that leads back.
  kUsedUp = 3,
  // A result that is as good sets off more of it, and less of others.
  kTie = 4,
  // To set off one more unit of it makes the result worse.
  kWorse = 5,
};

struct Explanation {
  Standing standing = Standing::kCleared;
  // With kWorse: the first stage that one more unit makes worse, and by how
  // much of its score.
  uint8_t stage = 0;
  int64_t score_lost = 0;
};

// What one more unit to spend would do.
struct LineValue {
  int64_t score = 0;  // By how much the result would be better.
  // The debts that would be cleared on top; 0 where the score is 0.
  int64_t debt_minor_units = 0;
};

class Explainer {
 public:
  // Linear. Both outlive the Explainer.
  // REQUIRES: Verify() accepts the solution, and it is optimal.
  Explainer(const Problem& problem, const Solution& solution);

  // Of the obligation at this place in the problem. One search.
  Explanation Explain(size_t obligation) const;

  // One for each party, whether it has a line or not: what Solve() would say if
  // the party might spend one unit more. One search for all.
  //
  // Returns FAILED_PRECONDITION for a solution of several classes: what a unit
  // is worth to one of them is no number of another.
  absl::StatusOr<std::vector<LineValue>> LineValues() const;

 private:
  // What a unit over an arc loses, stage by stage; compared in their order.
  using Loss = std::vector<int64_t>;
  struct Step {
    uint32_t from;
    // The class of the obligation that it takes back; -1 if it takes back none.
    int16_t undone_class;
    Loss loss;
  };
  // A way may not end with taking back what the debtor owes the creditor in the
  // class itself: within those, the due date decides and nothing else.
  struct Detour {
    uint32_t creditor;
    int16_t undone_class;
  };

  Loss LossOf(uint32_t tail, uint32_t head, int16_t priority_class,
              int64_t last_score) const;
  void Add(uint32_t tail, uint32_t head, int16_t priority_class,
           int64_t last_score, int64_t capacity, int64_t flow);
  void AddLines();
  std::vector<Loss> LeastTo(uint32_t goal, std::optional<Detour> detour) const;

  const Problem& problem_;
  const Solution& solution_;
  // What can still move, by head: from where, and at which loss.
  std::vector<std::vector<Step>> into_;
};

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_EXPLANATION_H_
