// A Store in a directory, on RocksDB. Its options and the reason of each are in
// docs/journal_format.md.

#ifndef SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_H_
#define SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "ledger/storage/store.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace skontro::ledger {

// What the stores of one process share: block cache and memory for writes. At
// most so many bytes are used by all stores together. The resources must
// outlive the stores.
//
// `env` is where the stores read and write: RocksDB's own where there is none.
// Tests pass one whose file system fails; it must outlive the resources.
class RocksdbResources {
 public:
  RocksdbResources(size_t cache_bytes, size_t write_buffer_bytes,
                   rocksdb::Env* env = nullptr);
  ~RocksdbResources();
  RocksdbResources(const RocksdbResources&) = delete;
  RocksdbResources& operator=(const RocksdbResources&) = delete;

 private:
  friend class RocksdbStore;
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

enum class OpenMode {
  kCreate,    // The directory must be empty, or not be there yet.
  kExisting,  // It must hold a store.
};

// How a store is, for whoever watches it.
struct StoreNumbers {
  uint64_t table_bytes = 0;
  uint64_t memtable_bytes = 0;
  uint64_t block_cache_bytes = 0;  // Of all stores that share it.
  uint64_t pending_compaction_bytes = 0;
  uint64_t compactions = 0;  // That run now.
  uint64_t flushes = 0;      // That run now.
  uint64_t background_errors = 0;
  uint64_t write_stopped = 0;  // 1 where writes wait.
};

class RocksdbStore : public Store {
 public:
  // Opens the store in `directory`. Returns FAILED_PRECONDITION when somebody
  // has it open or it is a file, NOT_FOUND or ALREADY_EXISTS against `mode`,
  // PERMISSION_DENIED when it may not be written, DATA_LOSS when RocksDB finds
  // damage, UNIMPLEMENTED when it holds families of a later version,
  // RESOURCE_EXHAUSTED when the disk is full, UNAVAILABLE for any other trouble
  // with the disk. Damage inside a block is found when the block is read.
  static absl::StatusOr<std::unique_ptr<RocksdbStore>> Open(
      const std::string& directory, OpenMode mode, RocksdbResources* resources);

  // Flushes and closes. Snapshots and iterators must be gone.
  ~RocksdbStore() override;

  absl::Status Write(const WriteBatch& batch, Durability durability) override;
  absl::Status Ingest(const SortedRows& rows) override;
  std::shared_ptr<const Snapshot> GetSnapshot() const override;
  absl::Status Flush() override;

  // Reads no disk.
  StoreNumbers ReadNumbers() const;

 private:
  class View;
  class Walk;
  struct Database;

  explicit RocksdbStore(std::shared_ptr<Database> database);

  std::shared_ptr<Database> database_;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_H_
