// The file system below a RocksdbStore: that of the machine, or of a test, but
// that it deletes nothing any more once a write to a manifest has failed, and
// that the log it makes for RocksDB survives a full disk (rocksdb_store_log.h).
//
// What a failed write has put on the disk nobody knows, and a manifest that
// names a table file which is gone cannot be opened again. RocksDB deletes the
// files of an ingestion whose manifest could not be synced. The store is not
// used after such an error; its next start removes what no manifest names.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_FILES_H_
#define SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_FILES_H_

#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <string>

namespace skontro::ledger {

class StoreFiles : public rocksdb::FileSystemWrapper {
 public:
  explicit StoreFiles(const std::shared_ptr<rocksdb::FileSystem>& below)
      : FileSystemWrapper(below) {}

  const char* Name() const override { return "skontro::StoreFiles"; }

  rocksdb::IOStatus NewWritableFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* result,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewLogger(const std::string& path,
                              const rocksdb::IOOptions& options,
                              std::shared_ptr<rocksdb::Logger>* result,
                              rocksdb::IODebugContext* debug) override;

 private:
  class Manifest;

  std::atomic<bool> manifest_failed_ = false;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_FILES_H_
