// An anchor file in memory, whose disk a test can break. What it holds is
// shared, so that it outlives the file, as a disk does.
//
// Thread safety: the disk from any thread.

#ifndef SKONTRO_TESTS_LEDGER_FAKE_ANCHOR_FILE_H_
#define SKONTRO_TESTS_LEDGER_FAKE_ANCHOR_FILE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "ledger/storage/anchor_file.h"

namespace skontro::ledger {

class FakeDisk {
 public:
  explicit FakeDisk(std::string bytes)
      : bytes_(bytes), synced_(std::move(bytes)) {}

  // What is in the file, and what of it survives a crash of the machine.
  std::string bytes() const {
    const absl::MutexLock lock(&mutex_);
    return bytes_;
  }
  std::string synced() const {
    const absl::MutexLock lock(&mutex_);
    return synced_;
  }
  int syncs() const {
    const absl::MutexLock lock(&mutex_);
    return syncs_;
  }

  // Every later write, or sync, fails like this.
  void FailWrites(absl::Status status) {
    const absl::MutexLock lock(&mutex_);
    write_error_ = std::move(status);
  }
  void FailSyncs(absl::Status status) {
    const absl::MutexLock lock(&mutex_);
    sync_error_ = std::move(status);
  }

  // Waits until so many syncs were done.
  void AwaitSyncs(int count) {
    const auto done = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return syncs_ >= count;
    };
    const absl::MutexLock lock(&mutex_, absl::Condition(&done));
  }

  absl::Status Write(uint64_t offset, std::string_view bytes) {
    const absl::MutexLock lock(&mutex_);
    if (!write_error_.ok()) return write_error_;
    bytes_.replace(offset, bytes.size(), bytes);
    return absl::OkStatus();
  }
  absl::Status Sync() {
    const absl::MutexLock lock(&mutex_);
    if (!sync_error_.ok()) {
      // The kernel forgets what it could not write: the next one succeeds.
      absl::Status error = std::exchange(sync_error_, absl::OkStatus());
      return error;
    }
    synced_ = bytes_;
    ++syncs_;
    return absl::OkStatus();
  }

 private:
  mutable absl::Mutex mutex_;
  std::string bytes_ ABSL_GUARDED_BY(mutex_);
  std::string synced_ ABSL_GUARDED_BY(mutex_);
  int syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status write_error_ ABSL_GUARDED_BY(mutex_);
  absl::Status sync_error_ ABSL_GUARDED_BY(mutex_);
};

class FakeAnchorFile : public AnchorFile {
 public:
  explicit FakeAnchorFile(std::shared_ptr<FakeDisk> disk)
      : disk_(std::move(disk)) {}

  const std::string& name() const override { return name_; }
  absl::StatusOr<std::string> Read(size_t size) override {
    return disk_->bytes().substr(0, size);
  }
  absl::Status Write(uint64_t offset, std::string_view bytes) override {
    return disk_->Write(offset, bytes);
  }
  absl::Status Sync() override { return disk_->Sync(); }

 private:
  const std::string name_ = "res.anchor";
  const std::shared_ptr<FakeDisk> disk_;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_TESTS_LEDGER_FAKE_ANCHOR_FILE_H_
