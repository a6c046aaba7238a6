#include "engine/netting/certificate.h"

#include <algorithm>
#include <bitset>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"

namespace skontro::netting {
namespace {

template <typename... Words>
absl::Status Wrong(const Words&... words) {
  return absl::InternalError(absl::StrCat("clearing result: ", words...));
}

std::string Text(absl::int128 number) {
  if (number < 0) return absl::StrCat("-", Text(-number));
  std::string text;
  do {
    text += static_cast<char>('0' + static_cast<int>(number % 10));
    number /= 10;
  } while (number > 0);
  std::reverse(text.begin(), text.end());
  return text;
}

constexpr int64_t kPotentialMax = int64_t{1} << 60;

size_t At(Party party) { return static_cast<size_t>(party); }

// What an arc adds to the scores, and what the potentials say of it.
struct Arc {
  size_t tail;
  size_t head;
  int64_t capacity;
  int64_t flow;
};

class Check {
 public:
  Check(const Problem& problem, const Solution& solution)
      : problem_(problem), solution_(solution) {}

  absl::Status Run() {
    SKONTRO_RETURN_IF_ERROR(CheckShape());
    net_.assign(size_t{problem_.party_count} + 1, 0);
    owed_.resize(problem_.credit_lines.empty() ? 0 : problem_.party_count);
    scores_.resize(solution_.stages.size());
    bounds_.resize(solution_.stages.size());
    for (size_t i = 0; i < problem_.obligations.size(); ++i) {
      SKONTRO_RETURN_IF_ERROR(CheckObligation(i));
    }
    for (size_t i = 0; i < problem_.credit_lines.size(); ++i) {
      SKONTRO_RETURN_IF_ERROR(CheckLine(i));
    }
    SKONTRO_RETURN_IF_ERROR(CheckBalance());
    return CheckScores();
  }

 private:
  absl::Status CheckShape() {
    if (solution_.set_off_minor_units.size() != problem_.obligations.size()) {
      return Wrong(solution_.set_off_minor_units.size(), " set-offs for ",
                   problem_.obligations.size(), " obligations");
    }
    if (solution_.credit_use.size() != problem_.credit_lines.size()) {
      return Wrong(solution_.credit_use.size(), " credit uses for ",
                   problem_.credit_lines.size(), " credit lines");
    }
    return CheckStages();
  }

  absl::Status CheckStages() {
    std::bitset<256> seen;
    for (const Obligation& owed : problem_.obligations) {
      seen.set(owed.priority_class);
    }
    if (seen.none()) seen.set(0);
    class_count_ = seen.count();
    size_t stage = 0;
    for (size_t c = 0; c < seen.size() && stage < solution_.stages.size();
         ++c) {
      if (!seen[c]) continue;
      if (solution_.stages[stage].priority_class != c) {
        return Wrong("stage ", stage, " is of class ",
                     solution_.stages[stage].priority_class, ", not of ", c);
      }
      SKONTRO_RETURN_IF_ERROR(CheckPotentials(stage));
      ++stage;
    }
    if (stage == 0 || stage < solution_.stages.size()) {
      return Wrong(solution_.stages.size(), " stages for ", seen.count(),
                   " classes");
    }
    if (solution_.is_optimal && stage < seen.count()) {
      return Wrong("called optimal after ", stage, " of ", seen.count(),
                   " classes");
    }
    return absl::OkStatus();
  }

  // Within the bounds, no sum of fees times amounts can leave an int128.
  absl::Status CheckPotentials(size_t stage) const {
    const std::vector<int64_t>& all = solution_.stages[stage].potentials;
    if (all.size() != size_t{problem_.party_count} + 1) {
      return Wrong("stage ", stage, " has ", all.size(), " potentials for ",
                   problem_.party_count, " parties");
    }
    for (size_t party = 0; party < all.size(); ++party) {
      if (all[party] >= -kPotentialMax && all[party] <= kPotentialMax) continue;
      return Wrong("stage ", stage, " has a potential of ", all[party],
                   " at party ", party, ", further from 0 than ",
                   kPotentialMax);
    }
    return absl::OkStatus();
  }

  absl::Status CheckObligation(size_t i) {
    const Obligation& owed = problem_.obligations[i];
    const int64_t set_off = solution_.set_off_minor_units[i];
    if (set_off < 0 || set_off > owed.minor_units) {
      return Wrong("of obligation ", static_cast<uint64_t>(owed.id), " over ",
                   owed.minor_units, ", ", set_off, " is set off");
    }
    net_[At(owed.debtor)] -= set_off;
    net_[At(owed.creditor)] += set_off;
    total_ += set_off;
    if (!owed_.empty()) {
      owed_[At(owed.debtor)].spent_minor_units += owed.minor_units;
      owed_[At(owed.creditor)].received_minor_units += owed.minor_units;
    }
    const Arc arc = {At(owed.debtor), At(owed.creditor), owed.minor_units,
                     set_off};
    return CheckArc(arc, owed.priority_class, 0, [&owed] {
      return absl::StrCat("obligation ", static_cast<uint64_t>(owed.id));
    });
  }

