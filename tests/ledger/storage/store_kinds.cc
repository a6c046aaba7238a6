#include "tests/ledger/storage/rocksdb_place.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {

std::vector<StoreKind> StoreKinds() { return {MemoryKind(), RocksdbKind()}; }

}  // namespace skontro::ledger
