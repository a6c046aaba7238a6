#include "server/convert_policies.h"

#include "absl/strings/str_cat.h"
#include "engine/policy_rules.h"
#include "server/convert_amount.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

constexpr size_t kEtagLengthMax = 64;

}  // namespace

engine::UpdatePolicies ReadPolicies(const v1::UpdatePoliciesRequest& request,
                                    Form* form) {
  engine::UpdatePolicies update;
  form->Require("policies", request.has_policies());
  const v1::Policies& policies = request.policies();
  form->PoliciesName("policies.name", policies.name());
  if (policies.has_deal_cap()) {
    update.changes.emplace_back(engine::Policy::kDealCap,
                                policies.deal_cap().minor_units());
  }
  if (policies.has_least_unit_share_bp()) {
    update.changes.emplace_back(engine::Policy::kLeastUnitShare,
                                policies.least_unit_share_bp());
  }
  if (policies.vat_settlement() != v1::Policies::VAT_SETTLEMENT_UNSPECIFIED) {
    if (v1::Policies::VatSettlement_IsValid(policies.vat_settlement())) {
      update.changes.emplace_back(
          engine::Policy::kVatSettlement,
          policies.vat_settlement() - v1::Policies::PRORATA);
    } else {
      form->Refuse("policies.vat_settlement",
                   absl::StrCat(policies.vat_settlement()), "PRORATA or CASH");
    }
  } else if (update.changes.empty()) {
    form->Refuse("policies", "no policy", "at least one policy to change");
  }
  update.etag = policies.etag();
  form->Text("policies.etag", policies.etag(), 0, kEtagLengthMax);
  form->RequestId(request.request_id());
  return update;
}

void WritePolicies(const std::string& network, const engine::PoliciesSet& set,
                   int64_t time_us, v1::Policies* out) {
  out->set_name(PoliciesName(network));
  out->mutable_deal_cap()->set_minor_units(
      set.policies.Get(engine::Policy::kDealCap));
  out->set_least_unit_share_bp(
      static_cast<int32_t>(set.policies.least_unit_share_bp()));
  out->set_vat_settlement(set.policies.vat_settlement() ==
                                  engine::VatSettlement::kCash
                              ? v1::Policies::CASH
                              : v1::Policies::PRORATA);
  out->set_version(static_cast<int64_t>(set.version));
  out->set_etag(engine::PoliciesEtag(set.version));
  if (time_us != 0) WriteTime(time_us, out->mutable_update_time());
}

}  // namespace skontro::server
