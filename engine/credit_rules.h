// How far accounts may go below and above zero.
//
// Thread safety: pure functions of the state.

#ifndef SKONTRO_ENGINE_CREDIT_RULES_H_
#define SKONTRO_ENGINE_CREDIT_RULES_H_

#include <optional>
#include <vector>

#include "engine/command.h"
#include "engine/state.h"

namespace skontro::engine {

// Returns the event that sets the limits, or nullopt where there is no such
// account; adds RESOURCE_NOT_FOUND to `refusals` then. A line may be cut under
// what is drawn already: the account may then earn but not spend.
std::optional<CreditLineSet> DecideSetCreditLine(
    const State& state, const SetCreditLine& command,
    std::vector<Refusal>* refusals);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_CREDIT_RULES_H_
