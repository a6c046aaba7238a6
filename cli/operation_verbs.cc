// skontro operation list|get|cancel: long work of the server.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/list_stream.h"
#include "cli/operation_view.h"
#include "cli/resource_name.h"
#include "cli/verbs.h"
#include "skontro/v1/operation_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::OperationService;

absl::StatusOr<std::string> OperationName(Session& session,
                                          const std::string& id) {
  SKONTRO_RETURN_IF_ERROR(CheckId("operation", id));
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  return absl::StrCat(network, "/operations/", id);
}

absl::StatusOr<ExitCode> List(Session& session) {
  v1::ListOperationsRequest first;
  SKONTRO_ASSIGN_OR_RETURN(*first.mutable_parent(), session.NetworkInUse());
  return StreamList<OperationService>(session, OperationView(), first,
                                      /*limit=*/0,
                                      &OperationService::Stub::ListOperations,
                                      &v1::ListOperationsResponse::operations);
}

absl::StatusOr<ExitCode> Get(Session& session, const std::string& id) {
  v1::GetOperationRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), OperationName(session, id));
  SKONTRO_ASSIGN_OR_RETURN(const v1::GetOperationResponse response,
                           session.Read<OperationService>(
                               &OperationService::Stub::GetOperation, request));
  session.out() << OneIn(session.format(), OperationView(),
                         response.operation(), response.sequence());
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Cancel(Session& session, const std::string& id) {
  v1::CancelOperationRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), OperationName(session, id));
  // Sent twice it does no more than once, and the books are not touched.
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::CancelOperationResponse response,
      session.Read<OperationService>(&OperationService::Stub::CancelOperation,
                                     request));
  session.out() << OneIn(session.format(), OperationView(),
                         response.operation(), response.sequence());
  return ExitCode::kDone;
}

}  // namespace

void AddOperationVerbs(Verbs& verbs) {
  CLI::App* const group =
      verbs.AddGroup("operation", "Long work of the server: see it, cancel it");

  CLI::App* const list = verbs.Add(
      group, "list", "List long work, the newest first",
      "  skontro operation list --network res\n"
      "\n"
      "Verifications are. They belong to the running server: when it stops "
      "they are\ngone, and of those that ended it keeps the newest 100.",
      [&verbs] { return List(verbs.session()); });
  verbs.TakesNetwork(list);
  verbs.TakesListFormat(list);

  const auto shown = std::make_shared<std::string>();
  CLI::App* const get = verbs.Add(
      group, "get", "Show how far an operation is, or what came of it",
      "  skontro operation get 1763805600000000 --network res --format json",
      [&verbs, shown] { return Get(verbs.session(), *shown); });
  get->add_option("OPERATION", *shown, "Its id")->required();
  verbs.TakesNetwork(get);
  verbs.TakesFormat(get);

  const auto cancelled = std::make_shared<std::string>();
  CLI::App* const cancel = verbs.Add(
      group, "cancel", "Ask an operation to end",
      "  skontro operation cancel 1763805600000000 --network res",
      [&verbs, cancelled] { return Cancel(verbs.session(), *cancelled); });
  cancel->add_option("OPERATION", *cancelled, "Its id")->required();
  verbs.TakesNetwork(cancel);
  verbs.TakesFormat(cancel);
}

}  // namespace skontro::cli
