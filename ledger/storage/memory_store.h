// A Store in memory, for tests and simulations. It keeps every version of every
// row, so that snapshots cost nothing and crashes can be played.

#ifndef SKONTRO_LEDGER_STORAGE_MEMORY_STORE_H_
#define SKONTRO_LEDGER_STORAGE_MEMORY_STORE_H_

#include <memory>

#include "ledger/storage/store.h"

namespace skontro::ledger {

class MemoryStore : public Store {
 public:
  MemoryStore();
  ~MemoryStore() override;

  absl::Status Write(const WriteBatch& batch, Durability durability) override;
  absl::Status Ingest(const SortedRows& rows) override;
  std::shared_ptr<const Snapshot> GetSnapshot() const override;
  absl::Status Flush() override;

  // A store as a crash of the machine would leave this one: every kSynced write
  // and what was ingested is there, and of the kUnlogged writes those before
  // the last Flush().
  std::unique_ptr<MemoryStore> AfterCrash() const;

  // Every later Write() and Ingest() fails with this; OK ends it.
  void FailWrites(absl::Status status);

 private:
  struct Rows;
  std::shared_ptr<Rows> rows_;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_MEMORY_STORE_H_