  absl::Status CheckLine(size_t i) {
    const CreditLine& line = problem_.credit_lines[i];
    const CreditUse& use = solution_.credit_use[i];
    const CreditUse& owed = owed_[At(line.party)];
    // More than all debts or all claims is of no use, so it is not counted.
    const int64_t spendable =
        std::min(line.spendable_minor_units, owed.spent_minor_units);
    const int64_t receivable =
        std::min(line.receivable_minor_units, owed.received_minor_units);
    if (use.spent_minor_units < 0 || use.spent_minor_units > spendable ||
        use.received_minor_units < 0 || use.received_minor_units > receivable) {
      return Wrong("party ", At(line.party), " spends ", use.spent_minor_units,
                   " of ", spendable, " and receives ",
                   use.received_minor_units, " of ", receivable);
    }
    const size_t pool = problem_.party_count;
    net_[At(line.party)] += use.spent_minor_units - use.received_minor_units;
    net_[pool] += use.received_minor_units - use.spent_minor_units;
    spent_ += use.spent_minor_units;
    const auto name = [&line] {
      return absl::StrCat("the credit line of party ", At(line.party));
    };
    SKONTRO_RETURN_IF_ERROR(
        CheckArc({pool, At(line.party), spendable, use.spent_minor_units},
                 kNoClass, -(2 * int64_t{problem_.leverage} + 1), name));
    return CheckArc(
        {At(line.party), pool, receivable, use.received_minor_units}, kNoClass,
        0, name);
  }

  // Adds an arc to the scores and to what the potentials prove. Each unit
  // scores 2 in the stage of its class, and `last_score` in the last stage.
  template <typename Name>
  absl::Status CheckArc(const Arc& arc, int priority_class, int64_t last_score,
                        const Name& name) {
    bool decided = false;
    for (size_t s = 0; s < solution_.stages.size(); ++s) {
      const Stage& stage = solution_.stages[s];
      int64_t score = stage.priority_class == priority_class ? 2 : 0;
      if (s + 1 == class_count_) score += last_score;
      const int64_t fee =
          score + stage.potentials[arc.tail] - stage.potentials[arc.head];
      scores_[s] += absl::int128(score) * arc.flow;
      if (decided) {
        bounds_[s] += absl::int128(fee) * arc.flow;
        continue;
      }
      if (fee > 0) bounds_[s] += absl::int128(fee) * arc.capacity;
      decided = fee != 0;
      const bool is_solved =
          solution_.is_optimal || s + 1 < solution_.stages.size();
      if (!is_solved || fee == 0) continue;
      if (arc.flow != (fee > 0 ? arc.capacity : 0)) {
        return Wrong("stage ", s, " proves another result: of ", arc.capacity,
                     " of ", name(), ", ", arc.flow, " is taken at a fee of ",
                     fee);
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckBalance() const {
    for (size_t party = 0; party < net_.size(); ++party) {
      if (net_[party] == 0) continue;
      if (party == problem_.party_count) {
        return Wrong("all receive ", net_[party], " more than all spend");
      }
      return Wrong("the position of party ", party, " changes by ",
                   net_[party]);
    }
    return absl::OkStatus();
  }

  absl::Status CheckScores() const {
    if (total_ != solution_.total_minor_units) {
      return Wrong("the set-offs add up to ", total_, ", not to ",
                   solution_.total_minor_units);
    }
    if (spent_ != solution_.spent_minor_units) {
      return Wrong("all spend ", spent_, ", not ", solution_.spent_minor_units);
    }
    for (size_t s = 0; s < scores_.size(); ++s) {
      const Stage& stage = solution_.stages[s];
      if (scores_[s] != stage.score || bounds_[s] != stage.bound) {
        return Wrong("stage ", s, " has a score of ", Text(scores_[s]),
                     " and a bound of ", Text(bounds_[s]), ", not ",
                     Text(stage.score), " and ", Text(stage.bound));
      }
      const bool is_solved = solution_.is_optimal || s + 1 < scores_.size();
      if (is_solved && stage.score != stage.bound) {
        return Wrong("stage ", s, " is called solved with a score of ",
                     Text(stage.score), " under a bound of ",
                     Text(stage.bound));
      }
    }
    return absl::OkStatus();
  }

  static constexpr int kNoClass = -1;

  const Problem& problem_;
  const Solution& solution_;
  size_t class_count_ = 0;
  std::vector<int64_t> net_;
  std::vector<CreditUse> owed_;
  std::vector<absl::int128> scores_;
  std::vector<absl::int128> bounds_;
  int64_t total_ = 0;
  int64_t spent_ = 0;
};

}  // namespace

absl::Status Verify(const Problem& problem, const Solution& solution) {
  return Check(problem, solution).Run();
}

absl::Status VerifyAllocation(const Problem& problem,
                              const Solution& solution) {
  using Pair = std::tuple<Party, Party, uint8_t>;
  using Place = std::pair<int32_t, ObligationId>;
  struct Edge {
    Place last_begun;
    Place first_open;
    bool has_begun = false;
    bool has_open = false;
  };
  absl::flat_hash_map<Pair, Edge> pairs;
  for (size_t i = 0; i < problem.obligations.size(); ++i) {
    const Obligation& owed = problem.obligations[i];
    const int64_t set_off = solution.set_off_minor_units[i];
    const Place place = {owed.due_day, owed.id};
    Edge& edge = pairs[{owed.debtor, owed.creditor, owed.priority_class}];
    if (set_off > 0 && (!edge.has_begun || edge.last_begun < place)) {
      edge.has_begun = true;
      edge.last_begun = place;
    }
    if (set_off < owed.minor_units &&
        (!edge.has_open || place < edge.first_open)) {
      edge.has_open = true;
      edge.first_open = place;
    }
    if (edge.has_begun && edge.has_open && edge.first_open < edge.last_begun) {
      return Wrong("obligation ", static_cast<uint64_t>(edge.last_begun.second),
                   " is set off before obligation ",
                   static_cast<uint64_t>(edge.first_open.second));
    }
  }
  return absl::OkStatus();
}

}  // namespace skontro::netting
