// What is where a store is, or is to be, before RocksDB looks.
//
// Thread safety: pure functions.

#ifndef SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_PLACE_H_
#define SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_PLACE_H_

#include <string>

#include "absl/status/status.h"

namespace skontro::ledger {

// Returns OK iff RocksDB may try to open `directory`, or to create a store
// there: NOT_FOUND or ALREADY_EXISTS against `create`, FAILED_PRECONDITION for
// a file, PERMISSION_DENIED where it cannot be read, DATA_LOSS for the remains
// of a store.
absl::Status CheckPlace(const std::string& directory, bool create);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_PLACE_H_
