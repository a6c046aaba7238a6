#include "engine/message_codec.h"

namespace skontro::engine {
namespace {

namespace pb = storage::v1;

CivilDate Day(int32_t days) { return CivilDate::FromDays(days); }
Amount Units(int64_t minor_units) {
  return Amount::FromMinorUnits(minor_units);
}

}  // namespace

void Encode(const MemberCreated& from, pb::MemberCreated* to) {
  to->set_number(static_cast<uint64_t>(from.number));
  to->set_id(from.id);
  to->set_country(from.country);
  to->set_vat_id(from.vat_id);
  for (const CompanyId& id : from.company_ids) {
    pb::CompanyId* out = to->add_company_ids();
    out->set_scheme(id.scheme);
    out->set_value(id.value);
  }
  to->set_main_account(static_cast<uint64_t>(from.main_account));
}

MemberCreated Decode(const pb::MemberCreated& from) {
  MemberCreated to;
  to.number = MemberNumber{from.number()};
  to.id = from.id();
  to.country = from.country();
  to.vat_id = from.vat_id();
  for (const pb::CompanyId& id : from.company_ids()) {
    to.company_ids.push_back({id.scheme(), id.value()});
  }
  to.main_account = AccountId{from.main_account()};
  return to;
}

void Encode(const MemberStatusSet& from, pb::MemberStatusSet* to) {
  to->set_member(static_cast<uint64_t>(from.member));
  to->set_old_status(static_cast<uint32_t>(from.old_status));
  to->set_new_status(static_cast<uint32_t>(from.new_status));
  if (from.wind_down_date.has_value()) {
    to->set_wind_down_day(from.wind_down_date.days());
  }
}

absl::StatusOr<MemberStatusSet> Decode(const pb::MemberStatusSet& from) {
  MemberStatusSet to;
  to.member = MemberNumber{from.member()};
  to.old_status = static_cast<MemberStatus>(from.old_status());
  to.new_status = static_cast<MemberStatus>(from.new_status());
  if (!IsKnown(to.old_status) || !IsKnown(to.new_status)) {
    return absl::DataLossError("a member in a status unknown to this version");
  }
  if (to.new_status == MemberStatus::kClosing) {
    to.wind_down_date = Day(from.wind_down_day());
  } else if (from.wind_down_day() != 0) {
    return absl::DataLossError("a last day of a member that does not close");
  }
  return to;
}

void Encode(const CreditLineSet& from, pb::CreditLineSet* to) {
  to->set_account(static_cast<uint64_t>(from.account));
  to->set_old_credit_line(from.old_credit_line.minor_units());
  to->set_new_credit_line(from.new_credit_line.minor_units());
  to->set_old_balance_limit(from.old_balance_limit.minor_units());
  to->set_new_balance_limit(from.new_balance_limit.minor_units());
}

CreditLineSet Decode(const pb::CreditLineSet& from) {
  return {AccountId{from.account()}, Units(from.old_credit_line()),
          Units(from.new_credit_line()), Units(from.old_balance_limit()),
          Units(from.new_balance_limit())};
}

}  // namespace skontro::engine
