#include "server/account_service.h"

#include <string>

#include "ledger/base/status.h"
#include "server/account_reader.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/convert_statement.h"

namespace skontro::server {
namespace {

constexpr std::string_view kGet = "AccountService.GetAccount";
constexpr std::string_view kStatement = "AccountService.GetStatement";

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

}  // namespace skontro::server
