#include "server/admin_service.h"

#include <string_view>

#include "engine/permission.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/status_warnings.h"

namespace skontro::server {
namespace {

constexpr std::string_view kStatus = "AdminService.GetServerStatus";

// Whether the caller may call it for any network that there is.
bool MayAnywhere(const Caller& caller, const NetworkRegistry& networks) {
  if (caller.everywhere()) return true;
  for (const Network* network : networks.All()) {
    const engine::Actor* const actor = caller.In(network->id());
    if (actor != nullptr &&
        !engine::CheckPermission(*actor, kStatus).has_value()) {
      return true;
    }
  }
  return false;
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::GetServerStatus(
    grpc::CallbackServerContext* context, const v1::GetServerStatusRequest*,
    v1::GetServerStatusResponse* response) {
  const absl::StatusOr<Caller> caller = Authenticate(backend_, *context);
  if (!caller.ok()) return Fail(backend_, context, kStatus, caller.status());
  if (!MayAnywhere(*caller, backend_.networks)) {
    return Fail(backend_, context, kStatus,
                ToStatus(engine::RoleMissing(caller->first(), kStatus)));
  }
  v1::ServerStatus* const status = response->mutable_status();
  *status =
      ReadStatus(source_, backend_.networks, *caller, backend_.clock.NowUs());
  AddWarnings(source_.checkpoint_interval, status);
  for (const v1::NetworkStatus& seen : status->networks()) {
    const Network* const network = backend_.networks.Find(
        std::string_view(seen.name())
            .substr(std::string_view("networks/").size()));
    if (network != nullptr) AddWarningsOf(*network, status);
  }
  SortWarnings(status);
  return FinishOk(context);
}

}  // namespace skontro::server
