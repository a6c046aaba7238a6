// A place where a store lives, so that one test can be run on every kind of
// store: it can be closed and opened again, and it can crash.

#ifndef SKONTRO_TESTS_LEDGER_STORAGE_STORE_PLACE_H_
#define SKONTRO_TESTS_LEDGER_STORAGE_STORE_PLACE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/storage/store.h"

namespace skontro::ledger {

class StorePlace {
 public:
  virtual ~StorePlace() = default;

  // The store that is open. Reopen() and Crash() replace it.
  virtual Store* store() = 0;

  // Stop the store as a clean end does, or as a power cut does, and open it
  // again. REQUIRES: its snapshots and iterators are gone.
  virtual void Reopen() = 0;
  virtual void Crash() = 0;
};

// A kind of store that tests are run on.
struct StoreKind {
  const char* name;
  std::unique_ptr<StorePlace> (*make)();  // An empty store.
};

StoreKind MemoryKind();

// Every kind of store that is in this build.
std::vector<StoreKind> StoreKinds();

// The rows of one family, of all, or of all that are projections.
using FamilyRows = std::map<std::string, std::string>;
FamilyRows RowsOf(const Snapshot& snapshot, Family family);
using StoreRows = std::map<std::string_view, FamilyRows>;
StoreRows RowsOf(const Snapshot& snapshot);
StoreRows ProjectedRowsOf(const Snapshot& snapshot);

// Every family, and for test output the name of a kind.
std::vector<Family> AllFamilies();
template <typename Info>
std::string KindName(const Info& info) {
  return info.param.name;
}

}  // namespace skontro::ledger

#endif  // SKONTRO_TESTS_LEDGER_STORAGE_STORE_PLACE_H_
