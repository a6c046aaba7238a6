#include "tests/engine/netting/brute_force.h"

#include <algorithm>
#include <set>

namespace skontro::netting {
namespace {

class Everything {
 public:
  explicit Everything(const Problem& problem)
      : problem_(problem),
        lines_(problem.party_count),
        order_(problem.obligations),
        last_use_(problem.party_count),
        position_(problem.party_count) {
    for (const CreditLine& line : problem.credit_lines) {
      lines_[static_cast<size_t>(line.party)] = line;
    }
    std::set<uint8_t> classes;
    for (const Obligation& owed : order_) classes.insert(owed.priority_class);
    if (classes.empty()) classes.insert(0);
    classes_.assign(classes.begin(), classes.end());
    scores_.resize(classes_.size());
    best_.resize(classes_.size());
    // A party whose obligations come early is known to balance early.
    std::sort(order_.begin(), order_.end(),
              [](const Obligation& a, const Obligation& b) {
                return std::min(a.debtor, a.creditor) <
                       std::min(b.debtor, b.creditor);
              });
    for (size_t i = 0; i < order_.size(); ++i) {
      last_use_[static_cast<size_t>(order_[i].debtor)] = i;
      last_use_[static_cast<size_t>(order_[i].creditor)] = i;
    }
  }

  std::vector<int64_t> Run() {
    Try(0);
    return best_;
  }

 private:
  // Whether the party's line covers its position, if nothing can change it any
  // more.
  bool CanBalance(Party party, size_t i) const {
    const auto p = static_cast<size_t>(party);
    if (last_use_[p] != i) return true;
    return -position_[p] <= lines_[p].receivable_minor_units &&
           position_[p] <= lines_[p].spendable_minor_units;
  }

  // position_: debts set off less claims set off, which is what has to be
  // spent.
  void Try(size_t i) {
    if (i == order_.size()) return Compare();
    const Obligation& owed = order_[i];
    const size_t class_place = static_cast<size_t>(
        std::find(classes_.begin(), classes_.end(), owed.priority_class) -
        classes_.begin());
    for (int64_t amount = 0; amount <= owed.minor_units; ++amount) {
      position_[static_cast<size_t>(owed.debtor)] += amount;
      position_[static_cast<size_t>(owed.creditor)] -= amount;
      scores_[class_place] += 2 * amount;
      if (CanBalance(owed.debtor, i) && CanBalance(owed.creditor, i)) {
        Try(i + 1);
      }
      position_[static_cast<size_t>(owed.debtor)] -= amount;
      position_[static_cast<size_t>(owed.creditor)] += amount;
      scores_[class_place] -= 2 * amount;
    }
  }

  void Compare() {
    std::vector<int64_t> scores = scores_;
    for (const int64_t position : position_) {
      scores.back() -=
          (2 * problem_.leverage + 1) * std::max<int64_t>(position, 0);
    }
    if (scores > best_) best_ = scores;
  }

  const Problem& problem_;
  std::vector<CreditLine> lines_;  // By party.
  std::vector<Obligation> order_;
  std::vector<size_t> last_use_;
  std::vector<int64_t> position_;
  std::vector<uint8_t> classes_;
  std::vector<int64_t> scores_;
  std::vector<int64_t> best_;
};

}  // namespace

std::vector<int64_t> BestScores(const Problem& problem) {
  return Everything(problem).Run();
}

}  // namespace skontro::netting
