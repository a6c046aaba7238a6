#include "server/operation_service.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "engine/visibility.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/convert_amount.h"
#include "server/page.h"

namespace skontro::server {
namespace {

constexpr std::string_view kGet = "OperationService.GetOperation";
constexpr std::string_view kList = "OperationService.ListOperations";
constexpr std::string_view kCancel = "OperationService.CancelOperation";

absl::StatusOr<std::shared_ptr<Operation>> FindOperation(
    const Operations& operations, const std::string& network,
    const std::string& id) {
  std::shared_ptr<Operation> operation = operations.Find(network, id);
  if (operation != nullptr) return operation;
  return ToStatus(
      {Reason::kResourceNotFound, {{"name", OperationName(network, id)}}});
}

// Operations are of the whole network: for who does not see all of it there are
// none.
absl::Status CheckSeen(const Caller& caller, const NameParts& name) {
  const engine::Actor* const actor = caller.In(name.network);
  if (actor == nullptr || engine::SeesAll(*actor)) return absl::OkStatus();
  return ToStatus({Reason::kResourceNotFound,
                   {{"name", OperationName(name.network, name.operation)}}});
}

}  // namespace

grpc::ServerUnaryReactor* OperationService::GetOperation(
    grpc::CallbackServerContext* context,
    const v1::GetOperationRequest* request,
    v1::GetOperationResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kGet, caller.status());
  Form form;
  const NameParts name = form.OperationName("name", request->name());
  if (!form.ok()) return Refuse(context, form);
  const absl::Status visible = CheckSeen(*caller, name);
  if (!visible.ok()) return Fail(backend_, context, kGet, visible);
  return Read(backend_, context, *caller, {kGet, std::string(name.network)},
              [this, id = std::string(name.operation),
               response](const ReadScope& scope) -> absl::Status {
                SKONTRO_ASSIGN_OR_RETURN(
                    const std::shared_ptr<Operation> operation,
                    FindOperation(backend_.operations, scope.network.id(), id));
                *response->mutable_operation() = operation->Get();
                response->set_sequence(WireSequence(scope.view.sequence));
                return absl::OkStatus();
              });
}

grpc::ServerUnaryReactor* OperationService::ListOperations(
    grpc::CallbackServerContext* context,
    const v1::ListOperationsRequest* request,
    v1::ListOperationsResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kList, caller.status());
  Form form;
  const NameParts parent = form.NetworkName("parent", request->parent());
  const int page_size = form.PageSize(request->page_size());
  if (!form.ok()) return Refuse(context, form);
  return Read(
      backend_, context, *caller, {kList, std::string(parent.network)},
      [this, request, page_size,
       response](const ReadScope& scope) -> absl::Status {
        SKONTRO_ASSIGN_OR_RETURN(const Page page,
                                 PageOf(scope, kList, *request));
        const uint64_t before =
            page.is_first ? std::numeric_limits<uint64_t>::max() : page.number;
        const auto listed = backend_.operations.List(
            scope.network.id(), before, static_cast<size_t>(page_size) + 1);
        for (const std::shared_ptr<Operation>& operation : listed) {
          if (response->operations_size() == page_size) {
            response->set_next_page_token(
                NextPage(scope, page, operation->number() + 1));
            break;
          }
          *response->add_operations() = operation->Get();
        }
        response->set_sequence(WireSequence(scope.view.sequence));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationService::CancelOperation(
    grpc::CallbackServerContext* context,
    const v1::CancelOperationRequest* request,
    v1::CancelOperationResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kCancel, caller.status());
  Form form;
  const NameParts name = form.OperationName("name", request->name());
  if (!form.ok()) return Refuse(context, form);
  const absl::Status visible = CheckSeen(*caller, name);
  if (!visible.ok()) return Fail(backend_, context, kCancel, visible);
  return Read(backend_, context, *caller, {kCancel, std::string(name.network)},
              [this, id = std::string(name.operation),
               response](const ReadScope& scope) -> absl::Status {
                SKONTRO_ASSIGN_OR_RETURN(
                    const std::shared_ptr<Operation> operation,
                    FindOperation(backend_.operations, scope.network.id(), id));
                operation->Cancel();
                *response->mutable_operation() = operation->Get();
                response->set_sequence(WireSequence(scope.view.sequence));
                return absl::OkStatus();
              });
}

}  // namespace skontro::server
