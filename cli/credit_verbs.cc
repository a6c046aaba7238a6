// skontro credit set|get|history

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/account_view.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/list_stream.h"
#include "cli/outcome.h"
#include "cli/resource_name.h"
#include "cli/verbs.h"
#include "skontro/v1/credit_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::CreditService;

struct NewLimits {
  std::string member;
  std::string line;
  std::string balance_limit;
  std::string reason;
};

absl::StatusOr<ExitCode> Set(Session& session, const NewLimits& wanted) {
  v1::SetCreditLineRequest request;
  v1::CreditLine& line = *request.mutable_credit_line();
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*line.mutable_name(),
                           CreditLineName(network, wanted.member));
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(const int64_t amount,
                           ParseUnits("--limit", wanted.line, unit));
  if (amount < 0) {
    return UsageFailure(absl::StrCat(
        "--limit: '", Shown(wanted.line), "' is below zero; the credit line ",
        "says how far below zero the balance may go, as a positive number"));
  }
  line.mutable_credit_line()->set_minor_units(amount);
  if (!wanted.balance_limit.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(
        const int64_t limit,
        ParseUnits("--balance-limit", wanted.balance_limit, unit));
    line.mutable_balance_limit()->set_minor_units(limit);
  }
  request.set_reason(wanted.reason);
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(const v1::SetCreditLineResponse response,
                           session.Change<CreditService>(
                               &CreditService::Stub::SetCreditLine, request));
  return PrintChange(
      session, CreditLineView(unit), response.credit_line(), response.outcome(),
      absl::StrCat(
          "Credit line of ", ShortName(line.name()),
          session.dry_run() ? " would be " : " is ",
          UnitText(response.credit_line().credit_line().minor_units(), unit)));
}

absl::StatusOr<ExitCode> Get(Session& session, const std::string& member,
                             int64_t as_of) {
  v1::GetCreditLineRequest request;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(),
                           CreditLineName(network, member));
  request.set_as_of_sequence(as_of);
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(const v1::GetCreditLineResponse response,
                           session.Read<CreditService>(
                               &CreditService::Stub::GetCreditLine, request));
  session.out() << OneIn(session.format(), CreditLineView(unit),
                         response.credit_line(), response.sequence());
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> History(Session& session, const std::string& member) {
  using Request = v1::ListCreditLineChangesRequest;
  using Response = v1::ListCreditLineChangesResponse;
  Request first;
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(),
                           CreditLineName(network, member));
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  return StreamList<CreditService>(
      session, CreditLineChangeView(unit), first, /*limit=*/0,
      &CreditService::Stub::ListCreditLineChanges, &Response::changes);
}

}  // namespace

void AddCreditVerbs(Verbs& verbs) {
  CLI::App* const group = verbs.AddGroup(
      "credit", "Set how far an account may go below and above zero");

  const auto wanted = std::make_shared<NewLimits>();
  CLI::App* const set = verbs.Add(
      group, "set", "Set the credit line of a member",
      "  skontro credit set boulangerie --limit 5000 \\\n"
      "      --reason \"annual sales 45,000 / 9\"\n"
      "  skontro credit set boulangerie --limit 0 --reason \"left the trade "
      "fair\" --dry-run",
      [&verbs, wanted] { return Set(verbs.session(), *wanted); });
  set->add_option("MEMBER", wanted->member, "Whose account")->required();
  set->add_option("--limit", wanted->line,
                  "How far below zero the balance may go, a positive number")
      ->required()
      ->type_name("UNITS");
  set->add_option("--balance-limit", wanted->balance_limit,
                  "How far above zero it may go; stays as it is unless given")
      ->type_name("UNITS");
  set->add_option("--reason", wanted->reason, "Why; kept with the change")
      ->required()
      ->type_name("TEXT");
  verbs.TakesNetwork(set);
  verbs.TakesRequestId(set);
  verbs.TakesFormat(set);

  const auto member = std::make_shared<std::string>();
  const auto as_of = std::make_shared<int64_t>(0);
  CLI::App* const get =
      verbs.Add(group, "get", "Show the limits of a member",
                "  skontro credit get boulangerie\n"
                "  skontro credit get boulangerie --as-of 120",
                [&verbs, member, as_of] {
                  return Get(verbs.session(), *member, *as_of);
                });
  get->add_option("MEMBER", *member, "Whose account")->required();
  verbs.TakesAsOf(get, as_of.get());
  verbs.TakesNetwork(get);
  verbs.TakesFormat(get);

  CLI::App* const history = verbs.Add(
      group, "history", "List every change of a member's limits, newest first",
      "  skontro credit history boulangerie",
      [&verbs, member] { return History(verbs.session(), *member); });
  history->add_option("MEMBER", *member, "Whose account")->required();
  verbs.TakesNetwork(history);
  verbs.TakesListFormat(history);
}

}  // namespace skontro::cli
