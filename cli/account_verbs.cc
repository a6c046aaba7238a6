// skontro account get|list|entries, skontro statement

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/account_view.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/list_options.h"
#include "cli/list_stream.h"
#include "cli/paging.h"
#include "cli/resource_name.h"
#include "cli/statement.h"
#include "cli/verbs.h"
#include "cli/wire_text.h"
#include "skontro/v1/account_service.grpc.pb.h"
#include "skontro/v1/member_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::AccountService;
using v1::MemberService;

struct StatementOptions {
  std::string member;
  std::string from;
  std::string to;
  int64_t as_of = 0;
};

absl::StatusOr<ExitCode> Get(Session& session, const std::string& member,
                             int64_t as_of) {
  v1::GetAccountRequest request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(),
                           AccountName(network, member));
  request.set_as_of_sequence(as_of);
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetAccountResponse response,
      session.Read<AccountService>(&AccountService::Stub::GetAccount, request));
  session.out() << OneIn(session.format(), AccountView(unit),
                         response.account(), response.sequence());
  return ExitCode::kDone;
}

absl::StatusOr<v1::GetStatementRequest> StatementRequest(
    Session& session, const StatementOptions& options) {
  v1::GetStatementRequest request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(),
                           AccountName(network, options.member));
  ledger::CivilDate from;
  ledger::CivilDate to;
  if (!options.from.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(from, ParseDay("--from", options.from));
    *request.mutable_from_date() = WireDate(from);
  }
  if (!options.to.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(to, ParseDay("--to", options.to));
    *request.mutable_to_date() = WireDate(to);
  }
  if (from.has_value() && to.has_value() && to < from) {
    return UsageFailure(
        absl::StrCat("--to ", options.to, " is before --from ", options.from));
  }
  request.set_as_of_sequence(options.as_of);
  return request;
}

absl::StatusOr<Statement> ReadStatement(Session& session,
                                        const v1::GetStatementRequest& first) {
  using Request = v1::GetStatementRequest;
  using Response = v1::GetStatementResponse;
  Statement statement;
  SKONTRO_ASSIGN_OR_RETURN(statement.network, session.network());
  statement.from_date = DateText(first.from_date());
  statement.to_date = DateText(first.to_date());
  bool is_first = true;
  absl::Status added;
  SKONTRO_RETURN_IF_ERROR((ReadPages<Request, Response>(
      first,
      [&](const Request& request) {
        return session.Read<AccountService>(&AccountService::Stub::GetStatement,
                                            request);
      },
      [&](const Response& page) {
        added = AddPage(page, is_first, &statement);
        is_first = false;
        return added.ok();
      })));
  SKONTRO_RETURN_IF_ERROR(added);
  SKONTRO_RETURN_IF_ERROR(CheckStatement(&statement));
  return statement;
}

absl::StatusOr<ExitCode> PrintStatement(Session& session,
                                        const StatementOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(const v1::GetStatementRequest request,
                           StatementRequest(session, options));
  SKONTRO_ASSIGN_OR_RETURN(Statement statement,
                           ReadStatement(session, request));
  v1::GetMemberRequest member;
  SKONTRO_ASSIGN_OR_RETURN(
      *member.mutable_name(),
      MemberName(statement.network.name(), options.member));
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetMemberResponse response,
      session.Read<MemberService>(&MemberService::Stub::GetMember, member));
  statement.member = response.member().name();
  statement.legal_name = response.member().legal_name();
  session.out() << StatementIn(session.format(), statement);
  return ExitCode::kDone;
}

struct EntryListOptions {
  ListOptions common;
  std::string member;
  std::string from;
  std::string to;
  std::string value_from;
  std::string value_to;
  std::string at_least;
  std::string at_most;
  std::string counterparty;
  std::string trade;
  std::string invoice;
  std::string kind;
};

absl::StatusOr<std::string> EntryFilter(const EntryListOptions& options,
                                        const Unit& unit) {
  constexpr char kAmount[] = "amount.minor_units";
  FilterText filter(options.common.filter);
  SKONTRO_RETURN_IF_ERROR(
      AddDay("--from", options.from, "booking_date", ">=", &filter));
  SKONTRO_RETURN_IF_ERROR(
      AddDay("--to", options.to, "booking_date", "<=", &filter));
  SKONTRO_RETURN_IF_ERROR(
      AddDay("--value-from", options.value_from, "value_date", ">=", &filter));
  SKONTRO_RETURN_IF_ERROR(
      AddDay("--value-to", options.value_to, "value_date", "<=", &filter));
  SKONTRO_RETURN_IF_ERROR(
      AddUnits("--at-least", options.at_least, unit, kAmount, ">=", &filter));
  SKONTRO_RETURN_IF_ERROR(
      AddUnits("--at-most", options.at_most, unit, kAmount, "<=", &filter));
  filter.Add("counterparty", "=", options.counterparty);
  filter.Add("trade", "=", options.trade);
  filter.Add("invoice_number", "=", options.invoice);
  filter.Add("kind", "=", options.kind);
  return filter.text();
}

absl::StatusOr<ExitCode> ListEntries(Session& session,
                                     const EntryListOptions& options) {
  v1::ListEntriesRequest first;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(),
                           AccountName(network, options.member));
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_filter(), EntryFilter(options, unit));
  first.set_order_by(options.common.order_by);
  first.set_as_of_sequence(options.common.as_of);
  return StreamList<AccountService>(session, EntryView(unit), first,
                                    static_cast<size_t>(options.common.limit),
                                    &AccountService::Stub::ListEntries,
                                    &v1::ListEntriesResponse::entries);
}

struct AccountListOptions {
  ListOptions common;
  std::string text;
  std::string below;
  int used = 0;  // Zero means whatever is used.
};

