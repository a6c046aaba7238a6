#include "server/convert_outcome.h"

#include <string>

#include "ledger/base/status.h"
#include "server/convert_amount.h"

namespace skontro::server {

absl::Status WriteOutcome(const engine::Answer& answer, RecordReader* records,
                          v1::Outcome* out) {
  out->set_sequence(WireSequence(answer.sequence));
  if (!answer.repeated) {
    out->set_digest(WireDigest(answer.digest));
    return absl::OkStatus();
  }
  SKONTRO_ASSIGN_OR_RETURN(const ledger::Digest digest,
                           records->DigestAt(answer.sequence));
  out->set_digest(WireDigest(digest));
  return absl::OkStatus();
}

void WritePreview(const engine::Answer& answer, v1::Outcome* out) {
  out->set_sequence(WireSequence(answer.sequence));
  WriteRefusals(answer.refusals, out);
}

void WriteRefusals(const std::vector<Refusal>& refusals, v1::Outcome* out) {
  for (const Refusal& refusal : refusals) {
    v1::Refusal* const wire = out->add_refusals();
    wire->set_reason(
        static_cast<v1::ErrorReason>(static_cast<int>(refusal.reason)));
    for (const auto& [key, value] : refusal.metadata) {
      (*wire->mutable_metadata())[key] = value;
    }
    wire->set_message(Explain(refusal));
  }
}

}  // namespace skontro::server
