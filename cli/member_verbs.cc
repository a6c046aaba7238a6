// skontro member create|get|list|set-status|history

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/list_options.h"
#include "cli/list_stream.h"
#include "cli/member_view.h"
#include "cli/outcome.h"
#include "cli/resource_name.h"
#include "cli/verbs.h"
#include "cli/wire_text.h"
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

// FROZEN of frozen, EARN_ONLY of earn-only.
absl::StatusOr<v1::Member::Status> ParseStatus(const std::string& text) {
  std::string name = text;
  std::replace(name.begin(), name.end(), '-', '_');
  absl::AsciiStrToUpper(&name);
  v1::Member::Status status{};
  if (!v1::Member::Status_Parse(name, &status) || status < v1::Member::ACTIVE) {
    return UsageFailure(absl::StrCat(
        "'", Shown(text), "' is no status; there are active, earn-only, ",
        "spend-only, frozen, closing and closed"));
  }
  return status;
}

struct MemberListOptions {
  ListOptions common;
  std::string tax_id;
  std::string status;
  std::string country;
  std::string text;
  std::string below;
  int used = 0;  // Zero means whatever is used.
};

absl::StatusOr<std::string> MemberFilter(Session& session,
                                         const MemberListOptions& options) {
  FilterText filter(options.common.filter);
  if (!options.status.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const v1::Member::Status status,
                             ParseStatus(options.status));
    filter.Add("status", "=", v1::Member::Status_Name(status));
  }
  filter.Add("country_code", "=", options.country);
  if (!options.below.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
    SKONTRO_RETURN_IF_ERROR(AddUnits("--below", options.below, unit,
                                     "spendable.minor_units", "<", &filter));
  }
  if (options.used != 0) {
    filter.AddNumber("line_used_percent", ">=", options.used);
  }
  filter.AddWords(options.text);
  return filter.text();
}

absl::StatusOr<ExitCode> List(Session& session,
                              const MemberListOptions& options) {
  v1::ListMembersRequest first;
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(), session.NetworkInUse());
  first.set_tax_id(options.tax_id);
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_filter(),
                           MemberFilter(session, options));
  first.set_order_by(options.common.order_by);
  return StreamList<MemberService>(
      session, MemberView(), first, static_cast<size_t>(options.common.limit),
      &MemberService::Stub::ListMembers, &v1::ListMembersResponse::members);
}

struct NewStatus {
  std::string member;
  std::string status;
  std::string until;
  std::string reason;
};

absl::StatusOr<ExitCode> SetStatus(Session& session, const NewStatus& wanted) {
  v1::ChangeMemberStatusRequest request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(),
                           MemberName(network, wanted.member));
  SKONTRO_ASSIGN_OR_RETURN(const v1::Member::Status status,
                           ParseStatus(wanted.status));
  request.set_status(status);
  if (!wanted.until.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(const ledger::CivilDate until,
                             ParseDay("--until", wanted.until));
    *request.mutable_wind_down_date() = WireDate(until);
  }
  request.set_reason(wanted.reason);
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::ChangeMemberStatusResponse response,
      session.Change<MemberService>(&MemberService::Stub::ChangeMemberStatus,
                                    request));
  return PrintChange(session, MemberView(), response.member(),
                     response.outcome(),
                     absl::StrCat("Member ", wanted.member,
                                  session.dry_run() ? " would be " : " is ",
                                  v1::Member::Status_Name(status)));
}

absl::StatusOr<ExitCode> History(Session& session, const std::string& member) {
  using Request = v1::ListMemberStatusChangesRequest;
  using Response = v1::ListMemberStatusChangesResponse;
  Request first;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(),
                           MemberName(network, member));
  std::vector<v1::MemberStatusChange> changes;
  int64_t sequence = 0;
  SKONTRO_RETURN_IF_ERROR((ReadPages<Request, Response>(
      first,
      [&](const Request& request) {
        return session.Read<MemberService>(
            &MemberService::Stub::ListMemberStatusChanges, request);
      },
      [&](const Response& page) {
        changes.insert(changes.end(), page.changes().begin(),
                       page.changes().end());
        sequence = page.sequence();
        return true;
      })));
  session.out() << ListIn(session.format(), MemberStatusChangeView(), changes,
                          sequence);
  return ExitCode::kDone;
}

