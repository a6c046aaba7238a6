// What RocksDB tells of its own work, in the file LOG beside its tables.
// Nothing depends on it: a line that cannot be written is lost and the next is
// tried.
//
// RocksDB's own writer of that file may not be used again after a write has
// failed, and the packaged library, whose assertions are on, ends the process
// if it is: a disk that fills up would stop the server before anybody said why.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_LOG_H_
#define SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_LOG_H_

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdarg>
#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace skontro::ledger {

class StoreLog : public rocksdb::Logger {
 public:
  explicit StoreLog(std::unique_ptr<rocksdb::FSWritableFile> file);
  ~StoreLog() override;

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override;
  // Bytes that were written.
  size_t GetLogFileSize() const override;

 protected:
  rocksdb::Status CloseImpl() override;

 private:
  mutable absl::Mutex mutex_;
  const std::unique_ptr<rocksdb::FSWritableFile> file_ ABSL_GUARDED_BY(mutex_);
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_ROCKSDB_STORE_LOG_H_
