#include "tests/ledger/storage/fault_file_system.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace skontro::ledger {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
using Kind = FileCall::Kind;

IOStatus FailureOf(FaultFileSystem::Fault fault, const std::string& name) {
  if (fault == FaultFileSystem::Fault::kNoSpace) {
    return IOStatus::NoSpace(name, "No space left on device");
  }
  return IOStatus::IOError(name, "Input/output error");
}

// A file whose writes are counted.
class CountedFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  CountedFile(FaultFileSystem* system, std::string path,
              std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)),
        system_(system),
        path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    return system_->MakeAppend(path_, data, [&](Slice part) {
      return target()->Append(part, options, debug);
    });
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  // Only direct I/O, which is never asked for, writes at a position.
  IOStatus PositionedAppend(const Slice&, uint64_t, const IOOptions&,
                            IODebugContext*) override {
    return IOStatus::NotSupported("PositionedAppend");
  }
  IOStatus PositionedAppend(const Slice&, uint64_t, const IOOptions&,
                            const rocksdb::DataVerificationInfo&,
                            IODebugContext*) override {
    return IOStatus::NotSupported("PositionedAppend");
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options,
                    IODebugContext* debug) override {
    return system_->Make(
        {Kind::kTruncate, "Truncate", path_, "", "", size},
        [&] { return target()->Truncate(size, options, debug); });
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return system_->Make({Kind::kSync, "Sync", path_, "", "", 0},
                         [&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return system_->Make({Kind::kSync, "Fsync", path_, "", "", 0},
                         [&] { return target()->Fsync(options, debug); });
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return system_->Make({Kind::kClose, "Close", path_, "", "", 0},
                         [&] { return target()->Close(options, debug); });
  }

 private:
  FaultFileSystem* const system_;
  const std::string path_;
};

class CountedDirectory : public rocksdb::FSDirectoryWrapper {
 public:
  CountedDirectory(FaultFileSystem* system,
                   std::unique_ptr<rocksdb::FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), system_(system) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return system_->Make(
        {Kind::kSyncDirectory, "SyncDirectory", "", "", "", 0},
        [&] { return FSDirectoryWrapper::Fsync(options, debug); });
  }
  IOStatus FsyncWithDirOptions(
      const IOOptions& options, IODebugContext* debug,
      const rocksdb::DirFsyncOptions& directory_options) override {
    return system_->Make({Kind::kSyncDirectory, "SyncDirectory", "", "", "", 0},
                         [&] {
                           return FSDirectoryWrapper::FsyncWithDirOptions(
                               options, debug, directory_options);
                         });
  }

 private:
  FaultFileSystem* const system_;
};

class FlippingReader : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FlippingReader(FaultFileSystem* system, std::string path,
                 std::unique_ptr<rocksdb::FSRandomAccessFile> file)
      : FSRandomAccessFileOwnerWrapper(std::move(file)),
        system_(system),
        path_(std::move(path)) {}

  IOStatus Read(uint64_t offset, size_t n, const IOOptions& options,
                Slice* result, char* scratch,
                IODebugContext* debug) const override {
    IOStatus status =
        target()->Read(offset, n, options, result, scratch, debug);
    if (status.ok()) {
      // `result` is in `scratch`, unless the file is mapped.
      system_->Flip(path_, offset, const_cast<char*>(result->data()),
                    result->size());
    }
    return status;
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, size_t count,
                     const IOOptions& options, IODebugContext* debug) override {
    for (size_t i = 0; i < count; ++i) {
      requests[i].status =
          Read(requests[i].offset, requests[i].len, options,
               &requests[i].result, requests[i].scratch, debug);
    }
    return IOStatus::OK();
  }

 private:
  FaultFileSystem* const system_;
  const std::string path_;
};

class FlippingSequence : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  FlippingSequence(FaultFileSystem* system, std::string path,
                   std::unique_ptr<rocksdb::FSSequentialFile> file)
      : FSSequentialFileOwnerWrapper(std::move(file)),
        system_(system),
        path_(std::move(path)) {}

  IOStatus Read(size_t n, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) override {
    IOStatus status = target()->Read(n, options, result, scratch, debug);
    if (status.ok()) {
      system_->Flip(path_, offset_, const_cast<char*>(result->data()),
                    result->size());
      offset_ += result->size();
    }
    return status;
  }
  IOStatus Skip(uint64_t n) override {
    offset_ += n;
    return target()->Skip(n);
  }

 private:
  FaultFileSystem* const system_;
  const std::string path_;
  uint64_t offset_ = 0;
};

}  // namespace

