#include "engine/policy_rules.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "ledger/base/limits.h"

namespace skontro::engine {
namespace {

// What a trade pays for: the value of its units, its cash leg, and what was
// paid before. Nothing where the form of the trade does not let it be told;
// the form is refused then.
std::optional<__int128> InvoicedBy(const CreateTrade& trade) {
  const int64_t prepaid =
      trade.invoice.has_value() ? trade.invoice->prepaid : 0;
  const auto is_amount = [](int64_t value) {
    return value >= 0 && value <= kAmountMax;
  };
  // Prepare() leaves a value of nothing where there is none.
  if (trade.national_value <= 0 || !is_amount(trade.cash) ||
      !is_amount(prepaid)) {
    return std::nullopt;
  }
  return __int128{trade.national_value} + trade.cash + prepaid;
}

__int128 TaxOf(const CreateTrade& trade) {
  __int128 tax = 0;
  if (!trade.invoice.has_value()) return tax;
  for (const TaxLine& line : trade.invoice->tax_lines) tax += line.tax;
  return tax;
}

Refusal NetworkIn(const State& state, bool archived) {
  return {Reason::kNetworkState,
          {{"network", absl::StrCat("networks/", state.terms().id)},
           {"state", archived ? "ARCHIVED" : "ACTIVE"},
           {"needed", archived ? "ACTIVE" : "ARCHIVED"}}};
}

// Whether the command may be done in an archived network.
bool IsForArchived(const CommandBody& body) {
  if (const auto* update = std::get_if<UpdatePolicies>(&body)) {
    return std::all_of(
        update->changes.begin(), update->changes.end(),
        [](const auto& change) { return change.first == Policy::kArchived; });
  }
  return std::holds_alternative<CreateApiKey>(body) ||
         std::holds_alternative<RotateApiKey>(body) ||
         std::holds_alternative<RevokeApiKey>(body) ||
         std::holds_alternative<SetHeadKey>(body) ||
         std::holds_alternative<SetWebhookState>(body);
}

}  // namespace

std::string PoliciesEtag(uint64_t version) { return absl::StrCat(version); }

PoliciesSet DecideUpdatePolicies(const State& state,
                                 const UpdatePolicies& command,
                                 std::vector<Refusal>* refusals) {
  const std::string etag = PoliciesEtag(state.policies_version());
  if (!command.etag.empty() && command.etag != etag) {
    refusals->push_back(
        {Reason::kEtagMismatch, {{"etag", etag}, {"given", command.etag}}});
  }
  // Twice the same is a mistake of whoever archives or restores.
  for (const auto& [policy, value] : command.changes) {
    if (policy != Policy::kArchived || state.policies().Get(policy) != value) {
      continue;
    }
    refusals->push_back(NetworkIn(state, value != 0));
  }
  PoliciesSet set{state.policies_version() + 1, state.policies()};
  for (const auto& [policy, value] : command.changes) {
    set.policies.Set(policy, value);
  }
  return set;
}

std::optional<Refusal> CheckDealCap(const State& state, Initiator initiator,
                                    Amount units) {
  const std::optional<int64_t> cap = state.policies().deal_cap();
  if (!cap.has_value() || initiator != Initiator::kBuyer ||
      units.minor_units() <= *cap) {
    return std::nullopt;
  }
  return Refusal{Reason::kDealCapExceeded,
                 {{"limit", absl::StrCat(*cap)},
                  {"amount", absl::StrCat(units.minor_units())}}};
}

std::optional<Refusal> CheckUnitShare(const State& state,
                                      const CreateTrade& command) {
  const int64_t least = state.policies().least_unit_share_bp();
  if (least == 0) return std::nullopt;
  const std::optional<__int128> invoiced = InvoicedBy(command);
  if (!invoiced.has_value()) return std::nullopt;
  const __int128 parts = __int128{command.national_value} * kBasisPoints;
  if (parts >= *invoiced * least) return std::nullopt;
  return Refusal{
      Reason::kBelowAcceptanceRate,
      {{"limit", absl::StrCat(least)},
       {"value", absl::StrCat(static_cast<int64_t>(parts / *invoiced))}}};
}

std::optional<Refusal> CheckVatSettlement(const State& state,
                                          const CreateTrade& command) {
  if (state.policies().vat_settlement() != VatSettlement::kCash) {
    return std::nullopt;
  }
  const std::optional<__int128> invoiced = InvoicedBy(command);
  if (!invoiced.has_value()) return std::nullopt;
  const __int128 tax = TaxOf(command);
  const __int128 net = *invoiced - tax;
  if (tax <= 0 || command.national_value <= net) return std::nullopt;
  // Tax above the invoice is of bad form; nothing may be paid in units then.
  const __int128 limit = net > 0 ? net : 0;
  return Refusal{Reason::kVatInUnits,
                 {{"limit", absl::StrCat(static_cast<int64_t>(limit))},
                  {"value", absl::StrCat(command.national_value)}}};
}

std::optional<Refusal> CheckArchived(const State& state,
                                     const Command& command) {
  if (!state.policies().archived() || IsForArchived(command.body)) {
    return std::nullopt;
  }
  return NetworkIn(state, true);
}

}  // namespace skontro::engine
