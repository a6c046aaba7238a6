// skontro network archive|restore

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/network_view.h"
#include "cli/outcome.h"
#include "cli/resource_name.h"
#include "cli/verbs.h"
#include "skontro/v1/network_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::NetworkService;

template <typename Request, typename Response, typename Method>
absl::StatusOr<ExitCode> Set(Session& session, const std::string& id,
                             Method method, const char* done) {
  Request request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), NetworkName(id));
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(const Response response,
                           session.Change<NetworkService>(method, request));
  SKONTRO_RETURN_IF_ERROR(CheckNetwork(response.network()));
  return PrintChange(
      session, NetworkView(), response.network(), response.outcome(),
      absl::StrCat("Network ", ShortName(response.network().name()),
                   session.dry_run() ? " would be " : " is ", done));
}

absl::StatusOr<ExitCode> Archive(Session& session, const std::string& id) {
  return Set<v1::ArchiveNetworkRequest, v1::ArchiveNetworkResponse>(
      session, id, &NetworkService::Stub::ArchiveNetwork, "archived");
}

absl::StatusOr<ExitCode> Restore(Session& session, const std::string& id) {
  return Set<v1::RestoreNetworkRequest, v1::RestoreNetworkResponse>(
      session, id, &NetworkService::Stub::RestoreNetwork, "restored");
}

}  // namespace

void AddArchiveVerbs(Verbs& verbs, CLI::App* network) {
  const auto archived = std::make_shared<std::string>();
  CLI::App* const archive = verbs.Add(
      network, "archive",
      "Close a network for business; its books stay there to be read",
      "  skontro network archive res --dry-run\n"
      "  skontro network archive res",
      [&verbs, archived] { return Archive(verbs.session(), *archived); });
  archive->add_option("NETWORK", *archived, "Which network")->required();
  verbs.TakesRequestId(archive);
  verbs.TakesFormat(archive);

  const auto restored = std::make_shared<std::string>();
  CLI::App* const restore = verbs.Add(
      network, "restore", "Open an archived network for business again",
      "  skontro network restore res",
      [&verbs, restored] { return Restore(verbs.session(), *restored); });
  restore->add_option("NETWORK", *restored, "Which network")->required();
  verbs.TakesRequestId(restore);
  verbs.TakesFormat(restore);
}

}  // namespace skontro::cli