std::string Describe(const FileCall& call) {
  std::string text = absl::StrCat(call.name, " ", call.path);
  if (!call.target.empty()) absl::StrAppend(&text, " -> ", call.target);
  if (call.kind == Kind::kAppend) {
    absl::StrAppend(&text, " ", call.bytes.size());
  }
  if (call.kind == Kind::kTruncate) absl::StrAppend(&text, " ", call.size);
  return text;
}

FaultFileSystem::FaultFileSystem(std::string directory)
    : FileSystemWrapper(rocksdb::FileSystem::Default()),
      directory_(std::move(directory)) {}

void FaultFileSystem::Plan(Fault fault, uint64_t first, uint64_t last) {
  const absl::MutexLock lock(&mutex_);
  fault_ = fault;
  first_ = first;
  last_ = last;
}

void FaultFileSystem::FlipOnRead(std::string suffix, uint64_t at,
                                 unsigned char mask) {
  const absl::MutexLock lock(&mutex_);
  flips_.push_back({std::move(suffix), at, mask});
}

uint64_t FaultFileSystem::call_count() const {
  const absl::MutexLock lock(&mutex_);
  return calls_.size();
}

std::vector<FileCall> FaultFileSystem::calls() const {
  const absl::MutexLock lock(&mutex_);
  return calls_;
}

bool FaultFileSystem::NextFails(Fault* fault) {
  const uint64_t number = calls_.size() + 1;
  *fault = fault_;
  if (number < first_ || number > last_) return false;
  if (fault_ != Fault::kDelay) return true;
  absl::SleepFor(absl::Milliseconds(1));
  return false;
}

IOStatus FaultFileSystem::Make(FileCall call,
                               const std::function<IOStatus()>& make) {
  const absl::MutexLock lock(&mutex_);
  Fault fault{};
  const bool fails = NextFails(&fault);
  IOStatus status = fails ? FailureOf(fault, call.name) : make();
  if (!status.ok()) {
    call.kind = call.kind == Kind::kSync ? Kind::kSyncFailed : Kind::kNothing;
  }
  calls_.push_back(std::move(call));
  return status;
}

IOStatus FaultFileSystem::MakeAppend(
    const std::string& path, Slice bytes,
    const std::function<IOStatus(Slice)>& append) {
  const absl::MutexLock lock(&mutex_);
  Fault fault{};
  FileCall call{Kind::kAppend, "Append", path, "", "", 0};
  if (!NextFails(&fault)) {
    IOStatus status = append(bytes);
    call.kind = status.ok() ? Kind::kAppend : Kind::kNothing;
    if (status.ok()) call.bytes = bytes.ToString();
    calls_.push_back(std::move(call));
    return status;
  }
  const Slice part(bytes.data(),
                   fault == Fault::kNoSpace ? bytes.size() / 2 : 0);
  if (append(part).ok()) call.bytes = part.ToString();
  calls_.push_back(std::move(call));
  return FailureOf(fault, "Append");
}

void FaultFileSystem::Flip(const std::string& path, uint64_t offset,
                           char* bytes, size_t size) {
  const absl::MutexLock lock(&mutex_);
  for (const Flipped& flip : flips_) {
    if (path.ends_with(flip.suffix) && flip.at >= offset &&
        flip.at < offset + size) {
      bytes[flip.at - offset] =
          static_cast<char>(bytes[flip.at - offset] ^ flip.mask);
    }
  }
}

std::string FaultFileSystem::Below(const std::string& path) const {
  if (!path.starts_with(directory_ + "/")) return "";
  return path.substr(directory_.size() + 1);
}

IOStatus FaultFileSystem::Wrap(const std::string& path,
                               std::unique_ptr<rocksdb::FSWritableFile>* file) {
  *file = std::make_unique<CountedFile>(this, path, std::move(*file));
  return IOStatus::OK();
}

