// The payload of a record, written and read without the generated class of
// `skontro.storage.v1.Record`: every record goes through here once when it is
// made and once at each replay.
//
// Thread safety: pure functions.

#ifndef SKONTRO_LEDGER_PAYLOAD_CODEC_H_
#define SKONTRO_LEDGER_PAYLOAD_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "ledger/record.h"

namespace skontro::ledger {

// The bytes that the generated class would write.
// REQUIRES: actor and request id are readable.
std::string WritePayload(const Record& record);

// Reads `payload` into `record`, whatever was there, but for its kind and time.
// Returns DATA_LOSS for bytes that the generated class would refuse, for a
// field that it would not know, and for a commitment without digest; `record`
// holds anything then.
absl::Status ReadPayload(std::string_view payload, Record* record);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_PAYLOAD_CODEC_H_
