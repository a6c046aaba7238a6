// Which role may call which method, and on what. Fails closed: a method that
// the table does not name is refused, and a test walks every method of the API.
// engine/visibility has what a scoped role sees.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_PERMISSION_H_
#define SKONTRO_ENGINE_PERMISSION_H_

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "engine/actor.h"
#include "ledger/base/reason.h"

namespace skontro::engine {

// How far a role may use a method.
enum class Access {
  kNone,     // Not at all.
  kOwn,      // On the members of its scope and what is theirs.
  kNetwork,  // On its network, and all that is in it.
};

inline constexpr std::array kAllRoles = {Role::kMemberUser, Role::kBroker,
                                         Role::kAccountant, Role::kAuditor,
                                         Role::kOperator};

// What the table says; kNone for a method that it does not name.
Access AccessOf(Role role, std::string_view method);

// Returns why `actor` may not call `method` on anything, or nullopt if it may.
// `method` is the name on the wire, such as "TradeService.CreateTrade".
std::optional<Refusal> CheckPermission(const Actor& actor,
                                       std::string_view method);

// ROLE_MISSING.
Refusal RoleMissing(const Actor& actor, std::string_view method);

// Every method that the table names.
std::span<const std::string_view> KnownMethods();

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_PERMISSION_H_
