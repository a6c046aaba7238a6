#include "engine/netting/explanation.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "absl/status/status.h"
#include "ledger/base/check.h"

namespace skontro::netting {
namespace {

constexpr int16_t kNoClass = -1;

uint32_t At(Party party) { return static_cast<uint32_t>(party); }

std::vector<int64_t> Sum(const std::vector<int64_t>& a,
                         const std::vector<int64_t>& b) {
  std::vector<int64_t> sum(a.size());
  for (size_t i = 0; i < a.size(); ++i) sum[i] = a[i] + b[i];
  return sum;
}

}  // namespace

Explainer::Explainer(const Problem& problem, const Solution& solution)
    : problem_(problem),
      solution_(solution),
      into_(size_t{problem.party_count} + 1) {
  SKONTRO_CHECK(solution.is_optimal);
  for (size_t i = 0; i < problem.obligations.size(); ++i) {
    const Obligation& owed = problem.obligations[i];
    Add(At(owed.debtor), At(owed.creditor), owed.priority_class, 0,
        owed.minor_units, solution.set_off_minor_units[i]);
  }
  if (!problem.credit_lines.empty()) AddLines();
}

void Explainer::AddLines() {
  const uint32_t pool = problem_.party_count;
  std::vector<CreditUse> owed(pool);  // All debts and all claims, by party.
  for (const Obligation& each : problem_.obligations) {
    owed[At(each.debtor)].spent_minor_units += each.minor_units;
    owed[At(each.creditor)].received_minor_units += each.minor_units;
  }
  for (size_t i = 0; i < problem_.credit_lines.size(); ++i) {
    const CreditLine& line = problem_.credit_lines[i];
    const uint32_t party = At(line.party);
    const CreditUse& use = solution_.credit_use[i];
    Add(pool, party, kNoClass, -(2 * int64_t{problem_.leverage} + 1),
        std::min(line.spendable_minor_units, owed[party].spent_minor_units),
        use.spent_minor_units);
    Add(party, pool, kNoClass, 0,
        std::min(line.receivable_minor_units, owed[party].received_minor_units),
        use.received_minor_units);
  }
}

Explainer::Loss Explainer::LossOf(uint32_t tail, uint32_t head,
                                  int16_t priority_class,
                                  int64_t last_score) const {
  Loss loss;
  for (const Stage& stage : solution_.stages) {
    const bool is_last = &stage == &solution_.stages.back();
    const int64_t score = (stage.priority_class == priority_class ? 2 : 0) +
                          (is_last ? last_score : 0);
    loss.push_back(stage.potentials[head] - stage.potentials[tail] - score);
  }
  return loss;
}

void Explainer::Add(uint32_t tail, uint32_t head, int16_t priority_class,
                    int64_t last_score, int64_t capacity, int64_t flow) {
  Loss loss = LossOf(tail, head, priority_class, last_score);
  if (flow < capacity) into_[head].push_back({tail, kNoClass, loss});
  if (flow == 0) return;
  for (int64_t& each : loss) each = -each;
  into_[tail].push_back({head, priority_class, std::move(loss)});
}

// The least loss of a way from each node to `goal`; empty where none leads
// there.
std::vector<Explainer::Loss> Explainer::LeastTo(
    uint32_t goal, std::optional<Detour> detour) const {
  std::vector<Loss> least(into_.size());
  using Entry = std::pair<Loss, uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  const Loss nothing(solution_.stages.size());
  least[goal] = nothing;
  queue.emplace(nothing, goal);
  while (!queue.empty()) {
    const auto [loss, node] = queue.top();
    queue.pop();
    if (loss > least[node]) continue;
    for (const Step& step : into_[node]) {
      SKONTRO_CHECK(step.loss >= nothing);
      if (detour.has_value() && node == goal && step.from == detour->creditor &&
          step.undone_class == detour->undone_class) {
        continue;
      }
      Loss through = Sum(loss, step.loss);
      Loss& known = least[step.from];
      if (!known.empty() && known <= through) continue;
      known = through;
      queue.emplace(std::move(through), step.from);
    }
  }
  return least;
}

Explanation Explainer::Explain(size_t obligation) const {
  const Obligation& owed = problem_.obligations[obligation];
  if (solution_.set_off_minor_units[obligation] == owed.minor_units) return {};
  const uint32_t debtor = At(owed.debtor);
  const uint32_t creditor = At(owed.creditor);
  const Detour detour = {creditor, owed.priority_class};
  const Loss back = LeastTo(debtor, detour)[creditor];
  if (back.empty()) {
    const std::vector<Step>& steps = into_[debtor];
    const bool used_up =
        std::any_of(steps.begin(), steps.end(), [&detour](const Step& step) {
          return step.from == detour.creditor &&
                 step.undone_class == detour.undone_class;
        });
    return {used_up ? Standing::kUsedUp : Standing::kNoRing, 0, 0};
  }
  const Loss loss = Sum(back, LossOf(debtor, creditor, owed.priority_class, 0));
  for (size_t s = 0; s < loss.size(); ++s) {
    if (loss[s] == 0) continue;
    return {Standing::kWorse, static_cast<uint8_t>(s), loss[s]};
  }
  return {Standing::kTie, 0, 0};
}

absl::StatusOr<std::vector<LineValue>> Explainer::LineValues() const {
  if (solution_.stages.size() != 1) {
    return absl::FailedPreconditionError(
        "the obligations are of several classes; ask for the value of a line "
        "with those of one class");
  }
  const uint32_t pool = problem_.party_count;
  const std::vector<Loss> back = LeastTo(pool, std::nullopt);
  const int64_t price = 2 * int64_t{problem_.leverage} + 1;
  std::vector<LineValue> values(pool);
  for (uint32_t party = 0; party < pool; ++party) {
    if (back[party].empty()) continue;
    const int64_t score =
        -Sum(back[party], LossOf(pool, party, kNoClass, -price))[0];
    if (score <= 0) continue;
    // Two for each debt, less the price, which is odd: an even score means that
    // the unit is spent in the place of somebody else's.
    const int64_t twice = score % 2 == 0 ? score : score + price;
    values[party] = {score, twice / 2};
  }
  return values;
}

}  // namespace skontro::netting
