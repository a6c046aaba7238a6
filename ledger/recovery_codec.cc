#include "ledger/recovery_codec.h"

#include "ledger/base/status.h"
#include "skontro/storage/v1/event.pb.h"

namespace skontro::ledger {
namespace {

void Encode(const RecordHead& from, storage::v1::RecordHead* to) {
  to->set_sequence(static_cast<uint64_t>(from.sequence));
  to->set_digest(std::string(BytesOf(from.digest)));
  to->set_time_us(from.time_us);
}

absl::StatusOr<RecordHead> Decode(const storage::v1::RecordHead& from) {
  RecordHead to;
  if (from.sequence() == 0 || from.digest().size() != to.digest.size()) {
    return absl::DataLossError("a recovery with a head that is none");
  }
  to.sequence = Sequence{from.sequence()};
  to.digest = DigestFromBytes(from.digest());
  to.time_us = from.time_us();
  return to;
}

}  // namespace

std::string EncodeRecoveryEvent(const RecoveryAccepted& accepted) {
  storage::v1::Event event;
  storage::v1::RecoveryAccepted* to = event.mutable_recovery_accepted();
  if (accepted.anchored.has_value()) {
    Encode(*accepted.anchored, to->mutable_anchored());
  }
  Encode(accepted.found, to->mutable_found());
  to->set_stored_sequence(static_cast<uint64_t>(accepted.stored_sequence));
  return event.SerializeAsString();
}

absl::StatusOr<RecoveryAccepted> DecodeRecoveryEvent(std::string_view bytes) {
  storage::v1::Event event;
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !event.has_recovery_accepted()) {
    return absl::DataLossError("bytes that are no recovery");
  }
  const storage::v1::RecoveryAccepted& from = event.recovery_accepted();
  RecoveryAccepted accepted;
  if (from.has_anchored()) {
    SKONTRO_ASSIGN_OR_RETURN(accepted.anchored, Decode(from.anchored()));
  }
  SKONTRO_ASSIGN_OR_RETURN(accepted.found, Decode(from.found()));
  accepted.stored_sequence = Sequence{from.stored_sequence()};
  return accepted;
}

}  // namespace skontro::ledger
