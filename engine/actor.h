// An Actor is who a command or a read is carried out for: an identity and the
// role that decides what it may do. It comes from credentials, never from the
// request.

#ifndef SKONTRO_ENGINE_ACTOR_H_
#define SKONTRO_ENGINE_ACTOR_H_

#include <string>

namespace skontro::engine {

// The numbers index the table of engine/permission.
enum class Role { kMemberUser, kBroker, kAccountant, kAuditor, kOperator };

struct Actor {
  // Names the client, not its key or certificate: a rotated key keeps its
  // request ids. At most 100 bytes, printable, no zero byte.
  std::string identity;
  Role role = Role::kMemberUser;
};

// The actor of every caller until callers can prove who they are: the server
// listens on loopback only.
inline Actor LocalOperator() { return {"operator/local", Role::kOperator}; }

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_ACTOR_H_
