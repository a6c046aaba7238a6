#include "cli/policy_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/wire_text.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::cli {
namespace {

using v1::Policies;

// What a policy is, as a person names, reads and writes it.
struct PolicyEntry {
  const char* name;
  const char* title;
  std::string (*text)(const Policies&, const Unit&);
  absl::Status (*set)(std::string_view value, const Unit&, Policies*);
};

std::string DealCapText(const Policies& policies, const Unit& unit) {
  const int64_t cap = policies.deal_cap().minor_units();
  return cap == 0 ? "no cap" : UnitText(cap, unit);
}

absl::Status SetDealCap(std::string_view value, const Unit& unit,
                        Policies* policies) {
  SKONTRO_ASSIGN_OR_RETURN(const int64_t cap, ParseUnits("VALUE", value, unit));
  policies->mutable_deal_cap()->set_minor_units(cap);
  return absl::OkStatus();
}

// Basis points are hundredths of a percent.
constexpr int kShareDecimals = 2;
constexpr int64_t kWholeShare = 10'000;

std::string UnitShareText(const Policies& policies, const Unit&) {
  const int32_t share = policies.least_unit_share_bp();
  if (share == 0) return "any";
  return absl::StrCat(ledger::FormatDecimal(share, kShareDecimals), " %");
}

absl::Status SetUnitShare(std::string_view value, const Unit&,
                          Policies* policies) {
  std::string_view number = value;
  if (number.ends_with('%')) number.remove_suffix(1);
  const absl::StatusOr<int64_t> share =
      ledger::ParseDecimal(number, kShareDecimals);
  if (!share.ok() || *share < 0 || *share > kWholeShare) {
    return UsageFailure(
        absl::StrCat("VALUE: '", Shown(value), "' is no share; try 30% or 0%"));
  }
  policies->set_least_unit_share_bp(static_cast<int32_t>(*share));
  return absl::OkStatus();
}

std::string VatSettlementText(const Policies& policies, const Unit&) {
  return policies.vat_settlement() == Policies::CASH ? "cash" : "prorata";
}

absl::Status SetVatSettlement(std::string_view value, const Unit&,
                              Policies* policies) {
  if (value == "cash") {
    policies->set_vat_settlement(Policies::CASH);
  } else if (value == "prorata") {
    policies->set_vat_settlement(Policies::PRORATA);
  } else {
    return UsageFailure(absl::StrCat("VALUE: '", Shown(value),
                                     "' is none; try prorata or cash"));
  }
  return absl::OkStatus();
}

const std::vector<PolicyEntry>& Entries() {
  static const auto* const kEntries = new std::vector<PolicyEntry>{
      {"deal-cap", "Deal cap", DealCapText, SetDealCap},
      {"least-unit-share", "Least unit share", UnitShareText, SetUnitShare},
      {"vat-settlement", "VAT settlement", VatSettlementText, SetVatSettlement},
  };
  return *kEntries;
}

const PolicyEntry* Find(std::string_view name) {
  for (const PolicyEntry& entry : Entries()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

// As JSON names it.
std::string KeyOf(const PolicyEntry& entry) {
  std::string key = entry.name;
  for (char& c : key) {
    if (c == '-') c = '_';
  }
  return key;
}

}  // namespace

std::string PolicyNames() {
  return absl::StrJoin(Entries(), ", ",
                       [](std::string* out, const PolicyEntry& entry) {
                         out->append(entry.name);
                       });
}

absl::Status SetPolicy(std::string_view name, std::string_view value,
                       const Unit& unit, Policies* policies) {
  const PolicyEntry* const entry = Find(name);
  if (entry == nullptr) {
    return UsageFailure(absl::StrCat("POLICY: '", Shown(name),
                                     "' is no policy; try ", PolicyNames()));
  }
  return entry->set(value, unit, policies);
}

std::string PolicyText(std::string_view name, const Policies& policies,
                       const Unit& unit) {
  return Find(name)->text(policies, unit);
}

View<Policies> PoliciesView(const Unit& unit) {
  View<Policies> view;
  view.singular = "policies";
  view.plural = "policies";
  for (const PolicyEntry& entry : Entries()) {
    view.columns.push_back({.key = KeyOf(entry),
                            .title = entry.title,
                            .value = [&entry, unit](const Policies& p) {
                              return entry.text(p, unit);
                            }});
  }
  view.columns.push_back(
      {.key = "version",
       .title = "Version",
       .kind = CellKind::kNumber,
       .value = [](const Policies& p) { return absl::StrCat(p.version()); }});
  view.columns.push_back({.key = "etag",
                          .title = "Etag",
                          .place = Place::kDetail,
                          .value = [](const Policies& p) { return p.etag(); }});
  view.columns.push_back(
      {.key = "update_time",
       .title = "Set",
       .place = Place::kDetail,
       .value = [](const Policies& p) { return TimeText(p.update_time()); }});
  view.members = [unit](const Policies& p, JsonWriter* json) {
    json->String("name", p.name());
    WriteAmount("deal_cap", p.deal_cap(), unit, json);
    json->Number("least_unit_share_bp", p.least_unit_share_bp());
    json->String("vat_settlement",
                 v1::Policies::VatSettlement_Name(p.vat_settlement()));
    json->Number("version", p.version());
    json->String("etag", p.etag());
    json->String("update_time", TimeText(p.update_time()));
  };
  return view;
}

}  // namespace skontro::cli
