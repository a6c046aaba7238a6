#include "bench/debt_graph.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "bench/integer_dice.h"
#include "ledger/base/check.h"

namespace skontro::bench {
namespace {

using netting::ObligationId;
using netting::Party;
using netting::Problem;

// Of e^11.5, e^1.5 and e^0.8: their logarithms to the base 2, times kOne.
constexpr int64_t kAmountCenter = 1'087'307;
constexpr int64_t kAmountDeviation = 141'823;
constexpr int64_t kSideDeviation = 75'639;

constexpr int64_t kLeastAmount = 10'000;  // Of a heavy tail.
constexpr int64_t kTailMax = kOne << 32;
constexpr uint32_t kTierCount = 6;

class Maker {
 public:
  explicit Maker(const DebtGraph& graph)
      : graph_(graph),
        debts_(uint64_t{graph.firms} * graph.degree),
        dice_(graph.seed) {
    SKONTRO_CHECK(graph.firms >= 2 * kTierCount && debts_ > 0 &&
                  debts_ <= netting::kObligationsMax);
    problem_.party_count = graph.firms;
    problem_.obligations.reserve(debts_);
  }

  Problem Make() {
    switch (graph_.shape) {
      case DebtShape::kTrade:
      case DebtShape::kHeavyTail:
        Trade(debts_);
        break;
      case DebtShape::kUniform:
        Uniform(debts_);
        break;
      case DebtShape::kTiers:
        Tiers();
        break;
      case DebtShape::kHub:
        Hub();
        break;
      case DebtShape::kRing:
        Ring();
        break;
      case DebtShape::kNestedRings:
        NestedRings();
        break;
      case DebtShape::kBipartite:
        Bipartite();
        break;
      case DebtShape::kHuge:
        Huge();
        break;
    }
    return std::move(problem_);
  }

 private:
  uint32_t AnyFirm() {
    return static_cast<uint32_t>(dice_.Below(graph_.firms));
  }

  void Add(uint32_t debtor, uint32_t creditor, int64_t amount) {
    if (debtor == creditor) return;
    problem_.obligations.push_back(
        {ObligationId{problem_.obligations.size() + 1}, Party{debtor},
         Party{creditor}, amount, 0, 0});
  }

  // The amount is drawn last: what is drawn when must not be for a compiler to
  // choose, so no call draws more than one of its arguments.
  void Add(uint32_t debtor, uint32_t creditor) {
    Add(debtor, creditor, Amount());
  }

  // In cents, at least one.
  int64_t Amount() {
    int64_t amount = 0;
    if (graph_.shape == DebtShape::kHeavyTail) {
      amount = kLeastAmount * std::min(dice_.Pareto(6, 5), kTailMax);
    } else {
      amount = dice_.LogNormal(kAmountCenter, kAmountDeviation);
    }
    return std::max<int64_t>(amount >> kFractionBits, 1);
  }

  // Sums of the sizes of firms, each times a number of its own: where a firm
  // is drawn by size. Zero comes first.
  std::vector<uint64_t> SizeSums(const std::vector<int64_t>& sizes) {
    std::vector<uint64_t> sums(1, 0);
    sums.reserve(sizes.size() + 1);
    for (const int64_t size : sizes) {
      const int64_t side = dice_.LogNormal(0, kSideDeviation);
      const auto weight = static_cast<uint64_t>(
          std::max<int64_t>(size * side >> kFractionBits, 1));
      sums.push_back(sums.back() + weight);
    }
    return sums;
  }

  uint32_t FirmBySize(const std::vector<uint64_t>& sums) {
    const uint64_t place = dice_.Below(sums.back());
    const auto above = std::upper_bound(sums.begin(), sums.end(), place);
    return static_cast<uint32_t>(std::distance(sums.begin(), above) - 1);
  }

