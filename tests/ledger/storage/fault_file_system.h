// A file system that fails as a test tells it to: it numbers and names every
// call that changes the disk or makes a change survive, keeps what was called
// so that a DiskModel can say what a power cut would leave, and lets the call
// of a number fail, write only a part, or wait. It also flips bits of what is
// read. Below it is the file system of the machine.
//
// Only what happens in one directory is counted; RocksDB's log for people is
// not, nor is what does not change anything.
//
// Thread safety: all methods may be called from any thread. Calls are made and
// kept one at a time, so that their order is one order.

#ifndef SKONTRO_TESTS_LEDGER_STORAGE_FAULT_FILE_SYSTEM_H_
#define SKONTRO_TESTS_LEDGER_STORAGE_FAULT_FILE_SYSTEM_H_

#include <rocksdb/file_system.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace skontro::ledger {

// A call as it took effect.
struct FileCall {
  enum class Kind {
    kCreate,         // An empty file at `path`, in place of what was there.
    kAppend,         // `bytes`.
    kTruncate,       // To `size` bytes.
    kSync,           // Of a file.
    kSyncFailed,     // The machine may have dropped what it could not write.
    kClose,          // Of a file.
    kRename,         // To `target`, in place of what was there.
    kLink,           // Also as `target`.
    kDelete,         // Of a file.
    kSyncDirectory,  // The names in it.
    kNothing,        // Failed without any effect.
  };
  Kind kind = Kind::kNothing;
  std::string name;  // Of the method, such as "Append"; also where it failed.
  std::string path;  // Below the directory.
  std::string target;
  std::string bytes;
  uint64_t size = 0;
};

// Such as "Append 000004.log 731".
std::string Describe(const FileCall& call);

class FaultFileSystem : public rocksdb::FileSystemWrapper {
 public:
  enum class Fault {
    kIoError,  // EIO.
    kNoSpace,  // ENOSPC; an append writes one half.
    kDelay,    // 1 ms, then the call is made.
  };

  // Counts the calls below `directory`.
  explicit FaultFileSystem(std::string directory);

  const char* Name() const override { return "skontro::FaultFileSystem"; }

  // Calls `first` to `last` fail like that. The first call is 1. Replaces what
  // was planned before.
  void Plan(Fault fault, uint64_t first, uint64_t last);

  // From now on every read of the byte `at` of files whose name ends with
  // `suffix` has the bits of `mask` flipped.
  void FlipOnRead(std::string suffix, uint64_t at, unsigned char mask);

  // How many calls were made, and which. The text of call N is at N - 1.
  uint64_t call_count() const;
  std::vector<FileCall> calls() const;

  // Makes a call. Returns what it leads to and keeps its effect.
  rocksdb::IOStatus Make(FileCall call,
                         const std::function<rocksdb::IOStatus()>& make);
  // The same for an append, of which a part may be made.
  rocksdb::IOStatus MakeAppend(
      const std::string& path, rocksdb::Slice bytes,
      const std::function<rocksdb::IOStatus(rocksdb::Slice)>& append);

  // Flips what is to be flipped in `size` bytes that were read at `offset`.
  void Flip(const std::string& path, uint64_t offset, char* bytes, size_t size);

  rocksdb::IOStatus NewSequentialFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSSequentialFile>* result,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* result,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* result,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReuseWritableFile(
      const std::string& path, const std::string& old_path,
      const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* result,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSRandomRWFile>* result,
      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path,
                                 const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus Truncate(const std::string& path, size_t size,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;

 private:
  struct Flipped {
    std::string suffix;
    uint64_t at = 0;
    unsigned char mask = 0;
  };

  // The path below the directory; empty for one that is not counted.
  std::string Below(const std::string& path) const;
  rocksdb::IOStatus Wrap(const std::string& path,
                         std::unique_ptr<rocksdb::FSWritableFile>* file);
  // What is planned for the next call, which it counts.
  bool NextFails(Fault* fault) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string directory_;
  mutable absl::Mutex mutex_;
  Fault fault_ ABSL_GUARDED_BY(mutex_) = Fault::kIoError;
  uint64_t first_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<FileCall> calls_ ABSL_GUARDED_BY(mutex_);
  std::vector<Flipped> flips_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace skontro::ledger

#endif  // SKONTRO_TESTS_LEDGER_STORAGE_FAULT_FILE_SYSTEM_H_
