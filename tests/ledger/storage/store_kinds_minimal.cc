#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {

std::vector<StoreKind> StoreKinds() { return {MemoryKind()}; }

}  // namespace skontro::ledger
