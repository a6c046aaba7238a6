// The policies of a network: the rules that differ between networks, each a
// number that an operator sets. They are journaled, all together, each time one
// of them changes; a network in which nobody ever set one has the defaults.
// docs/policies.md explains each, and which real network uses what.
//
// A new policy gets the next number here, in storage/v1/event.proto and in the
// verifier, a field of v1.Policies, and a default with which a network behaves
// as if there were none: journals of old do not name it.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_ENGINE_POLICIES_H_
#define SKONTRO_ENGINE_POLICIES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace skontro::engine {

// The numbers are on disk and never reused.
enum class Policy : uint32_t {
  kDealCap = 1,
  kLeastUnitShare = 2,
  kVatSettlement = 3,
  kArchived = 4,
};

inline constexpr size_t kPolicyCount = 4;

// In what the tax of an invoice may be paid: values of kVatSettlement, and the
// numbers of skontro.v1.Policies.VatSettlement less one.
enum class VatSettlement : int64_t {
  kProrata = 0,  // In units and cash, as the rest of the invoice.
  kCash = 1,     // Never in units.
};

inline constexpr int64_t kBasisPoints = 10'000;

// What may be set, and what holds where nobody did.
struct PolicyRule {
  Policy policy;
  const char* field;  // Of v1.Policies, without what precedes it.
  int64_t by_default;
  int64_t least;
  int64_t most;
};

// By number, from 1 without gaps.
std::span<const PolicyRule, kPolicyCount> PolicyRules();

// The rule of this number, or nullptr.
const PolicyRule* FindPolicyRule(uint32_t number);

class Policies {
 public:
  // Every policy at its default.
  Policies();

  int64_t Get(Policy policy) const {
    return values_[static_cast<size_t>(policy) - 1];
  }
  void Set(Policy policy, int64_t value) {
    values_[static_cast<size_t>(policy) - 1] = value;
  }

  // The most units that a trade may have without the seller's consent; nothing
  // for no cap.
  std::optional<int64_t> deal_cap() const;

  // The least part of what is invoiced that has to be paid in units, in basis
  // points; 0 for any.
  int64_t least_unit_share_bp() const { return Get(Policy::kLeastUnitShare); }

  VatSettlement vat_settlement() const {
    return static_cast<VatSettlement>(Get(Policy::kVatSettlement));
  }

  // Whether nothing happens any more in the network. Not a field of
  // v1.Policies: methods of their own set it.
  bool archived() const { return Get(Policy::kArchived) != 0; }

  friend bool operator==(const Policies&, const Policies&) = default;

 private:
  std::array<int64_t, kPolicyCount> values_;
};

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_POLICIES_H_