void AddStatusVerbs(Verbs& verbs, CLI::App* group) {
  const auto wanted = std::make_shared<NewStatus>();
  CLI::App* const set = verbs.Add(
      group, "set-status", "Freeze a member, wind it down, close it",
      "  skontro member set-status boulangerie frozen --reason \"no answer\"\n"
      "  skontro member set-status boulangerie active --reason \"it "
      "answered\"\n"
      "  skontro member set-status boulangerie closing --until 2027-06-30 \\\n"
      "      --reason \"sells its business\"\n"
      "  skontro member set-status boulangerie closed --reason \"settled\" "
      "--dry-run",
      [&verbs, wanted] { return SetStatus(verbs.session(), *wanted); });
  set->add_option("MEMBER", wanted->member, "Which member")->required();
  set->add_option("STATUS", wanted->status,
                  "active, earn-only, spend-only, frozen, closing or closed")
      ->required();
  set->add_option("--until", wanted->until,
                  "With closing: the last day on which it may spend")
      ->type_name("DATE");
  set->add_option("--reason", wanted->reason, "Why; kept with the change")
      ->required()
      ->type_name("TEXT");
  verbs.TakesNetwork(set);
  verbs.TakesRequestId(set);
  verbs.TakesFormat(set);

  const auto member = std::make_shared<std::string>();
  CLI::App* const history = verbs.Add(
      group, "history", "List how a membership stood, newest change first",
      "  skontro member history boulangerie",
      [&verbs, member] { return History(verbs.session(), *member); });
  history->add_option("MEMBER", *member, "Which member")->required();
  verbs.TakesNetwork(history);
  verbs.TakesFormat(history);
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
  AddStatusVerbs(verbs, group);

  const auto member = std::make_shared<std::string>();
  CLI::App* const get = verbs.Add(
      group, "get", "Show a member", "  skontro member get imprimerie",
      [&verbs, member] { return Get(verbs.session(), *member); });
  get->add_option("MEMBER", *member, "Which member")->required();
  verbs.TakesNetwork(get);
  verbs.TakesFormat(get);

  const auto options = std::make_shared<MemberListOptions>();
  CLI::App* const list = verbs.Add(
      group, "list", "List members, oldest first",
      "  skontro member list\n"
      "  skontro member list --tax-id \"BE 0123.456.749\"\n"
      "  skontro member list --used 80 --order-by \"line_used_percent desc\"\n"
      "  skontro member list --text martin --output csv > members.csv",
      [&verbs, options] { return List(verbs.session(), *options); });
  TakesText(list, "--tax-id", &options->tax_id,
            "Only the member with this VAT or company id; punctuation does not "
            "matter",
            "ID");
  TakesText(list, "--status", &options->status,
            "Only members in this status, such as active or earn-only",
            "STATUS");
  TakesText(list, "--country", &options->country,
            "Only members with their seat there", "CODE");
  TakesText(list, "--text", &options->text,
            "Only who has this in the legal name or the id", "TEXT");
  TakesText(list, "--below", &options->below,
            "Only who can spend less than this", "UNITS");
  list->add_option("--used", options->used,
                   "Only who has drawn so much of the credit line, or more")
      ->type_name("PERCENT")
      ->check(CLI::PositiveNumber);
  TakesListOptions(verbs, list,
                   "create_time (default), legal_name, spendable, balance or "
                   "line_used_percent, or one of them with desc behind it",
                   &options->common);
}

}  // namespace skontro::cli
