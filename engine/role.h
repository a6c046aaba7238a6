// What somebody may do in a network; engine/permission has what that is.

#ifndef SKONTRO_ENGINE_ROLE_H_
#define SKONTRO_ENGINE_ROLE_H_

#include <cstdint>
#include <string_view>

namespace skontro::engine {

// The numbers are those of skontro.v1.ApiKey.Role; they are on disk.
enum class Role : uint32_t {
  kMemberUser = 1,
  kBroker = 2,
  kAccountant = 3,
  kAuditor = 4,
  kOperator = 5,
};

// The name of a role, such as "operator".
std::string_view RoleName(Role role);

// Whether the role sees no more than the members that it is given. The others
// see the whole network.
constexpr bool IsScoped(Role role) {
  return role != Role::kAuditor && role != Role::kOperator;
}

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_ROLE_H_
