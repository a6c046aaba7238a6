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
      {.key = "wind_down_date",
       .title = "Spends until",
       .place = Place::kDetail,
       .value =
           [](const Member& m) {
             return m.has_wind_down_date() ? DateText(m.wind_down_date()) : "";
           }},
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
  if (member.has_wind_down_date()) {
    json->String("wind_down_date", DateText(member.wind_down_date()));
  }
  json->String("create_time", TimeText(member.create_time()));
}

using v1::MemberStatusChange;

std::string UntilText(const MemberStatusChange& change) {
  return change.has_wind_down_date() ? DateText(change.wind_down_date()) : "";
}

std::vector<Column<MemberStatusChange>> ChangeColumns() {
  using Change = MemberStatusChange;
  return {
      {.key = "sequence",
       .title = "Sequence",
       .kind = CellKind::kNumber,
       .value = [](const Change& c) { return absl::StrCat(c.sequence()); }},
      {.key = "record_time",
       .title = "Time",
       .kind = CellKind::kNumber,
       .value = [](const Change& c) { return ShortTimeText(c.record_time()); }},
      {.key = "old_status",
       .title = "From",
       .value =
           [](const Change& c) { return Member::Status_Name(c.old_status()); }},
      {.key = "new_status",
       .title = "To",
       .value =
           [](const Change& c) { return Member::Status_Name(c.new_status()); }},
      {.key = "wind_down_date", .title = "Spends until", .value = UntilText},
      {.key = "author",
       .title = "Author",
       .value = [](const Change& c) { return c.author(); }},
      {.key = "reason",
       .title = "Reason",
       .value = [](const Change& c) { return c.reason(); }},
  };
}

void ChangeMembers(const MemberStatusChange& change, JsonWriter* json) {
  json->Number("sequence", change.sequence());
  json->String("record_time", TimeText(change.record_time()));
  json->String("old_status", Member::Status_Name(change.old_status()));
  json->String("new_status", Member::Status_Name(change.new_status()));
  if (change.has_wind_down_date()) {
    json->String("wind_down_date", DateText(change.wind_down_date()));
  }
  json->String("author", change.author());
  json->String("reason", change.reason());
}

}  // namespace

View<Member> MemberView() {
  return {.singular = "member",
          .plural = "members",
          .columns = Columns(),
          .members = Members};
}

View<MemberStatusChange> MemberStatusChangeView() {
  return {.singular = "change",
          .plural = "changes",
          .columns = ChangeColumns(),
          .members = ChangeMembers};
}

}  // namespace skontro::cli
