#include "engine/webhook_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/refusals.h"
#include "ledger/base/limits.h"

namespace skontro::engine {
namespace {

Refusal OverLimit(size_t limit, const char* of) {
  return {Reason::kWebhookLimit, {{"limit", absl::StrCat(limit)}, {"of", of}}};
}

}  // namespace

std::optional<WebhookCreated> DecideCreateWebhook(
    const State& state, const CreateWebhook& command, const Actor& actor,
    std::vector<Refusal>* refusals) {
  const size_t before = refusals->size();
  WebhookCreated created;
  created.id = command.id;
  created.url = command.url;
  created.types = command.types;
  created.owner = actor.identity;
  created.api_key = actor.api_key;
  created.salt = command.salt;
  created.digest = command.digest;
  if (state.FindWebhook(command.id) != nullptr) {
    refusals->push_back(Exists(WebhookName(state.terms(), command.id)));
  }
  if (!command.member.empty()) {
    const std::optional<MemberNumber> number = state.FindMember(command.member);
    if (number.has_value()) {
      created.member = *number;
    } else {
      refusals->push_back(NotFound(MemberName(state.terms(), command.member)));
    }
  }
  const auto owned = static_cast<size_t>(
      std::count_if(state.webhooks().begin(), state.webhooks().end(),
                    [&](const auto& webhook) {
                      return webhook.second.created.owner == actor.identity;
                    }));
  if (owned >= kWebhooksOfOwnerMax) {
    refusals->push_back(OverLimit(kWebhooksOfOwnerMax, "client"));
  } else if (state.webhooks().size() >= kWebhooksMax) {
    refusals->push_back(OverLimit(kWebhooksMax, "network"));
  }
  if (refusals->size() > before) return std::nullopt;
  return created;
}

std::optional<WebhookStateSet> DecideSetWebhookState(
    const State& state, const SetWebhookState& command,
    std::vector<Refusal>* refusals) {
  const Webhook* webhook = state.FindWebhook(command.id);
  const std::string name = WebhookName(state.terms(), command.id);
  if (webhook == nullptr) {
    refusals->push_back(NotFound(name));
    return std::nullopt;
  }
  if (webhook->state == command.state) {
    const WebhookState needed = command.state == WebhookState::kActive
                                    ? WebhookState::kPaused
                                    : WebhookState::kActive;
    refusals->push_back(
        {Reason::kWebhookState,
         {{"webhook", name},
          {"state", std::string(WebhookStateName(webhook->state))},
          {"needed", std::string(WebhookStateName(needed))}}});
  }
  return WebhookStateSet{command.id, command.state};
}

std::string_view WebhookStateName(WebhookState state) {
  switch (state) {
    case WebhookState::kActive:
      return "ACTIVE";
    case WebhookState::kPaused:
      return "PAUSED";
    case WebhookState::kDeleted:
      return "DELETED";
  }
  return "UNKNOWN";
}

}  // namespace skontro::engine
