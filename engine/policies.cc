#include "engine/policies.h"

#include "ledger/base/limits.h"

namespace skontro::engine {
namespace {

constexpr std::array<PolicyRule, kPolicyCount> kRules = {{
    {Policy::kDealCap, "deal_cap.minor_units", 0, 0, kAmountMax},
    {Policy::kLeastUnitShare, "least_unit_share_bp", 0, 0, kBasisPoints},
    {Policy::kVatSettlement, "vat_settlement", 0, 0, 1},
    {Policy::kArchived, "archived", 0, 0, 1},
}};

constexpr bool AreInOrder() {
  for (size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<size_t>(kRules[i].policy) != i + 1) return false;
  }
  return true;
}
static_assert(AreInOrder());

}  // namespace

std::span<const PolicyRule, kPolicyCount> PolicyRules() { return kRules; }

const PolicyRule* FindPolicyRule(uint32_t number) {
  return number == 0 || number > kRules.size() ? nullptr : &kRules[number - 1];
}

Policies::Policies() : values_() {
  for (const PolicyRule& rule : kRules) Set(rule.policy, rule.by_default);
}

std::optional<int64_t> Policies::deal_cap() const {
  const int64_t cap = Get(Policy::kDealCap);
  return cap == 0 ? std::nullopt : std::optional<int64_t>(cap);
}

}  // namespace skontro::engine
