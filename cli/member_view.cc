#include "cli/member_view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/resource_name.h"
#include "cli/wire_text.h"

namespace skontro::cli {
namespace {

using v1::Member;

std::string CompanyIdsText(const Member& member) {
  std::vector<std::string> ids;
  for (const Member::CompanyId& id : member.company_ids()) {
    ids.push_back(absl::StrCat(id.scheme(), ":", id.value()));
  }
  return absl::StrJoin(ids, " ");
}

std::vector<Column<Member>> Columns() {
  return {
      {.key = "member",
       .title = "Member",
       .value = [](const Member& m) { return ShortName(m.name()); }},
      {.key = "legal_name",
       .title = "Legal name",
       .value = [](const Member& m) { return m.legal_name(); }},
      {.key = "country_code",
       .title = "Country",
       .value = [](const Member& m) { return m.country_code(); }},
      {.key = "vat_id",
       .title = "VAT id",
       .value = [](const Member& m) { return m.vat_id(); }},
      {.key = "company_ids", .title = "Company ids", .value = CompanyIdsText},
      {.key = "address",
       .title = "Address",
       .place = Place::kDetail,
       .value =
           [](const Member& m) {
             return absl::StrJoin(m.address_lines(), ", ");
           }},
      {.key = "status",
       .title = "Status",
       .value =
           [](const Member& m) { return Member::Status_Name(m.status()); }},
      {.key = "create_time",
       .title = "Admitted",
       .kind = CellKind::kNumber,
       .place = Place::kDetail,
       .value = [](const Member& m) { return TimeText(m.create_time()); }},
  };
}

void Members(const Member& member, JsonWriter* json) {
  json->String("name", member.name());
  json->String("legal_name", member.legal_name());
  json->String("country_code", member.country_code());
  json->String("vat_id", member.vat_id());
  json->BeginArray("company_ids");
  for (const Member::CompanyId& id : member.company_ids()) {
    json->BeginObject();
    json->String("scheme", id.scheme());
    json->String("value", id.value());
    json->EndObject();
  }
  json->EndArray();
  json->BeginArray("address_lines");
  for (const std::string& line : member.address_lines()) json->String("", line);
  json->EndArray();
  json->String("status", Member::Status_Name(member.status()));
  json->String("create_time", TimeText(member.create_time()));
}

}  // namespace

View<Member> MemberView() {
  return {.singular = "member",
          .plural = "members",
          .columns = Columns(),
          .members = Members};
}

}  // namespace skontro::cli
