// Webhooks to and from what is on disk.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_WEBHOOK_CODEC_H_
#define SKONTRO_ENGINE_WEBHOOK_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/event.h"
#include "engine/row.h"

namespace skontro::storage::v1 {
class WebhookCreated;
class WebhookStateSet;
}  // namespace skontro::storage::v1

namespace skontro::engine {

void WriteWebhook(const WebhookCreated& from, storage::v1::WebhookCreated* to);

// Both return DATA_LOSS for what no webhook can be.
absl::StatusOr<WebhookCreated> ReadWebhook(
    const storage::v1::WebhookCreated& from);
absl::StatusOr<WebhookStateSet> ReadWebhookState(
    const storage::v1::WebhookStateSet& from);

std::string EncodeWebhookRow(const WebhookRow& row);
absl::StatusOr<WebhookRow> DecodeWebhookRow(std::string_view bytes);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_WEBHOOK_CODEC_H_
