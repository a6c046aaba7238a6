// What ledger/storage/store.h promises, as tests that every kind of store has
// to pass: link store_contract.cc and say
//
//   INSTANTIATE_TEST_SUITE_P(Contract, StoreContractTest,
//                            testing::Values(MemoryKind()), KindName<...>);

#ifndef SKONTRO_TESTS_LEDGER_STORAGE_STORE_CONTRACT_H_
#define SKONTRO_TESTS_LEDGER_STORAGE_STORE_CONTRACT_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "ledger/storage/store.h"
#include "tests/ledger/storage/store_place.h"

namespace skontro::ledger {

class StoreContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  // Writes one row, or deletes it.
  void Put(Family family, const std::string& key, const std::string& value,
           Durability durability = Durability::kSynced) {
    WriteBatch batch;
    batch.Put(family, key, value);
    Write(batch, durability);
  }
  void Delete(Family family, const std::string& key,
              Durability durability = Durability::kSynced) {
    WriteBatch batch;
    batch.Delete(family, key);
    Write(batch, durability);
  }
  void Write(const WriteBatch& batch, Durability durability) {
    const absl::Status status = store()->Write(batch, durability);
    ASSERT_TRUE(status.ok()) << status;
  }

  std::optional<std::string> Get(Family family, const std::string& key) {
    return store()->GetSnapshot()->Get(family, key).value();
  }

  Store* store() { return place_->store(); }

  std::unique_ptr<StorePlace> place_ = GetParam().make();
};

}  // namespace skontro::ledger

#endif  // SKONTRO_TESTS_LEDGER_STORAGE_STORE_CONTRACT_H_
