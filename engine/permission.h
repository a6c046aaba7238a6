// Which role may call which method. Fails closed: a method that the table does
// not name is refused, and a test walks every method of the API.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_PERMISSION_H_
#define SKONTRO_ENGINE_PERMISSION_H_

#include <optional>
#include <span>
#include <string_view>

#include "engine/actor.h"
#include "ledger/base/reason.h"

namespace skontro::engine {

// Returns why `actor` may not call `method`, or nullopt if it may. `method` is
// the name on the wire, such as "TradeService.CreateTrade".
std::optional<Refusal> CheckPermission(const Actor& actor,
                                       std::string_view method);

// The name of a role, such as "operator".
std::string_view RoleName(Role role);

// Every method that the table names.
std::span<const std::string_view> KnownMethods();

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_PERMISSION_H_
