// Which webhooks may be made and changed.
//
// Thread safety: pure functions of the state.

#ifndef SKONTRO_ENGINE_WEBHOOK_RULES_H_
#define SKONTRO_ENGINE_WEBHOOK_RULES_H_

#include <optional>
#include <vector>

#include "engine/command.h"
#include "engine/state.h"

namespace skontro::engine {

// RESOURCE_EXISTS (the id), RESOURCE_NOT_FOUND (the member), WEBHOOK_LIMIT.
std::optional<WebhookCreated> DecideCreateWebhook(
    const State& state, const CreateWebhook& command, const Actor& actor,
    std::vector<Refusal>* refusals);

// RESOURCE_NOT_FOUND, WEBHOOK_STATE where it is in that state already. Any can
// be deleted.
std::optional<WebhookStateSet> DecideSetWebhookState(
    const State& state, const SetWebhookState& command,
    std::vector<Refusal>* refusals);

// The name of a state, such as "PAUSED".
std::string_view WebhookStateName(WebhookState state);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_WEBHOOK_RULES_H_