  void Trade(uint64_t count) {
    int64_t root = 1;
    while (root * root < static_cast<int64_t>(debts_)) ++root;
    std::vector<int64_t> sizes(graph_.firms);
    for (int64_t& size : sizes) {
      size = std::min(dice_.Pareto(3, 2), root * kOne);
    }
    const std::vector<uint64_t> debtors = SizeSums(sizes);
    const std::vector<uint64_t> creditors = SizeSums(sizes);
    for (uint64_t i = 0; i < count; ++i) {
      const uint32_t debtor = FirmBySize(debtors);
      Add(debtor, FirmBySize(creditors));
    }
  }

  void Uniform(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) {
      const uint32_t debtor = AnyFirm();
      Add(debtor, AnyFirm());
    }
  }

  void Tiers() {
    const uint32_t width = graph_.firms / kTierCount;
    for (uint64_t i = 0; i < debts_; ++i) {
      const auto tier = static_cast<uint32_t>(dice_.Below(kTierCount - 1));
      const auto debtor =
          static_cast<uint32_t>(tier * width + dice_.Below(width));
      const auto next =
          static_cast<uint32_t>((tier + 1) * width + dice_.Below(width));
      Add(debtor, dice_.Below(100) == 0 ? AnyFirm() : next);
    }
  }

  void Hub() {
    const uint32_t partners = graph_.firms / 10;
    Trade(debts_ - std::min<uint64_t>(debts_, 2 * uint64_t{partners}));
    for (uint32_t i = 0; i < partners; ++i) {
      Add(AnyFirm(), 0);
      Add(0, AnyFirm());
    }
  }

  void Ring() {
    for (uint32_t firm = 0; firm < graph_.firms; ++firm) {
      Add(firm, (firm + 1) % graph_.firms);
    }
  }

  void NestedRings() {
    for (uint32_t firm = 0; firm + 1 < graph_.firms; ++firm) {
      Add(firm, firm + 1);
      Add(firm + 1, 0, 1 + Amount() / graph_.firms);
    }
  }

  void Bipartite() {
    const uint32_t half = graph_.firms / 2;
    for (uint64_t i = 0; i < debts_; ++i) {
      const auto debtor = static_cast<uint32_t>(dice_.Below(half));
      Add(debtor, half + static_cast<uint32_t>(dice_.Below(half)));
    }
    for (uint32_t i = 0; i < graph_.firms / 50 + 1; ++i) {
      const auto debtor = half + static_cast<uint32_t>(dice_.Below(half));
      Add(debtor, static_cast<uint32_t>(dice_.Below(half)));
    }
  }

  void Huge() {
    Uniform(debts_);
    const auto share = static_cast<uint64_t>(netting::kTotalMax) / debts_;
    int64_t left = netting::kTotalMax;
    for (netting::Obligation& owed : problem_.obligations) {
      owed.minor_units = 1 + static_cast<int64_t>(dice_.Below(share));
      left -= owed.minor_units;
    }
    problem_.obligations.front().minor_units += left;
  }

  const DebtGraph graph_;
  const uint64_t debts_;
  IntegerDice dice_;
  Problem problem_;
};

}  // namespace

const char* NameOf(DebtShape shape) {
  switch (shape) {
    case DebtShape::kTrade:
      return "trade";
    case DebtShape::kHeavyTail:
      return "heavy-tail";
    case DebtShape::kUniform:
      return "uniform";
    case DebtShape::kTiers:
      return "tiers";
    case DebtShape::kHub:
      return "hub";
    case DebtShape::kRing:
      return "ring";
    case DebtShape::kNestedRings:
      return "nested-rings";
    case DebtShape::kBipartite:
      return "bipartite";
    case DebtShape::kHuge:
      return "huge";
  }
  return "unknown";
}

std::optional<DebtShape> ShapeNamed(std::string_view name) {
  for (const DebtShape shape : kDebtShapes) {
    if (name == NameOf(shape)) return shape;
  }
  return std::nullopt;
}

Problem MakeProblem(const DebtGraph& graph) { return Maker(graph).Make(); }

}  // namespace skontro::bench
