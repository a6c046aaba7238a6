// Changes of credit lines on the wire.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONVERT_CREDIT_H_
#define SKONTRO_SERVER_CONVERT_CREDIT_H_

#include "absl/status/status.h"
#include "engine/row.h"
#include "ledger/record.h"
#include "ledger/storage/store.h"
#include "skontro/v1/credit_service.pb.h"

namespace skontro::server {

// The change that the record `sequence` made, with its reason if that was not
// erased. Returns an error of the disk.
absl::Status WriteCreditLineChange(const ledger::Snapshot& snapshot,
                                   ledger::Sequence sequence,
                                   const engine::LimitRow& row,
                                   v1::CreditLineChange* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_CREDIT_H_
