#include "server/convert_member.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "fiscal/siren.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/store_journal.h"
#include "server/convert_amount.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

constexpr size_t kSchemeLengthMax = 16;
constexpr std::string_view kSiren = "siren";

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

bool IsScheme(std::string_view scheme) {
  return !scheme.empty() && scheme.size() <= kSchemeLengthMax &&
         std::all_of(scheme.begin(), scheme.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

void CheckVatId(const std::string& vat_id, Form* form) {
  if (vat_id.empty()) return;
  const std::string normal = engine::NormaliseTaxId(vat_id);
  const bool has_prefix =
      normal.size() > 2 && IsUpper(normal[0]) && IsUpper(normal[1]);
  if (has_prefix) {
    form->Ascii("member.vat_id", vat_id, 1, kTaxIdLengthMax);
  } else {
    form->Refuse("member.vat_id", vat_id,
                 "a VAT id with its country prefix, such as FR44732829320");
  }
}

void CheckCompanyId(const v1::Member::CompanyId& id, int index, Form* form) {
  const std::string path = absl::StrCat("member.company_ids[", index, "].");
  if (!IsScheme(id.scheme())) {
    form->Refuse(path + "scheme", id.scheme(),
                 "1 to 16 of a-z, 0-9 and '-', such as siren");
  }
  const std::string normal = engine::NormaliseTaxId(id.value());
  if (id.scheme() == kSiren && !fiscal::IsSiren(normal)) {
    form->Refuse(path + "value", id.value(),
                 "nine digits that pass the Luhn check");
  } else if (normal.empty()) {
    form->Refuse(path + "value", id.value(), "a number with letters or digits");
  } else {
    form->Ascii(path + "value", id.value(), 1, kTaxIdLengthMax);
  }
}

void ReadCompanyIds(const v1::Member& member, engine::CreateMember* command,
                    Form* form) {
  if (member.company_ids_size() > static_cast<int>(kCompanyIdsMax)) {
    form->Refuse("member.company_ids",
                 absl::StrCat(member.company_ids_size(), " ids"),
                 "at most 8 ids");
    return;
  }
  std::set<std::string> schemes;
  for (int i = 0; i < member.company_ids_size(); ++i) {
    const v1::Member::CompanyId& id = member.company_ids(i);
    CheckCompanyId(id, i, form);
    if (!schemes.insert(id.scheme()).second) {
      form->Refuse(absl::StrCat("member.company_ids[", i, "].scheme"),
                   id.scheme(), "one id per scheme");
    }
    command->company_ids.push_back({id.scheme(), id.value()});
  }
}

void ReadAddress(const v1::Member& member, engine::CreateMember* command,
                 Form* form) {
  if (member.address_lines_size() > static_cast<int>(kAddressLinesMax)) {
    form->Refuse("member.address_lines",
                 absl::StrCat(member.address_lines_size(), " lines"),
                 "at most 5 lines");
    return;
  }
  for (int i = 0; i < member.address_lines_size(); ++i) {
    form->Text(absl::StrCat("member.address_lines[", i, "]"),
               member.address_lines(i), 1, kAddressLineLengthMax);
  }
  command->address.text = absl::StrJoin(member.address_lines(), "\n");
}

}  // namespace

engine::CreateMember ReadMember(const v1::CreateMemberRequest& request,
                                Form* form) {
  engine::CreateMember command;
  form->Require("member", request.has_member());
  const v1::Member& member = request.member();
  command.legal_name.text = member.legal_name();
  form->Text("member.legal_name", member.legal_name(), 1, kNameLengthMax);
  command.country = member.country_code();
  if (command.country.size() != 2 || !IsUpper(command.country[0]) ||
      !IsUpper(command.country[1])) {
    form->Refuse("member.country_code", command.country,
                 "two capital letters of ISO 3166-1, such as FR");
  }
  command.vat_id = member.vat_id();
  CheckVatId(command.vat_id, form);
  ReadCompanyIds(member, &command, form);
  ReadAddress(member, &command, form);
  command.member_id = request.member_id();
  form->Id("member_id", request.member_id());
  form->RequestId(request.request_id());
  return command;
}

engine::ChangeMemberStatus ReadStatusChange(
    const v1::ChangeMemberStatusRequest& request, std::string_view member,
    Form* form) {
  engine::ChangeMemberStatus command;
  command.member_id = member;
  command.status = static_cast<engine::MemberStatus>(request.status());
  if (request.status() < v1::Member::ACTIVE ||
      request.status() > v1::Member::CLOSED) {
    form->Refuse("status", absl::StrCat(static_cast<int>(request.status())),
                 "ACTIVE, EARN_ONLY, SPEND_ONLY, FROZEN, CLOSING or CLOSED");
  }
  if (request.has_wind_down_date()) {
    command.wind_down_date =
        form->Date("wind_down_date", request.wind_down_date());
  }
  command.reason.text = request.reason();
  form->Text("reason", request.reason(), 1, kReasonLengthMax);
  form->RequestId(request.request_id());
  return command;
}

void WriteStanding(const engine::Standing& standing, v1::Member* out) {
  out->set_status(static_cast<v1::Member::Status>(standing.status));
  if (standing.wind_down_date.has_value()) {
    WriteDate(standing.wind_down_date, out->mutable_wind_down_date());
  } else {
    out->clear_wind_down_date();
  }
}

absl::Status WriteStatusChange(const ledger::Snapshot& snapshot,
                               ledger::Sequence sequence,
                               const engine::MemberStatusRow& row,
                               v1::MemberStatusChange* out) {
  out->set_old_status(static_cast<v1::Member::Status>(row.set.old_status));
  out->set_new_status(static_cast<v1::Member::Status>(row.set.new_status));
  if (row.set.wind_down_date.has_value()) {
    WriteDate(row.set.wind_down_date, out->mutable_wind_down_date());
  }
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<std::string> reason,
      ReadPersonal(snapshot, static_cast<uint64_t>(row.set.member), sequence,
                   engine::kStatusReasonField));
  out->set_reason(std::move(reason).value_or(""));
  out->set_author(row.author);
  WriteTime(row.time_us, out->mutable_record_time());
  out->set_sequence(WireSequence(sequence));
  return absl::OkStatus();
}

void WriteMember(const std::string& network,
                 const engine::MemberProfile& profile, v1::Member* out) {
  const engine::MemberCreated& created = profile.row.created;
  out->set_name(MemberName(network, created.id));
  out->set_legal_name(profile.legal_name);
  out->set_country_code(created.country);
  out->set_vat_id(created.vat_id);
  for (const engine::CompanyId& id : created.company_ids) {
    v1::Member::CompanyId* const wire = out->add_company_ids();
    wire->set_scheme(id.scheme);
    wire->set_value(id.value);
  }
  for (const std::string& line : profile.address_lines) {
    out->add_address_lines(line);
  }
  WriteStanding(profile.standing, out);
  WriteTime(profile.row.time_us, out->mutable_create_time());
}

}  // namespace skontro::server
