// What a webhook is told: on whose behalf, and the events that are for it, as
// they are sent.
//
// Thread safety: none; the thread of the sender owns a hook.

#ifndef SKONTRO_SERVER_WEBHOOK_WEBHOOK_READ_H_
#define SKONTRO_SERVER_WEBHOOK_WEBHOOK_READ_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/projection.h"
#include "server/event_reader.h"
#include "server/webhook/webhook_hook.h"

namespace skontro::server {

// Learns on whose behalf the webhook is told, and what that is. False where it
// is nobody; the hook then has no event. Returns DATA_LOSS where a row cannot
// be read.
absl::StatusOr<bool> LookAtKey(WebhookHook* hook, const ledger::ReadView& view,
                               int64_t now_us);

// Walks to the next event that is for the webhook, a turn at most: it is in
// `hook->event` then, and `hook->progress.next` behind what was passed over.
// REQUIRES: LookAtKey() returned true.
absl::Status ReadNext(WebhookHook* hook, EventReader* reader,
                      const ledger::ReadView& view);

// The event of that sequence, if it is for the webhook. REQUIRES: the same.
absl::Status ReadAt(const WebhookHook& hook, EventReader* reader,
                    const ledger::ReadView& view, uint64_t sequence,
                    std::optional<WebhookEvent>* event);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_WEBHOOK_WEBHOOK_READ_H_
