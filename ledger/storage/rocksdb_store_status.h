// What an error of RocksDB means to an operator.
//
// Thread safety: pure functions.

#ifndef SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_STATUS_H_
#define SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_STATUS_H_

#include <rocksdb/status.h>

#include "absl/status/status.h"

namespace skontro::ledger {

// Returns DATA_LOSS for damage and for files that are gone, FAILED_PRECONDITION
// where somebody has the store open, PERMISSION_DENIED where it may not be
// written, RESOURCE_EXHAUSTED where the disk is full, UNAVAILABLE for any other
// trouble with the disk, INTERNAL for the rest.
absl::Status ToStatus(const rocksdb::Status& status);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_STATUS_H_
