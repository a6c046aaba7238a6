#include "server/webhook/webhook_read.h"

#include <set>
#include <string>
#include <utility>

#include "engine/webhook_reader.h"
#include "ledger/base/status.h"
#include "server/convert_amount.h"
#include "server/event_lens.h"
#include "server/http/message_codec.h"
#include "skontro/v1/event_service.pb.h"

namespace skontro::server {
namespace {

// Records that are looked at before it is the next one's turn.
constexpr size_t kTurnMax = 1'000;

// The message about a record, if the lens lets it through.
absl::StatusOr<std::optional<WebhookEvent>> MessageFor(
    const EventLens& lens, const EventReader& reader,
    const ledger::ReadView& view, SeenRecord* seen) {
  if (seen->type == v1::Event::TYPE_UNSPECIFIED || !lens.wants(*seen)) {
    return std::nullopt;
  }
  SKONTRO_ASSIGN_OR_RETURN(const v1::Event* const event,
                           reader.Message(view, seen));
  v1::WatchEventsResponse message;
  *message.add_events() = *event;
  if (lens.hide) lens.hide(message.mutable_events(0));
  message.set_sequence(WireSequence(seen->sequence));
  SKONTRO_ASSIGN_OR_RETURN(std::string json,
                           http::ToJson(*v1::WatchEventsResponse::descriptor(),
                                        message.SerializeAsString()));
  return WebhookEvent{static_cast<uint64_t>(seen->sequence), std::move(json)};
}

}  // namespace

absl::StatusOr<bool> LookAtKey(WebhookHook* hook, const ledger::ReadView& view,
                               int64_t now_us) {
  const engine::WebhookCreated& created = hook->info.created;
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<engine::Actor> actor,
      engine::ActorOfWebhook(*view.snapshot, created, view.sequence, now_us));
  if (!actor.has_value()) {
    hook->event.reset();
    hook->lens.reset();
    return false;
  }
  // What a key is limited to never changes.
  if (hook->lens.has_value() && hook->lens_key == actor->api_key) return true;
  std::optional<engine::MemberNumber> only;
  if (created.member != engine::MemberNumber{}) only = created.member;
  std::set<v1::Event::Type> types;
  for (const uint32_t type : created.types) {
    types.insert(static_cast<v1::Event::Type>(type));
  }
  SKONTRO_ASSIGN_OR_RETURN(
      hook->lens, LensOf(*hook->network, view, *actor, only, std::move(types)));
  hook->lens_key = actor->api_key;
  return true;
}

absl::Status ReadNext(WebhookHook* hook, EventReader* reader,
                      const ledger::ReadView& view) {
  size_t looked_at = 0;
  return reader->Walk(
      view, ledger::Sequence{hook->progress.next},
      [&](SeenRecord& seen) -> absl::StatusOr<bool> {
        SKONTRO_ASSIGN_OR_RETURN(hook->event,
                                 MessageFor(*hook->lens, *reader, view, &seen));
        if (hook->event.has_value()) return false;
        hook->progress.next = static_cast<uint64_t>(seen.sequence) + 1;
        return ++looked_at < kTurnMax;
      });
}

absl::Status ReadAt(const WebhookHook& hook, EventReader* reader,
                    const ledger::ReadView& view, uint64_t sequence,
                    std::optional<WebhookEvent>* event) {
  return reader->Walk(view, ledger::Sequence{sequence},
                      [&](SeenRecord& seen) -> absl::StatusOr<bool> {
                        SKONTRO_ASSIGN_OR_RETURN(
                            *event,
                            MessageFor(*hook.lens, *reader, view, &seen));
                        return false;
                      });
}

}  // namespace skontro::server
