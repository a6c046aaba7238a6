// The one event that is the ledger's own: an operator accepted that records are
// lost. It is about the journal itself, and is written by a program that has no
// engine, so it is encoded here; to the engine it is an event like others.
//
// Thread safety: pure functions.

#ifndef SKONTRO_LEDGER_RECOVERY_CODEC_H_
#define SKONTRO_LEDGER_RECOVERY_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ledger/digest.h"
#include "ledger/record.h"

namespace skontro::ledger {

// The newest record of a journal at some time.
struct RecordHead {
  Sequence sequence{};
  Digest digest{};
  int64_t time_us = 0;

  friend bool operator==(const RecordHead&, const RecordHead&) = default;
};

// proto/skontro/storage/v1/event.proto explains the fields.
struct RecoveryAccepted {
  std::optional<RecordHead> anchored;
  RecordHead found;
  Sequence stored_sequence{};

  friend bool operator==(const RecoveryAccepted&,
                         const RecoveryAccepted&) = default;
};

// Its personal texts; their subject is nobody, which no member's number is.
inline constexpr uint64_t kSubjectNobody = 0;
inline constexpr uint32_t kRecoveryReasonField = 1;
inline constexpr uint32_t kRecoveryAuthorField = 2;

// The bytes of a `skontro.storage.v1.Event` that holds it.
std::string EncodeRecoveryEvent(const RecoveryAccepted& accepted);

// Returns DATA_LOSS for bytes that are no event, for another event, and for a
// head that is none.
absl::StatusOr<RecoveryAccepted> DecodeRecoveryEvent(std::string_view bytes);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_RECOVERY_CODEC_H_
