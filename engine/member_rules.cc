#include "engine/member_rules.h"

#include "absl/strings/str_cat.h"
#include "engine/refusals.h"

namespace skontro::engine {

MemberCreated DecideCreateMember(const State& state,
                                 const CreateMember& command,
                                 std::vector<Refusal>* refusals) {
  if (state.FindMember(command.member_id).has_value()) {
    refusals->push_back(Exists(MemberName(state.terms(), command.member_id)));
  }
  if (!command.vat_id.empty() &&
      state.HasTaxId(TaxIdKey(NormaliseTaxId(command.vat_id), kVatScope))) {
    refusals->push_back(
        Exists(absl::StrCat("a member with VAT id ", command.vat_id)));
  }
  for (const CompanyId& id : command.company_ids) {
    if (state.HasTaxId(TaxIdKey(NormaliseTaxId(id.value),
                                CompanyIdScope(command.country, id.scheme)))) {
      refusals->push_back(
          Exists(absl::StrCat("a member with ", id.scheme, " ", id.value)));
    }
  }
  return {state.next_member(), command.member_id,   command.country,
          command.vat_id,      command.company_ids, state.next_account()};
}

}  // namespace skontro::engine
