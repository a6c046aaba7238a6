#include "server/credit_service.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/index_reader.h"
#include "engine/refusals.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "server/account_reader.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/convert_credit.h"
#include "server/convert_outcome.h"
#include "server/page.h"

namespace skontro::server {
namespace {

constexpr std::string_view kGet = "CreditService.GetCreditLine";
constexpr std::string_view kList = "CreditService.ListCreditLineChanges";
constexpr std::string_view kSet = "CreditService.SetCreditLine";

absl::Status List(const ReadScope& scope, const NameParts& parts,
                  const v1::ListCreditLineChangesRequest& request,
                  int page_size, v1::ListCreditLineChangesResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Page page, PageOf(scope, kList, request));
  const ReadScope shown{scope.network, scope.view, page.sequence, scope.actor};
  SKONTRO_ASSIGN_OR_RETURN(const AccountView account,
                           ReadAccount(shown, parts, request.parent()));
  const ledger::Snapshot& snapshot = *scope.view.snapshot;
  const ledger::Sequence before = page.is_first ? ledger::Next(page.sequence)
                                                : ledger::Sequence{page.number};
  std::vector<std::pair<ledger::Sequence, engine::LimitRow>> rows;
  SKONTRO_RETURN_IF_ERROR(engine::WalkLimits(
      snapshot, account.account, before,
      [&](ledger::Sequence sequence, const engine::LimitRow& row) {
        rows.emplace_back(sequence, row);
        return rows.size() <= static_cast<size_t>(page_size);
      }));
  response->set_sequence(WireSequence(page.sequence));
  if (rows.size() > static_cast<size_t>(page_size)) {
    rows.pop_back();
    response->set_next_page_token(
        NextPage(scope, page, static_cast<uint64_t>(rows.back().first)));
  }
  for (const auto& [sequence, row] : rows) {
    SKONTRO_RETURN_IF_ERROR(WriteCreditLineChange(snapshot, sequence, row,
                                                  response->add_changes()));
  }
  return absl::OkStatus();
}

engine::SetCreditLine ReadLimits(const v1::SetCreditLineRequest& request,
                                 std::string_view member, Form* form) {
  engine::SetCreditLine command;
  command.member_id = member;
  const v1::CreditLine& line = request.credit_line();
  form->Require("credit_line.credit_line", line.has_credit_line());
  command.credit_line =
      ledger::Amount::FromMinorUnits(line.credit_line().minor_units());
  if (line.has_balance_limit()) {
    command.balance_limit =
        ledger::Amount::FromMinorUnits(line.balance_limit().minor_units());
  }
  command.reason.text = request.reason();
  form->Text("reason", request.reason(), 1, kReasonLengthMax);
  form->RequestId(request.request_id());
  return command;
}

absl::Status FillSet(const Network& network, const NameParts& parts,
                     const engine::Answer& answer,
                     const v1::SetCreditLineRequest& request,
                     v1::SetCreditLineResponse* response) {
  const std::string& name = request.credit_line().name();
  SKONTRO_ASSIGN_OR_RETURN(const ReadScope scope, AnswerScope(network, answer));
  absl::StatusOr<AccountView> account = ReadAccount(scope, parts, name);
  if (request.validate_only()) {
    WritePreview(answer, response->mutable_outcome());
    if (!account.ok() || answer.events.empty()) return absl::OkStatus();
    const auto& set = std::get<engine::CreditLineSet>(answer.events.front());
    account->limits = {set.new_credit_line, set.new_balance_limit, true};
  }
  if (!account.ok()) return account.status();
  WriteCreditLine(network.id(), *account, response->mutable_credit_line());
  if (request.validate_only()) return absl::OkStatus();
  RecordReader records(scope.view.snapshot);
  return WriteOutcome(answer, &records, response->mutable_outcome());
}

}  // namespace

grpc::ServerUnaryReactor* CreditService::GetCreditLine(
    grpc::CallbackServerContext* context,
    const v1::GetCreditLineRequest* request,
    v1::GetCreditLineResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kGet, caller.status());
  Form form;
  const NameParts name = form.CreditLineName("name", request->name());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  const ledger::Sequence as_of =
      form.SequenceOf("as_of_sequence", request->as_of_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(
      backend_, context, *caller, {kGet, std::string(name.network), min, as_of},
      [name, request, response](const ReadScope& scope) {
        SKONTRO_ASSIGN_OR_RETURN(const AccountView account,
                                 ReadAccount(scope, name, request->name()));
        WriteCreditLine(scope.network.id(), account,
                        response->mutable_credit_line());
        response->set_sequence(WireSequence(scope.as_of));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CreditService::ListCreditLineChanges(
    grpc::CallbackServerContext* context,
    const v1::ListCreditLineChangesRequest* request,
    v1::ListCreditLineChangesResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kList, caller.status());
  Form form;
  const NameParts parent = form.CreditLineName("parent", request->parent());
  const int page_size = form.PageSize(request->page_size());
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kList, std::string(parent.network), min},
              [parent, request, page_size, response](const ReadScope& scope) {
                return List(scope, parent, *request, page_size, response);
              });
}

grpc::ServerUnaryReactor* CreditService::SetCreditLine(
    grpc::CallbackServerContext* context,
    const v1::SetCreditLineRequest* request,
    v1::SetCreditLineResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kSet, caller.status());
  Form form;
  const NameParts name =
      form.CreditLineName("credit_line.name", request->credit_line().name());
  engine::SetCreditLine body = ReadLimits(*request, name.member, &form);
  if (!form.ok()) return RefuseChange(context, form, *request, response);
  const absl::StatusOr<Place> place =
      FindNetwork(backend_, *caller, name.network);
  if (!place.ok()) return Fail(backend_, context, kSet, place.status());
  if (name.account != kMainAccount) {
    return Fail(backend_, context, kSet,
                ToStatus(engine::NotFound(request->credit_line().name())));
  }
  body.reason = Salted(std::move(body.reason.text));
  engine::Command command = NewCommand(backend_, *place, kSet, *request);
  command.validate_only = request->validate_only();
  command.body = std::move(body);
  return Change(backend_, context, place->network, std::move(command),
                [network = place->network, name, request,
                 response](const engine::Answer& answer) {
                  return FillSet(*network, name, answer, *request, response);
                });
}

}  // namespace skontro::server
