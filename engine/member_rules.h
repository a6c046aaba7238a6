// Who may join a network.
//
// Thread safety: pure functions of the state.

#ifndef SKONTRO_ENGINE_MEMBER_RULES_H_
#define SKONTRO_ENGINE_MEMBER_RULES_H_

#include <vector>

#include "engine/command.h"
#include "engine/state.h"

namespace skontro::engine {

// Returns the event that admits the member, and adds to `refusals` what speaks
// against it: RESOURCE_EXISTS for the id, then for the VAT id, then for each
// company id. Changes nothing.
MemberCreated DecideCreateMember(const State& state,
                                 const CreateMember& command,
                                 std::vector<Refusal>* refusals);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_MEMBER_RULES_H_
