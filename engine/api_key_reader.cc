#include "engine/api_key_reader.h"

#include <memory>
#include <utility>

#include "engine/api_key_codec.h"
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
    return absl::DataLossError("the family api_key has a key that is none");
  }
  return Place{key.substr(0, key.size() - kSequenceLength - 1),
               Sequence{ledger::ReadBigEndian<uint64_t>(
                   key.substr(key.size() - kSequenceLength))}};
}

void Add(Sequence sequence, ApiKeyRow row,
         std::optional<ApiKeyHistory>* history) {
  if (row.created.has_value()) {
    ApiKeyHistory& made = history->emplace();
    made.created = *std::move(row.created);
    made.sequence = sequence;
    made.create_time_us = row.time_us;
    made.expire_time_us = made.created.expire_time_us;
  } else if (history->has_value() && row.revoked) {
    (*history)->revoked = true;
    (*history)->revoke_time_us = row.time_us;
  } else if (history->has_value()) {
    (*history)->expire_time_us = row.expire_time_us;
    (*history)->replaced_by = row.replaced_by;
  }
}

// Reads the rows of one key, and leaves `it` behind them.
absl::StatusOr<std::optional<ApiKeyHistory>> ReadRows(Iterator* it,
                                                      const std::string& id,
                                                      Sequence as_of) {
  std::optional<ApiKeyHistory> history;
  for (; it->Valid(); it->Next()) {
    SKONTRO_ASSIGN_OR_RETURN(const Place place, PlaceOf(it->key()));
    if (place.id != id) break;
    if (place.sequence > as_of) continue;
    SKONTRO_ASSIGN_OR_RETURN(ApiKeyRow row, DecodeApiKeyRow(it->value()));
    Add(place.sequence, std::move(row), &history);
  }
  SKONTRO_RETURN_IF_ERROR(it->status());
  return history;
}

}  // namespace

absl::StatusOr<std::optional<ApiKeyHistory>> FindApiKey(
    const ledger::Snapshot& snapshot, std::string_view id, Sequence as_of) {
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kApiKey);
  it->Seek(ApiKeyRowKey(id, Sequence{0}));
  return ReadRows(it.get(), std::string(id), as_of);
}

absl::Status WalkApiKeys(
    const ledger::Snapshot& snapshot, std::string_view after, Sequence as_of,
    const std::function<bool(const ApiKeyHistory&)>& visit) {
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(Family::kApiKey);
  // Behind all rows of `after`: a zero byte ends an id.
  it->Seek(after.empty() ? "" : std::string(after) + '\1');
  while (it->Valid()) {
    SKONTRO_ASSIGN_OR_RETURN(const Place place, PlaceOf(it->key()));
    const std::string id(place.id);
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<ApiKeyHistory> history,
                             ReadRows(it.get(), id, as_of));
    if (history.has_value() && !visit(*history)) break;
  }
  return it->status();
}

}  // namespace skontro::engine
