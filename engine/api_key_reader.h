// Reads the keys of clients from a view: what each may do and whether it is of
// use, as of any sequence.
//
// Thread safety: pure functions of the snapshot; a walk belongs to one thread.

#ifndef SKONTRO_ENGINE_API_KEY_READER_H_
#define SKONTRO_ENGINE_API_KEY_READER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/event.h"
#include "engine/row.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

// A key after all records up to some sequence.
struct ApiKeyHistory {
  ApiKeyCreated created;
  Sequence sequence{};  // Of the record that made it.
  int64_t create_time_us = 0;
  int64_t expire_time_us = 0;  // 0 for never.
  bool revoked = false;
  int64_t revoke_time_us = 0;
  std::string replaced_by;  // The id of a key; empty for none.

  bool ExpiredAt(int64_t time_us) const {
    return expire_time_us != 0 && time_us >= expire_time_us;
  }
};

// The key of this id as of a sequence; nullopt for none, DATA_LOSS where a row
// cannot be read.
absl::StatusOr<std::optional<ApiKeyHistory>> FindApiKey(
    const ledger::Snapshot& snapshot, std::string_view id, Sequence as_of);

// Calls `visit` with one key after another, by id, from the first after
// `after`, until it returns false.
absl::Status WalkApiKeys(
    const ledger::Snapshot& snapshot, std::string_view after, Sequence as_of,
    const std::function<bool(const ApiKeyHistory&)>& visit);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_API_KEY_READER_H_
