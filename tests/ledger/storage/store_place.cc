#include "tests/ledger/storage/store_place.h"

#include "ledger/base/check.h"
#include "ledger/storage/memory_store.h"

namespace skontro::ledger {
namespace {

class MemoryPlace : public StorePlace {
 public:
  Store* store() override { return store_.get(); }
  void Reopen() override {
    SKONTRO_CHECK(store_->Flush().ok());
    Crash();
  }
  void Crash() override { store_ = store_->AfterCrash(); }

 private:
  std::unique_ptr<MemoryStore> store_ = std::make_unique<MemoryStore>();
};

}  // namespace

StoreKind MemoryKind() {
  return {"Memory", []() -> std::unique_ptr<StorePlace> {
            return std::make_unique<MemoryPlace>();
          }};
}

FamilyRows RowsOf(const Snapshot& snapshot, Family family) {
  FamilyRows rows;
  const std::unique_ptr<Iterator> it = snapshot.NewIterator(family);
  for (it->Seek(""); it->Valid(); it->Next()) {
    rows.emplace(it->key(), it->value());
  }
  SKONTRO_CHECK(it->status().ok());
  return rows;
}

StoreRows RowsOf(const Snapshot& snapshot) {
  StoreRows rows;
  for (Family family : AllFamilies()) {
    rows[kFamilyNames[static_cast<size_t>(family)]] = RowsOf(snapshot, family);
  }
  return rows;
}

StoreRows ProjectedRowsOf(const Snapshot& snapshot) {
  StoreRows rows = RowsOf(snapshot);
  rows.erase("journal");
  rows.erase("personal");
  return rows;
}

std::vector<Family> AllFamilies() {
  std::vector<Family> families;
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    families.push_back(static_cast<Family>(i));
  }
  return families;
}

}  // namespace skontro::ledger
