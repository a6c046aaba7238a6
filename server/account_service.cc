#include "server/account_service.h"

#include <array>
#include <span>
#include <string>
#include <vector>

#include "ledger/base/status.h"
#include "server/account_reader.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/convert_statement.h"
#include "server/entry_list.h"
#include "server/page.h"
#include "server/roster.h"

namespace skontro::server {
namespace {

constexpr std::string_view kGet = "AccountService.GetAccount";
constexpr std::string_view kStatement = "AccountService.GetStatement";
constexpr std::string_view kEntries = "AccountService.ListEntries";
constexpr std::string_view kList = "AccountService.ListAccounts";

std::span<const FilterField> AccountFields() {
  static const auto& fields = *new std::vector<FilterField>{
      {kRosterMember, "member", FieldKind::kMember},
      {kRosterBalance, "balance.minor_units", FieldKind::kNumber},
      {kRosterCreditLine, "credit_line.minor_units", FieldKind::kNumber},
      {kRosterBalanceLimit, "balance_limit.minor_units", FieldKind::kNumber},
      {kRosterSpendable, "spendable.minor_units", FieldKind::kNumber},
      {kRosterLineUsed, "line_used_percent", FieldKind::kNumber},
      {kRosterPostingCount, "posting_count", FieldKind::kNumber},
      {kRosterCountry, "country_code", FieldKind::kCode},
      {kRosterLegalName, "legal_name", FieldKind::kText}};
  return fields;
}

constexpr std::array kOrders = {
    OrderField{kRosterBalance, "balance"},
    OrderField{kRosterSpendable, "spendable"},
    OrderField{kRosterLineUsed, "line_used_percent"},
    OrderField{kRosterLegalName, "legal_name"}};

absl::Status List(const ReadScope& scope,
                  const v1::ListAccountsRequest& request,
                  const RosterQuery& query,
                  v1::ListAccountsResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Page page, PageOf(scope, kList, request));
  response->set_sequence(WireSequence(page.sequence));
  Roster roster(scope, page, query);
  SKONTRO_ASSIGN_OR_RETURN(std::vector<Roster::Row> rows, roster.Read());
  response->set_next_page_token(roster.next_page_token());
  for (Roster::Row& row : rows) {
    SKONTRO_RETURN_IF_ERROR(roster.AddAccount(&row));
    WriteAccount(scope.network.id(), *row.account, response->add_accounts());
  }
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* AccountService::GetAccount(
    grpc::CallbackServerContext* context, const v1::GetAccountRequest* request,
    v1::GetAccountResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kGet, caller.status());
  Form form;
  const NameParts name = form.AccountName("name", request->name());
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
        WriteAccount(scope.network.id(), account, response->mutable_account());
        response->set_sequence(WireSequence(scope.as_of));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* AccountService::GetStatement(
    grpc::CallbackServerContext* context,
    const v1::GetStatementRequest* request,
    v1::GetStatementResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kStatement, caller.status());
  Form form;
  StatementQuery query = ReadStatementQuery(*request, &form);
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  const ledger::Sequence as_of =
      form.SequenceOf("as_of_sequence", request->as_of_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kStatement, std::string(query.name.network), min, as_of},
              [query, request, response](const ReadScope& scope) {
                return WriteStatement(scope, kStatement, query, *request,
                                      response);
              });
}

grpc::ServerUnaryReactor* AccountService::ListEntries(
    grpc::CallbackServerContext* context, const v1::ListEntriesRequest* request,
    v1::ListEntriesResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kEntries, caller.status());
  Form form;
  EntryQuery query = ReadEntryQuery(*request, &form);
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  const ledger::Sequence as_of =
      form.SequenceOf("as_of_sequence", request->as_of_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kEntries, std::string(query.name.network), min, as_of},
              [query, request, response](const ReadScope& scope) {
                return ListEntriesOf(scope, kEntries, query, *request,
                                     response);
              });
}

grpc::ServerUnaryReactor* AccountService::ListAccounts(
    grpc::CallbackServerContext* context,
    const v1::ListAccountsRequest* request,
    v1::ListAccountsResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kList, caller.status());
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  RosterQuery query;
  query.page_size = static_cast<size_t>(form.PageSize(request->page_size()));
  query.filter =
      Filter::Parse(request->filter(), AccountFields(), parent.network, &form);
  query.order = ReadOrder(request->order_by(), kOrders,
                          {kRosterCreateTime, false}, &form);
  const ledger::Sequence min =
      form.SequenceOf("min_sequence", request->min_sequence());
  const ledger::Sequence as_of =
      form.SequenceOf("as_of_sequence", request->as_of_sequence());
  if (!form.ok()) return Refuse(context, form);
  return Read(backend_, context, *caller,
              {kList, std::string(parent.network), min, as_of},
              [query, request, response](const ReadScope& scope) {
                return List(scope, *request, query, response);
              });
}

}  // namespace skontro::server