absl::StatusOr<ExitCode> ListAccounts(Session& session,
                                      const AccountListOptions& options) {
  v1::ListAccountsRequest first;
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(), session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  FilterText filter(options.common.filter);
  SKONTRO_RETURN_IF_ERROR(AddUnits("--below", options.below, unit,
                                   "spendable.minor_units", "<", &filter));
  if (options.used != 0) {
    filter.AddNumber("line_used_percent", ">=", options.used);
  }
  filter.AddWords(options.text);
  first.set_filter(filter.text());
  first.set_order_by(options.common.order_by);
  first.set_as_of_sequence(options.common.as_of);
  return StreamList<AccountService>(session, AccountView(unit), first,
                                    static_cast<size_t>(options.common.limit),
                                    &AccountService::Stub::ListAccounts,
                                    &v1::ListAccountsResponse::accounts);
}

void AddListEntries(Verbs& verbs, CLI::App* group) {
  const auto options = std::make_shared<EntryListOptions>();
  CLI::App* const verb = verbs.Add(
      group, "entries", "List what an account received and paid, oldest first",
      "  skontro account entries boulangerie --value-from 2026-03-01\n"
      "  skontro account entries boulangerie --counterparty imprimerie "
      "--at-most=-100\n"
      "  skontro account entries boulangerie --order-by \"sequence desc\" "
      "--limit 20\n"
      "  skontro account entries boulangerie --output csv > entries.csv",
      [&verbs, options] { return ListEntries(verbs.session(), *options); });
  verb->add_option("MEMBER", options->member, "Whose account")->required();
  TakesText(verb, "--from", &options->from, "First booking date", "YYYY-MM-DD");
  TakesText(verb, "--to", &options->to, "Last booking date", "YYYY-MM-DD");
  TakesText(verb, "--value-from", &options->value_from, "First value date",
            "YYYY-MM-DD");
  TakesText(verb, "--value-to", &options->value_to, "Last value date",
            "YYYY-MM-DD");
  TakesText(verb, "--at-least", &options->at_least,
            "Of this amount or more; what was paid is below zero", "UNITS");
  TakesText(verb, "--at-most", &options->at_most, "Of this amount or less",
            "UNITS");
  TakesText(verb, "--counterparty", &options->counterparty,
            "Only with this member on the other side", "MEMBER");
  TakesText(verb, "--trade", &options->trade, "Only of this trade", "TRADE");
  TakesText(verb, "--invoice", &options->invoice,
            "Only of the invoice of this number; blanks and case do not matter",
            "NUMBER");
  TakesText(verb, "--kind", &options->kind, "Only trade, or only reversal",
            "KIND");
  verbs.TakesAsOf(verb, &options->common.as_of);
  TakesListOptions(verbs, verb, "sequence (default), or \"sequence desc\"",
                   &options->common);
}

void AddListAccounts(Verbs& verbs, CLI::App* group) {
  const auto options = std::make_shared<AccountListOptions>();
  CLI::App* const verb = verbs.Add(
      group, "list", "List accounts, and who is near a limit",
      "  skontro account list --used 80 --order-by \"line_used_percent desc\"\n"
      "  skontro account list --below 500 --order-by spendable\n"
      "  skontro account list --output ndjson",
      [&verbs, options] { return ListAccounts(verbs.session(), *options); });
  TakesText(verb, "--below", &options->below,
            "Only what can spend less than this", "UNITS");
  verb->add_option("--used", options->used,
                   "Only with so much of the credit line drawn, or more")
      ->type_name("PERCENT")
      ->check(CLI::PositiveNumber);
  TakesText(verb, "--text", &options->text,
            "Only of members with this in the legal name or the id", "TEXT");
  verbs.TakesAsOf(verb, &options->common.as_of);
  TakesListOptions(verbs, verb,
                   "balance, spendable, line_used_percent or legal_name, or "
                   "one of them with desc behind it (as they were opened)",
                   &options->common);
}

void AddStatement(Verbs& verbs) {
  const auto options = std::make_shared<StatementOptions>();
  CLI::App* const verb = verbs.Add(
      &verbs.app(), "statement",
      "Print what a member received and paid in a period, and its balances",
      "  skontro statement boulangerie --from 2026-01-01 --to 2026-12-31\n"
      "  skontro statement boulangerie --from 2026-01-01 --format csv > "
      "2026.csv",
      [&verbs, options] { return PrintStatement(verbs.session(), *options); });
  verb->add_option("MEMBER", options->member, "Whose account")->required();
  verb->add_option("--from", options->from,
                   "First booking date (from the beginning)")
      ->type_name("YYYY-MM-DD");
  verb->add_option("--to", options->to, "Last booking date (up to now)")
      ->type_name("YYYY-MM-DD");
  verbs.TakesAsOf(verb, &options->as_of);
  verbs.TakesNetwork(verb);
  verbs.TakesFormat(verb);
}

}  // namespace

void AddAccountVerbs(Verbs& verbs) {
  CLI::App* const group =
      verbs.AddGroup("account", "Read the accounts of members");
  const auto member = std::make_shared<std::string>();
  const auto as_of = std::make_shared<int64_t>(0);
  CLI::App* const get = verbs.Add(
      group, "get", "Show a member's balance, limits and what it can spend",
      "  skontro account get boulangerie\n"
      "  skontro account get boulangerie --as-of 120 --format json",
      [&verbs, member, as_of] {
        return Get(verbs.session(), *member, *as_of);
      });
  get->add_option("MEMBER", *member, "Whose account")->required();
  verbs.TakesAsOf(get, as_of.get());
  verbs.TakesNetwork(get);
  verbs.TakesFormat(get);
  AddListAccounts(verbs, group);
  AddListEntries(verbs, group);
  AddStatement(verbs);
}

}  // namespace skontro::cli
