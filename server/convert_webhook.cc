#include "server/convert_webhook.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/index_reader.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "server/convert_amount.h"
#include "server/resource_name.h"
#include "server/webhook/webhook_url.h"

namespace skontro::server {
namespace {

void ReadUrl(const std::string& text, const WebhookAccess& access, Form* form) {
  constexpr std::string_view kField = "webhook.url";
  const std::optional<WebhookUrl> url = ParseWebhookUrl(text);
  if (!url.has_value() || text.size() > kWebhookUrlLengthMax) {
    form->Refuse(kField, text,
                 std::string(absl::StrCat(
                     "https://HOST, with an optional port, path and query, of "
                     "at most ",
                     kWebhookUrlLengthMax, " bytes")));
    return;
  }
  const std::optional<std::string> allowed = access.WhyNot(*url);
  if (allowed.has_value()) form->Refuse(kField, text, *allowed);
}

std::vector<uint32_t> ReadTypes(const v1::Webhook& webhook, Form* form) {
  std::set<uint32_t> types;
  for (int i = 0; i < webhook.types_size(); ++i) {
    const v1::Event::Type type = webhook.types(i);
    if (type == v1::Event::TYPE_UNSPECIFIED || !v1::Event::Type_IsValid(type)) {
      form->Refuse(std::string(absl::StrCat("webhook.types[", i, "]")), type,
                   "a type of Event.Type, such as TRADE_SETTLED");
      continue;
    }
    types.insert(static_cast<uint32_t>(type));
  }
  return {types.begin(), types.end()};
}

v1::Webhook::State StateOf(const engine::WebhookHistory& webhook,
                           bool stopped) {
  if (stopped) return v1::Webhook::STOPPED;
  return webhook.state == engine::WebhookState::kPaused ? v1::Webhook::PAUSED
                                                        : v1::Webhook::ACTIVE;
}

void WriteDelivery(const WebhookProgress& progress, v1::WebhookDelivery* out) {
  out->set_sequence(static_cast<int64_t>(progress.next) - 1);
  out->set_dead_letters(static_cast<int32_t>(progress.dead_letters.size()));
  out->set_failed_attempts(progress.failed_attempts);
  out->set_last_error(progress.last_error);
  if (progress.next_attempt_us != 0) {
    WriteTime(progress.next_attempt_us, out->mutable_next_attempt_time());
  }
  if (progress.last_success_us != 0) {
    WriteTime(progress.last_success_us, out->mutable_last_success_time());
  }
}

}  // namespace

engine::CreateWebhook ReadWebhook(const v1::CreateWebhookRequest& request,
                                  std::string_view network,
                                  const WebhookAccess& access, Form* form) {
  engine::CreateWebhook command;
  command.id = request.webhook_id();
  if (!command.id.empty()) form->Id("webhook_id", command.id);
  form->Require("webhook", request.has_webhook());
  const v1::Webhook& webhook = request.webhook();
  command.url = webhook.url();
  ReadUrl(webhook.url(), access, form);
  command.types = ReadTypes(webhook, form);
  if (!webhook.member().empty()) {
    command.member = std::string(
        form->MemberOf("webhook.member", webhook.member(), network));
  }
  form->RequestId(request.request_id());
  return command;
}

absl::Status WriteWebhook(std::string_view network,
                          const ledger::Snapshot& snapshot,
                          const engine::WebhookHistory& webhook, bool stopped,
                          const std::optional<WebhookProgress>& progress,
                          v1::Webhook* out) {
  const engine::WebhookCreated& created = webhook.created;
  out->set_name(WebhookName(network, created.id));
  out->set_url(created.url);
  for (const uint32_t type : created.types) {
    out->add_types(static_cast<v1::Event::Type>(type));
  }
  if (created.member != engine::MemberNumber{}) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<engine::MemberRow> member,
                             engine::FindMember(snapshot, created.member,
                                                ledger::Sequence{UINT64_MAX}));
    if (!member.has_value()) {
      return absl::DataLossError("a webhook of a member that is not there");
    }
    out->set_member(MemberName(network, member->created.id));
  }
  out->set_owner(created.owner);
  if (!created.api_key.empty()) {
    out->set_api_key(ApiKeyName(network, created.api_key));
  }
  WriteTime(webhook.create_time_us, out->mutable_create_time());
  const bool lost = progress.has_value() && progress->secret_lost;
  out->set_state(StateOf(webhook, stopped || lost));
  if (progress.has_value()) WriteDelivery(*progress, out->mutable_delivery());
  return absl::OkStatus();
}

void WriteDeadLetter(uint64_t sequence, const DeadLetter& dead,
                     v1::DeadLetter* out) {
  out->set_sequence(static_cast<int64_t>(sequence));
  out->set_attempts(dead.attempts);
  WriteTime(dead.time_us, out->mutable_fail_time());
  out->set_http_status(dead.http_status);
  out->set_error(dead.error);
}

}  // namespace skontro::server
