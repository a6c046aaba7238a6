// Which keys may be given out, replaced and taken back, and which are of use.
//
// Thread safety: pure functions of the state.

#ifndef SKONTRO_ENGINE_KEY_RULES_H_
#define SKONTRO_ENGINE_KEY_RULES_H_

#include <optional>
#include <vector>

#include "engine/command.h"
#include "engine/state.h"

namespace skontro::engine {

// CREDENTIAL_INVALID if the key that proved the actor is of no use at
// `time_us`: it is decided here once more, on the state in which the command is
// decided, so that a revoked key decides nothing after its revocation.
std::optional<Refusal> CheckCredential(const State& state, const Actor& actor,
                                       int64_t time_us);

// RESOURCE_EXISTS (the id), RESOURCE_NOT_FOUND (a member), RESOURCE_EXISTS (an
// identity that is another's: a key of it has another role or other members).
std::optional<ApiKeyCreated> DecideCreateApiKey(const State& state,
                                                const CreateApiKey& command,
                                                std::vector<Refusal>* refusals);

// RESOURCE_NOT_FOUND, RESOURCE_EXISTS (the new id), API_KEY_STATE.
std::optional<ApiKeyCreated> DecideRotateApiKey(const State& state,
                                                const RotateApiKey& command,
                                                int64_t time_us,
                                                std::vector<Refusal>* refusals);

// RESOURCE_NOT_FOUND, API_KEY_STATE.
std::optional<ApiKeyRevoked> DecideRevokeApiKey(const State& state,
                                                const RevokeApiKey& command,
                                                std::vector<Refusal>* refusals);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_KEY_RULES_H_
