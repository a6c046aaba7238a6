// The rows of a checkpoint to and from bytes.
//
// Thread safety: pure functions; a ChunkWriter belongs to one thread.

#ifndef SKONTRO_ENGINE_CHECKPOINT_CODEC_H_
#define SKONTRO_ENGINE_CHECKPOINT_CODEC_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/state.h"
#include "ledger/record_codec.h"

namespace skontro::engine {

// A program that knows no keys, policies, statuses of members, holds or
// webhooks must not take a state without them for whole; and one that knows
// holds has to know what open trades are worth, which earlier formats do not
// say.
inline constexpr uint32_t kCheckpointFormat = 1;
inline constexpr uint32_t kCheckpointFormatWithKeys = 2;
inline constexpr uint32_t kCheckpointFormatWithPolicies = 3;
inline constexpr uint32_t kCheckpointFormatWithStatuses = 5;
inline constexpr uint32_t kCheckpointFormatWithOpenTrades = 6;
inline constexpr uint32_t kCheckpointFormatWithWebhooks = 8;

// What row 0 of a checkpoint says, beside what is in its chunks.
struct CheckpointHeader {
  ledger::NetworkUid uid{};
  Sequence sequence{};
  ledger::Digest journal_digest{};
  int64_t time_us = 0;
  CivilDate booking_date;
  Sequence state_digest_sequence{};
  ledger::Digest state_digest{};
  uint64_t state_digest_members = 0;
  uint64_t members = 0;
  uint64_t accounts = 0;
  uint64_t open_trades = 0;
  uint64_t finished_trades = 0;
  uint64_t tax_ids = 0;
  uint64_t api_keys = 0;
  PoliciesSet policies;
  bool policies_touched = false;
  uint64_t member_statuses = 0;  // Not active, or touched.
  uint64_t webhooks = 0;         // Those that are gone and touched, too.
  uint32_t chunks = 0;
  ledger::Digest chunks_digest{};
};

// The value of row 0: SHA-256 of the message, then the message.
std::string EncodeCheckpointHeader(const CheckpointHeader& header);

// Returns DATA_LOSS for what is no header, FAILED_PRECONDITION for one of
// another format.
absl::StatusOr<CheckpointHeader> DecodeCheckpointHeader(std::string_view value);

// Hands the chunks that `state` makes to `take`, in order, until it returns an
// error, and fills in the counts of `header`.
absl::Status EncodeChunks(const State& state,
                          const std::function<absl::Status(std::string)>& take,
                          CheckpointHeader* header);

// Adds the rows of a chunk to `contents`. Returns DATA_LOSS for bytes that are
// no chunk, and for rows that cannot follow those that are there.
absl::Status DecodeChunk(std::string_view chunk, StateContents* contents);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_CHECKPOINT_CODEC_H_
