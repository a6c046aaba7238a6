// An Actor is who a command or a read is carried out for: an identity, the role
// that decides what it may do, and what that role is limited to. It comes from
// credentials, never from the request.

#ifndef SKONTRO_ENGINE_ACTOR_H_
#define SKONTRO_ENGINE_ACTOR_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event.h"
#include "engine/role.h"

namespace skontro::engine {

// What a key limits its holder to.
struct ActorScope {
  std::vector<MemberNumber> members;  // Ascending.
  Amount spending_ceiling;            // Of one trade; zero for no ceiling.
  Amount credit_mandate;              // The highest line that it may set.
};

struct Actor {
  // Names the client, not its key or certificate: a rotated key keeps its
  // request ids. At most 100 bytes, printable, no zero byte.
  std::string identity;
  // A role that is scoped sees nothing without a scope.
  Role role = Role::kMemberUser;
  std::shared_ptr<const ActorScope> scope;
  // The id of the journaled key that proved it, by which the engine finds out
  // whether the key is still of use; empty for who needs none.
  std::string api_key;
};

// The actor of who may read the files of the server itself.
inline Actor LocalOperator() {
  return {"operator/local", Role::kOperator, nullptr, ""};
}

// What no key may be of: the identity of LocalOperator(), without its role.
inline constexpr std::string_view kLocalIdentity = "local";

// The identity that the journal keeps for the holder of a key, such as
// "member_user/erp".
std::string ActorIdentity(Role role, std::string_view identity);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_ACTOR_H_
