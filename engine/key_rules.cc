#include "engine/key_rules.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/refusals.h"

namespace skontro::engine {
namespace {

Refusal InState(const State& state, std::string_view id,
                std::string_view found) {
  return {Reason::kApiKeyState,
          {{"api_key", ApiKeyName(state.terms(), id)},
           {"state", std::string(found)},
           {"needed", "ACTIVE"}}};
}

// Whether two keys of one identity would be limited to something else: each
// could then ask for the first answer to a request of the other.
bool SameClient(const ApiKeyCreated& a, const ApiKeyCreated& b) {
  return a.role == b.role && a.members == b.members;
}

}  // namespace

std::optional<Refusal> CheckCredential(const State& state, const Actor& actor,
                                       int64_t time_us) {
  if (actor.api_key.empty()) return std::nullopt;
  const ApiKey* key = state.FindApiKey(actor.api_key);
  std::string_view kind;
  if (key == nullptr) {
    kind = "unknown";
  } else if (key->revoked) {
    kind = "revoked";
  } else if (key->ExpiredAt(time_us)) {
    kind = "expired";
  } else {
    return std::nullopt;
  }
  return Refusal{Reason::kCredentialInvalid, {{"kind", std::string(kind)}}};
}

std::optional<ApiKeyCreated> DecideCreateApiKey(
    const State& state, const CreateApiKey& command,
    std::vector<Refusal>* refusals) {
  const size_t before = refusals->size();
  if (state.FindApiKey(command.id) != nullptr) {
    refusals->push_back(Exists(ApiKeyName(state.terms(), command.id)));
  }
  ApiKeyCreated created;
  created.id = command.id;
  created.identity = command.identity;
  created.role = command.role;
  for (const std::string& id : command.members) {
    const std::optional<MemberNumber> number = state.FindMember(id);
    if (number.has_value()) {
      created.members.push_back(*number);
    } else {
      refusals->push_back(NotFound(MemberName(state.terms(), id)));
    }
  }
  std::sort(created.members.begin(), created.members.end());
  created.spending_ceiling = command.spending_ceiling;
  created.credit_mandate = command.credit_mandate;
  created.expire_time_us = command.expire_time_us;
  created.kind = command.kind;
  created.digest = command.digest;
  if (refusals->size() > before) return std::nullopt;
  for (const auto& [id, key] : state.api_keys()) {
    if (key.created.identity == command.identity &&
        key.created.role == command.role && !SameClient(key.created, created)) {
      refusals->push_back(Exists(absl::StrCat(
          "the identity ", command.identity,
          ", with other members, as that of ", ApiKeyName(state.terms(), id))));
      return std::nullopt;
    }
  }
  return created;
}

std::optional<ApiKeyCreated> DecideRotateApiKey(
    const State& state, const RotateApiKey& command, int64_t time_us,
    std::vector<Refusal>* refusals) {
  const ApiKey* old = state.FindApiKey(command.id);
  if (old == nullptr) {
    refusals->push_back(NotFound(ApiKeyName(state.terms(), command.id)));
    return std::nullopt;
  }
  if (state.FindApiKey(command.new_id) != nullptr) {
    refusals->push_back(Exists(ApiKeyName(state.terms(), command.new_id)));
  }
  if (old->revoked) {
    refusals->push_back(InState(state, command.id, "REVOKED"));
  } else if (old->ExpiredAt(time_us)) {
    refusals->push_back(InState(state, command.id, "EXPIRED"));
  }
  ApiKeyCreated created = old->created;
  created.id = command.new_id;
  created.expire_time_us = command.expire_time_us;
  created.kind = command.kind;
  created.digest = command.digest;
  created.replaces = command.id;
  created.replaced_expire_time_us = time_us + command.overlap_us;
  if (old->expire_time_us != 0) {
    created.replaced_expire_time_us =
        std::min(created.replaced_expire_time_us, old->expire_time_us);
  }
  return created;
}

std::optional<ApiKeyRevoked> DecideRevokeApiKey(
    const State& state, const RevokeApiKey& command,
    std::vector<Refusal>* refusals) {
  const ApiKey* key = state.FindApiKey(command.id);
  if (key == nullptr) {
    refusals->push_back(NotFound(ApiKeyName(state.terms(), command.id)));
    return std::nullopt;
  }
  if (key->revoked) {
    refusals->push_back(InState(state, command.id, "REVOKED"));
  }
  return ApiKeyRevoked{command.id};
}

}  // namespace skontro::engine
