#include "server/http/metrics_access.h"

#include <string>

#include "engine/role.h"
#include "ledger/base/reason.h"

namespace skontro::server::http {
namespace {

bool MayRead(engine::Role role) {
  return role == engine::Role::kAuditor || role == engine::Role::kOperator;
}

}  // namespace

absl::Status CheckMetricsAccess(const Caller& caller) {
  // A certificate may be somebody in several networks.
  if (caller.everywhere() || caller.ReachesAs([](const engine::Actor& actor) {
        return MayRead(actor.role);
      })) {
    return absl::OkStatus();
  }
  return ToStatus(
      {Reason::kRoleMissing,
       {{"method", "/metrics"},
        {"role", std::string(engine::RoleName(caller.first().role))}}});
}

bool ShowsMetricsOf(const Caller& caller, std::string_view network) {
  const engine::Actor* const actor = caller.In(network);
  return actor != nullptr && MayRead(actor->role);
}

}  // namespace skontro::server::http
