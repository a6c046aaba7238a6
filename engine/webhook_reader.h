// Reads webhooks from a view: what each is told, and on whose behalf.
//
// Thread safety: pure functions of the snapshot; a walk belongs to one thread.

#ifndef SKONTRO_ENGINE_WEBHOOK_READER_H_
#define SKONTRO_ENGINE_WEBHOOK_READER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/actor.h"
#include "engine/event.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

// A webhook after all records up to some sequence.
struct WebhookHistory {
  WebhookCreated created;
  Sequence sequence{};  // Of the record that made it.
  int64_t create_time_us = 0;
  WebhookState state = WebhookState::kActive;
};

// The webhook of this id as of a sequence, also one that is deleted; nullopt
// for none, DATA_LOSS where a row cannot be read. An id that was given again
// names the newest.
absl::StatusOr<std::optional<WebhookHistory>> FindWebhook(
    const ledger::Snapshot& snapshot, std::string_view id, Sequence as_of);

// Calls `visit` with one webhook after another that is not deleted, by id, from
// the first after `after`, until it returns false.
absl::Status WalkWebhooks(
    const ledger::Snapshot& snapshot, std::string_view after, Sequence as_of,
    const std::function<bool(const WebhookHistory&)>& visit);

// On whose behalf a webhook is told of events at `time_us`: who holds the key
// that made it or, where that was rotated, the one in its place. nullopt where
// the last of them is expired, or any of them was revoked: who takes back a key
// takes back what was made with it.
absl::StatusOr<std::optional<Actor>> ActorOfWebhook(
    const ledger::Snapshot& snapshot, const WebhookCreated& webhook,
    Sequence as_of, int64_t time_us);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_WEBHOOK_READER_H_