IOStatus FaultFileSystem::NewSequentialFile(
    const std::string& path, const FileOptions& options,
    std::unique_ptr<rocksdb::FSSequentialFile>* result, IODebugContext* debug) {
  IOStatus status = target()->NewSequentialFile(path, options, result, debug);
  if (status.ok()) {
    *result =
        std::make_unique<FlippingSequence>(this, path, std::move(*result));
  }
  return status;
}

IOStatus FaultFileSystem::NewRandomAccessFile(
    const std::string& path, const FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
    IODebugContext* debug) {
  IOStatus status = target()->NewRandomAccessFile(path, options, result, debug);
  if (status.ok()) {
    *result = std::make_unique<FlippingReader>(this, path, std::move(*result));
  }
  return status;
}

IOStatus FaultFileSystem::NewWritableFile(
    const std::string& path, const FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  const std::string below = Below(path);
  const auto create = [&] {
    return target()->NewWritableFile(path, options, result, debug);
  };
  // Background work writes the log of RocksDB whenever it likes, and nobody
  // reads it: its calls would number the others differently in each run.
  if (below.empty() || below == "LOG") return create();
  IOStatus status =
      Make({Kind::kCreate, "NewWritableFile", below, "", "", 0}, create);
  return status.ok() ? Wrap(below, result) : status;
}

IOStatus FaultFileSystem::ReopenWritableFile(
    const std::string& path, const FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  IOStatus status = target()->ReopenWritableFile(path, options, result, debug);
  const std::string below = Below(path);
  if (status.ok() && !below.empty()) return Wrap(below, result);
  return status;
}

// Our stores recycle no logs and write in no place twice.
IOStatus FaultFileSystem::ReuseWritableFile(
    const std::string&, const std::string&, const FileOptions&,
    std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) {
  return IOStatus::NotSupported("ReuseWritableFile");
}

IOStatus FaultFileSystem::NewRandomRWFile(
    const std::string&, const FileOptions&,
    std::unique_ptr<rocksdb::FSRandomRWFile>*, IODebugContext*) {
  return IOStatus::NotSupported("NewRandomRWFile");
}

IOStatus FaultFileSystem::NewDirectory(
    const std::string& path, const IOOptions& options,
    std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) {
  IOStatus status = target()->NewDirectory(path, options, result, debug);
  if (status.ok() && (path == directory_ || path == directory_ + "/")) {
    *result = std::make_unique<CountedDirectory>(this, std::move(*result));
  }
  return status;
}

IOStatus FaultFileSystem::DeleteFile(const std::string& path,
                                     const IOOptions& options,
                                     IODebugContext* debug) {
  const std::string below = Below(path);
  const auto remove = [&] {
    return target()->DeleteFile(path, options, debug);
  };
  if (below.empty()) return remove();
  return Make({Kind::kDelete, "DeleteFile", below, "", "", 0}, remove);
}

IOStatus FaultFileSystem::Truncate(const std::string& path, size_t size,
                                   const IOOptions& options,
                                   IODebugContext* debug) {
  const std::string below = Below(path);
  const auto truncate = [&] {
    return target()->Truncate(path, size, options, debug);
  };
  if (below.empty()) return truncate();
  return Make({Kind::kTruncate, "Truncate", below, "", "", size}, truncate);
}

IOStatus FaultFileSystem::RenameFile(const std::string& from,
                                     const std::string& to,
                                     const IOOptions& options,
                                     IODebugContext* debug) {
  const std::string below = Below(from);
  const auto rename = [&] {
    return target()->RenameFile(from, to, options, debug);
  };
  if (below.empty()) return rename();
  return Make({Kind::kRename, "RenameFile", below, Below(to), "", 0}, rename);
}

IOStatus FaultFileSystem::LinkFile(const std::string& from,
                                   const std::string& to,
                                   const IOOptions& options,
                                   IODebugContext* debug) {
  const std::string below = Below(from);
  const auto link = [&] {
    return target()->LinkFile(from, to, options, debug);
  };
  if (below.empty()) return link();
  return Make({Kind::kLink, "LinkFile", below, Below(to), "", 0}, link);
}

}  // namespace skontro::ledger
