#include "engine/webhook_reader.h"

#include <memory>
#include <string>
#include <utility>

#include "engine/api_key_reader.h"
#include "engine/webhook_codec.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"

namespace skontro::engine {
namespace {

using ledger::Family;
using ledger::Iterator;

constexpr size_t kSequenceLength = sizeof(uint64_t);

// The id that a row of the family is about, and the record that made the row.
struct Place {
  std::string_view id;
  Sequence sequence{};
};

absl::StatusOr<Place> PlaceOf(std::string_view key) {
  if (key.size() < kSequenceLength + 2 ||
      key[key.size() - kSequenceLength - 1] != '\0') {
    return absl::DataLossError("the family webhook has a key that is none");
  }
  return Place{key.substr(0, key.size() - kSequenceLength - 1),
               Sequence{ledger::ReadBigEndian<uint64_t>(
                   key.substr(key.size() - kSequenceLength))}};
}

// Reads the rows of one id, and leaves `it` behind them.
absl::StatusOr<std::optional<WebhookHistory>> ReadRows(Iterator* it,
                                                       const std::string& id,
                                                       Sequence as_of) {
  std::optional<WebhookHistory> history;
  for (; it->Valid(); it->Next()) {
    SKONTRO_ASSIGN_OR_RETURN(const Place place, PlaceOf(it->key()));
    if (place.id != id) break;
    if (place.sequence > as_of) continue;
    SKONTRO_ASSIGN_OR_RETURN(WebhookRow row, DecodeWebhookRow(it->value()));
    if (row.created.has_value()) {
      history = {*std::move(row.created), place.sequence, row.time_us,
                 row.state};
    } else if (history.has_value()) {
      history->state = row.state;
    }
  }
  SKONTRO_RETURN_IF_ERROR(it->status());
  return history;
}

Actor ActorOf(const ApiKeyCreated& key) {
  Actor actor;
  actor.identity = ActorIdentity(key.role, key.identity);
  actor.role = key.role;
  actor.api_key = key.id;
  if (IsScoped(key.role)) {
    actor.scope = std::make_shared<const ActorScope>(
        ActorScope{key.members, key.spending_ceiling, key.credit_mandate});
  }
  return actor;
}

}  // namespace

absl::StatusOr<std::optional<WebhookHistory>> FindWebhook(
    const ledger::Snapshot& snapshot, std::string_view id, Sequence as_of) {
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kWebhook);
  it->Seek(WebhookRowKey(id, Sequence{0}));
  return ReadRows(it.get(), std::string(id), as_of);
}

absl::Status WalkWebhooks(
    const ledger::Snapshot& snapshot, std::string_view after, Sequence as_of,
    const std::function<bool(const WebhookHistory&)>& visit) {
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kWebhook);
  // Behind all rows of `after`: a zero byte ends an id.
  it->Seek(after.empty() ? "" : std::string(after) + '\1');
  while (it->Valid()) {
    SKONTRO_ASSIGN_OR_RETURN(const Place place, PlaceOf(it->key()));
    const std::string id(place.id);
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<WebhookHistory> history,
                             ReadRows(it.get(), id, as_of));
    if (history.has_value() && history->state != WebhookState::kDeleted &&
        !visit(*history)) {
      break;
    }
  }
  return it->status();
}

absl::StatusOr<std::optional<Actor>> ActorOfWebhook(
    const ledger::Snapshot& snapshot, const WebhookCreated& webhook,
    Sequence as_of, int64_t time_us) {
  if (webhook.api_key.empty()) return LocalOperator();
  std::string id = webhook.api_key;
  // Every step is to a later record, so it ends.
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<ApiKeyHistory> key,
                             FindApiKey(snapshot, id, as_of));
    if (!key.has_value() || key->revoked) return std::nullopt;
    if (!key->replaced_by.empty()) {
      id = key->replaced_by;
      continue;
    }
    if (key->ExpiredAt(time_us)) return std::nullopt;
    return ActorOf(key->created);
  }
}

}  // namespace skontro::engine
