// What a change did, on the wire.

#ifndef SKONTRO_SERVER_CONVERT_OUTCOME_H_
#define SKONTRO_SERVER_CONVERT_OUTCOME_H_

#include <vector>

#include "engine/decider.h"
#include "ledger/base/reason.h"
#include "ledger/projection.h"
#include "server/record_reader.h"
#include "skontro/v1/outcome.pb.h"

namespace skontro::server {

// The outcome of a change that was carried out: its sequence, and the digest
// that the answer has or, when it was given before, that `records` finds.
// Returns an error of the disk.
absl::Status WriteOutcome(const engine::Answer& answer, RecordReader* records,
                          v1::Outcome* out);

// The outcome of a preview.
void WritePreview(const engine::Answer& answer, v1::Outcome* out);
void WriteRefusals(const std::vector<Refusal>& refusals, v1::Outcome* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_OUTCOME_H_
