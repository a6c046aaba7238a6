// Records to and from bytes: the payload of a frame, the frame, and the batch
// of frames of docs/journal_format.md.
//
// Thread safety: pure functions.

#ifndef SKONTRO_LEDGER_RECORD_CODEC_H_
#define SKONTRO_LEDGER_RECORD_CODEC_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/digest.h"
#include "ledger/record.h"

namespace skontro::ledger {

inline constexpr uint16_t kFormatVersion = 1;
inline constexpr size_t kBatchHeaderLength = 100;
inline constexpr size_t kFrameOverhead = 20 + 32;  // Header and digest.

using NetworkUid = std::array<uint8_t, 16>;

// The digest that the first record of a network's journal follows.
Digest GenesisPredecessor(const NetworkUid& uid);

// The payload of `record`; its kind and time are in the frame.
// REQUIRES: actor and request id are UTF-8.
std::string EncodePayload(const Record& record);

// Returns the record that `payload` holds. Returns DATA_LOSS for bytes that are
// no payload and for a payload with fields that this version does not know.
absl::StatusOr<Record> DecodePayload(std::string_view payload, RecordKind kind,
                                     int64_t time_us);

// An encoded batch and the digests of its records.
struct EncodedBatch {
  std::string bytes;
  std::vector<Digest> digests;
};

// Encodes one batch. REQUIRES: `payloads` and `records` are of one length
// between 1 and kBatchRecordsMax; payloads[i] is EncodePayload(records[i]) and
// at most kRecordBytesMax long; the records keep the rules of
// docs/journal_format.md on kinds, entries, times, booking days and groups, or
// nobody could read them again.
EncodedBatch EncodeBatch(const NetworkUid& uid, uint64_t epoch,
                         Sequence first_sequence, const Digest& previous,
                         std::span<const Record> records,
                         std::span<const std::string> payloads);

// How much of a batch a reader checks. Replay trusts the CRC; verification
// recomputes every digest.
enum class Trust { kCrc, kNothing };

struct DecodedBatch {
  NetworkUid uid{};
  uint64_t epoch = 0;
  Digest previous{};
  CommittedBatch batch;
};

// Returns the batch in `bytes`. Returns DATA_LOSS, naming the sequence, for
// anything that docs/journal_format.md does not allow; UNIMPLEMENTED for a
// format version above kFormatVersion.
absl::StatusOr<DecodedBatch> DecodeBatch(std::string_view bytes, Trust trust);

// The same into `out`, whatever was in it; its strings and lists are used
// again, so that reading one batch after another allocates little. After an
// error `out` holds anything.
absl::Status DecodeBatch(std::string_view bytes, Trust trust,
                         DecodedBatch* out);

// The batch in `bytes` without the records behind `last`; those that stay have
// the digests that they had. Returns INVALID_ARGUMENT if that would cut an
// atomic group, naming its ends, or what DecodeBatch() returns.
// REQUIRES: `last` is in the batch.
absl::StatusOr<std::string> CutBatch(std::string_view bytes, Sequence last);

// The digests of a batch's records, in order.
struct DigestsOfBatch {
  Sequence first_sequence{};
  std::vector<Digest> digests;
};

// Returns the digests of the records of the batch in `bytes` without a look at
// what the records say. Checks headers, lengths and checksums; errors as
// DecodeBatch().
absl::StatusOr<DigestsOfBatch> DecodeDigests(std::string_view bytes);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_RECORD_CODEC_H_
