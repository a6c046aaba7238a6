#include "ledger/storage/rocksdb_store_files.h"

#include <utility>

#include "ledger/storage/rocksdb_store_log.h"

namespace skontro::ledger {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class StoreFiles::Manifest : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  Manifest(StoreFiles* files, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), files_(files) {}

  IOStatus Append(const Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    return Note(target()->Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return Note(target()->Append(data, options, verification, debug));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return Note(target()->Flush(options, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Note(target()->Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Note(target()->Fsync(options, debug));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return Note(target()->Close(options, debug));
  }

 private:
  IOStatus Note(IOStatus status) {
    if (!status.ok()) files_->manifest_failed_ = true;
    return status;
  }

  StoreFiles* const files_;
};

IOStatus StoreFiles::NewWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  IOStatus status = target()->NewWritableFile(path, options, result, debug);
  if (status.ok() && path.find("/MANIFEST-") != std::string::npos) {
    *result = std::make_unique<Manifest>(this, std::move(*result));
  }
  return status;
}

IOStatus StoreFiles::DeleteFile(const std::string& path,
                                const IOOptions& options,
                                IODebugContext* debug) {
  if (manifest_failed_) {
    return IOStatus::IOError(path, "kept, since a manifest failed");
  }
  return target()->DeleteFile(path, options, debug);
}

IOStatus StoreFiles::NewLogger(const std::string& path, const IOOptions&,
                               std::shared_ptr<rocksdb::Logger>* result,
                               IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  rocksdb::FileOptions options;
  options.use_mmap_writes = false;
  IOStatus status = target()->NewWritableFile(path, options, &file, debug);
  if (status.ok()) *result = std::make_shared<StoreLog>(std::move(file));
  return status;
}

}  // namespace skontro::ledger
