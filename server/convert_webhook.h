// Webhooks between the words on the wire and those of the engine.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONVERT_WEBHOOK_H_
#define SKONTRO_SERVER_CONVERT_WEBHOOK_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "engine/command.h"
#include "engine/webhook_reader.h"
#include "ledger/storage/store.h"
#include "server/form.h"
#include "server/webhook/webhook_access.h"
#include "server/webhook/webhook_sender.h"
#include "skontro/v1/webhook_service.pb.h"

namespace skontro::server {

// The command, but for its secret. `network` is the id of the parent.
engine::CreateWebhook ReadWebhook(const v1::CreateWebhookRequest& request,
                                  std::string_view network,
                                  const WebhookAccess& access, Form* form);

// `stopped`: whether nobody holds its key any more. `progress` is nothing where
// the sender does not know the webhook yet.
absl::Status WriteWebhook(std::string_view network,
                          const ledger::Snapshot& snapshot,
                          const engine::WebhookHistory& webhook, bool stopped,
                          const std::optional<WebhookProgress>& progress,
                          v1::Webhook* out);

void WriteDeadLetter(uint64_t sequence, const DeadLetter& dead,
                     v1::DeadLetter* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_WEBHOOK_H_
