// skontro member create|get|list

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/member_view.h"
#include "cli/outcome.h"
#include "cli/paging.h"
#include "cli/resource_name.h"
#include "cli/verbs.h"
#include "fiscal/siren.h"
#include "skontro/v1/member_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::MemberService;

struct NewMember {
  std::string id;
  std::string legal_name;
  std::string country;
  std::string vat_id;
  std::string siren;
  std::vector<std::string> company_ids;  // scheme:value
  std::vector<std::string> address_lines;
};

void AddCompanyId(const std::string& scheme, const std::string& value,
                  v1::Member* member) {
  v1::Member::CompanyId& id = *member->add_company_ids();
  id.set_scheme(scheme);
  id.set_value(value);
}

absl::StatusOr<v1::Member> WireMember(const NewMember& wanted) {
  v1::Member member;
  member.set_legal_name(wanted.legal_name);
  member.set_country_code(wanted.country);
  member.set_vat_id(wanted.vat_id);
  if (!wanted.siren.empty()) {
    // Blanks are how people write it: 732 829 320.
    std::string digits = wanted.siren;
    std::erase(digits, ' ');
    if (!fiscal::IsSiren(digits)) {
      return UsageFailure(absl::StrCat(
          "--siren: '", Shown(wanted.siren), "' is no SIREN: it has nine ",
          "digits, the last of which checks the others"));
    }
    AddCompanyId("siren", digits, &member);
  }
  for (const std::string& id : wanted.company_ids) {
    const size_t colon = id.find(':');
    if (colon == 0 || colon == std::string::npos || colon + 1 == id.size()) {
      return UsageFailure(absl::StrCat("--company-id: '", Shown(id),
                                       "' is not SCHEME:NUMBER, such as "
                                       "bce:0123456749"));
    }
    AddCompanyId(id.substr(0, colon), id.substr(colon + 1), &member);
  }
  for (const std::string& line : wanted.address_lines) {
    member.add_address_lines(line);
  }
  return member;
}

absl::StatusOr<ExitCode> Create(Session& session, const NewMember& wanted) {
  v1::CreateMemberRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_parent(), session.NetworkInUse());
  SKONTRO_RETURN_IF_ERROR(CheckId("member", wanted.id));
  request.set_member_id(wanted.id);
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_member(), WireMember(wanted));
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(const v1::CreateMemberResponse response,
                           session.Change<MemberService>(
                               &MemberService::Stub::CreateMember, request));
  return PrintChange(
      session, MemberView(), response.member(), response.outcome(),
      absl::StrCat("Member ", wanted.id,
                   session.dry_run() ? " would be" : " is", " admitted to ",
                   ShortName(request.parent())));
}

absl::StatusOr<ExitCode> Get(Session& session, const std::string& member) {
  v1::GetMemberRequest request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(),
                           MemberName(network, member));
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetMemberResponse response,
      session.Read<MemberService>(&MemberService::Stub::GetMember, request));
  session.out() << OneIn(session.format(), MemberView(), response.member(),
                         response.sequence());
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> List(Session& session, const std::string& tax_id) {
  v1::ListMembersRequest first;
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(), session.NetworkInUse());
  first.set_tax_id(tax_id);
  std::vector<v1::Member> members;
  int64_t sequence = 0;
  SKONTRO_RETURN_IF_ERROR(
      (ReadPages<v1::ListMembersRequest, v1::ListMembersResponse>(
          first,
          [&](const v1::ListMembersRequest& request) {
            return session.Read<MemberService>(
                &MemberService::Stub::ListMembers, request);
          },
          [&](const v1::ListMembersResponse& page) {
            members.insert(members.end(), page.members().begin(),
                           page.members().end());
            sequence = page.sequence();
            return true;
          })));
  session.out() << ListIn(session.format(), MemberView(), members, sequence);
  return ExitCode::kDone;
}

void AddCreate(Verbs& verbs, CLI::App* group) {
  const auto wanted = std::make_shared<NewMember>();
  CLI::App* const verb = verbs.Add(
      group, "create", "Admit a company and open its account",
      "  skontro member create imprimerie --name \"Imprimerie Martin SARL\" "
      "\\\n"
      "      --country FR --siren 732829320 --vat-id FR44732829320\n"
      "  skontro member create boulangerie --name \"Boulangerie Dupont SPRL\" "
      "\\\n"
      "      --country BE --vat-id BE0123456749 --company-id bce:0123456749 "
      "\\\n"
      "      --address \"Rue Haute 12\" --address \"1000 Bruxelles\"",
      [&verbs, wanted] { return Create(verbs.session(), *wanted); });
  verb->add_option("ID", wanted->id, "Its id: small letters, digits, hyphens")
      ->required();
  verb->add_option("--name", wanted->legal_name, "The legal name")
      ->required()
      ->type_name("TEXT");
  verb->add_option("--country", wanted->country,
                   "Country of the seat, two capital letters of ISO 3166-1")
      ->required()
      ->type_name("CODE");
  verb->add_option("--vat-id", wanted->vat_id,
                   "The VAT id with its country prefix")
      ->type_name("ID");
  verb->add_option("--siren", wanted->siren, "The French SIREN, nine digits")
      ->type_name("DIGITS");
  verb->add_option("--company-id", wanted->company_ids,
                   "A number of another register, such as bce:0123456749 or "
                   "uid:CHE-123.456.788; repeatable")
      ->type_name("SCHEME:NUMBER")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb->add_option("--address", wanted->address_lines,
                   "A line of the address; repeatable, at most five")
      ->type_name("LINE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verbs.TakesNetwork(verb);
  verbs.TakesRequestId(verb);
  verbs.TakesFormat(verb);
}

}  // namespace

void AddMemberVerbs(Verbs& verbs) {
  CLI::App* const group =
      verbs.AddGroup("member", "Admit members and read about them");
  AddCreate(verbs, group);

  const auto member = std::make_shared<std::string>();
  CLI::App* const get = verbs.Add(
      group, "get", "Show a member", "  skontro member get imprimerie",
      [&verbs, member] { return Get(verbs.session(), *member); });
  get->add_option("MEMBER", *member, "Which member")->required();
  verbs.TakesNetwork(get);
  verbs.TakesFormat(get);

  const auto tax_id = std::make_shared<std::string>();
  CLI::App* const list =
      verbs.Add(group, "list", "List members, oldest first",
                "  skontro member list\n"
                "  skontro member list --tax-id \"BE 0123.456.749\"\n"
                "  skontro member list --format csv > members.csv",
                [&verbs, tax_id] { return List(verbs.session(), *tax_id); });
  list->add_option("--tax-id", *tax_id,
                   "Only the member with this VAT or company id; punctuation "
                   "does not matter")
      ->type_name("ID");
  verbs.TakesNetwork(list);
  verbs.TakesFormat(list);
}

}  // namespace skontro::cli
