// A Store whose synced writes wait at a gate, as they do before a slow disk,
// and what is ingested at another, so that a test can look at what happens in
// between.

#ifndef SKONTRO_TESTS_LEDGER_STORAGE_GATED_STORE_H_
#define SKONTRO_TESTS_LEDGER_STORAGE_GATED_STORE_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "ledger/storage/store.h"

namespace skontro::ledger {

class GatedStore : public Store {
 public:
  // `store` must outlive it. The gate is open.
  explicit GatedStore(Store* store) : store_(store) {}

  void Close() {
    const absl::MutexLock lock(&mutex_);
    passes_ = 0;
  }
  void Open() {
    const absl::MutexLock lock(&mutex_);
    passes_ = -1;
  }
  // Lets one more write pass.
  void LetOnePass() {
    const absl::MutexLock lock(&mutex_);
    ++passes_;
  }

  absl::Status Write(const WriteBatch& batch, Durability durability) override {
    if (durability == Durability::kSynced) {
      const absl::MutexLock lock(&mutex_);
      const auto may_pass = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return passes_ != 0;
      };
      mutex_.Await(absl::Condition(&may_pass));
      if (passes_ > 0) --passes_;
    }
    return store_->Write(batch, durability);
  }
  // The same for what is ingested; and waits until somebody is there.
  void CloseForRows() {
    const absl::MutexLock lock(&mutex_);
    rows_pass_ = false;
  }
  void OpenForRows() {
    const absl::MutexLock lock(&mutex_);
    rows_pass_ = true;
  }
  void WaitForRows() {
    const absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&rows_wait_));
  }

  absl::Status Ingest(const SortedRows& rows) override {
    {
      const absl::MutexLock lock(&mutex_);
      rows_wait_ = !rows_pass_;
      mutex_.Await(absl::Condition(&rows_pass_));
      rows_wait_ = false;
    }
    return store_->Ingest(rows);
  }
  std::shared_ptr<const Snapshot> GetSnapshot() const override {
    return store_->GetSnapshot();
  }
  absl::Status Flush() override { return store_->Flush(); }

 private:
  Store* const store_;
  absl::Mutex mutex_;
  int passes_ ABSL_GUARDED_BY(mutex_) = -1;  // Below zero: any number.
  bool rows_pass_ ABSL_GUARDED_BY(mutex_) = true;
  bool rows_wait_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_TESTS_LEDGER_STORAGE_GATED_STORE_H_
