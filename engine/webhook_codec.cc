#include "engine/webhook_codec.h"

#include "ledger/base/status.h"
#include "ledger/digest.h"
#include "skontro/storage/v1/event.pb.h"
#include "skontro/storage/v1/row.pb.h"

namespace skontro::engine {
namespace {

namespace pb = storage::v1;

constexpr size_t kSaltLength = 16;

bool IsKnown(WebhookState state) {
  return state >= WebhookState::kActive && state <= WebhookState::kDeleted;
}

}  // namespace

void WriteWebhook(const WebhookCreated& from, pb::WebhookCreated* to) {
  to->set_id(from.id);
  to->set_url(from.url);
  for (const uint32_t type : from.types) to->add_types()->set_type(type);
  to->set_member(static_cast<uint64_t>(from.member));
  to->set_owner(from.owner);
  to->set_api_key(from.api_key);
  to->set_salt(from.salt);
  to->set_digest(from.digest);
}

absl::StatusOr<WebhookCreated> ReadWebhook(const pb::WebhookCreated& from) {
  WebhookCreated to;
  to.id = from.id();
  to.url = from.url();
  for (const pb::WebhookEventType& type : from.types()) {
    if (!to.types.empty() && type.type() <= to.types.back()) {
      return absl::DataLossError("a webhook with types that are not in order");
    }
    to.types.push_back(type.type());
  }
  to.member = MemberNumber{from.member()};
  to.owner = from.owner();
  to.api_key = from.api_key();
  to.salt = from.salt();
  to.digest = from.digest();
  if (to.salt.size() != kSaltLength ||
      to.digest.size() != ledger::Digest().size()) {
    return absl::DataLossError("a webhook without a salt or digest");
  }
  return to;
}

absl::StatusOr<WebhookStateSet> ReadWebhookState(
    const pb::WebhookStateSet& from) {
  WebhookStateSet to{from.id(), static_cast<WebhookState>(from.state())};
  if (!IsKnown(to.state)) {
    return absl::DataLossError("a webhook in a state unknown to this version");
  }
  return to;
}

std::string EncodeWebhookRow(const WebhookRow& row) {
  pb::WebhookRow message;
  if (row.created.has_value()) {
    WriteWebhook(*row.created, message.mutable_created());
  }
  message.set_state(static_cast<uint32_t>(row.state));
  message.set_time_us(row.time_us);
  message.set_author(row.author);
  return message.SerializeAsString();
}

absl::StatusOr<WebhookRow> DecodeWebhookRow(std::string_view bytes) {
  pb::WebhookRow message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("bytes that are no row of a webhook");
  }
  WebhookRow row;
  if (message.has_created()) {
    SKONTRO_ASSIGN_OR_RETURN(row.created, ReadWebhook(message.created()));
  }
  row.state = static_cast<WebhookState>(message.state());
  if (!IsKnown(row.state)) {
    return absl::DataLossError("a row of a webhook in a state that is none");
  }
  row.time_us = message.time_us();
  row.author = message.author();
  return row;
}

}  // namespace skontro::engine
