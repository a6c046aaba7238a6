// A SlowDisk is a Store whose synced writes wait until the test lets them pass,
// and that tells how far what it holds is durable. It may also fail.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_TESTS_ENGINE_SLOW_DISK_H_
#define SKONTRO_TESTS_ENGINE_SLOW_DISK_H_

#include <atomic>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "ledger/record.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

class SlowDisk : public ledger::Store {
 public:
  // `store` must outlive it. Writes pass.
  explicit SlowDisk(ledger::Store* store) : store_(store) {}

  // From now on synced writes wait, or pass again.
  void Stop();
  void GoOn();

  // The same for what is ingested.
  void StopRows();
  void LetRowsGoOn();

  // Lets one synced write pass.
  void LetOnePass();

  // Waits until so many synced writes have come, passed or not.
  void WaitForArrivals(int count);

  // Synced writes that have come, and the newest record that is durable.
  int arrivals() const;
  ledger::Sequence durable() const;

  // Every later write of that kind fails, and with kUnlogged what is ingested;
  // every later read of a snapshot that
  // is taken from now on fails.
  void FailWrites(ledger::Durability durability);
  void FailReads(bool fail);

  absl::Status Write(const ledger::WriteBatch& batch,
                     ledger::Durability durability) override;
  absl::Status Ingest(const ledger::SortedRows& rows) override;
  std::shared_ptr<const ledger::Snapshot> GetSnapshot() const override;
  absl::Status Flush() override { return store_->Flush(); }

 private:
  class Unreadable;

  // Waits for its turn. Returns whether the write fails.
  bool Arrive(ledger::Durability durability);

  ledger::Store* const store_;
  mutable absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool rows_stopped_ ABSL_GUARDED_BY(mutex_) = false;
  int passes_ ABSL_GUARDED_BY(mutex_) = 0;
  int arrivals_ ABSL_GUARDED_BY(mutex_) = 0;
  ledger::Sequence durable_ ABSL_GUARDED_BY(mutex_){};
  bool fail_synced_ ABSL_GUARDED_BY(mutex_) = false;
  bool fail_unlogged_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<std::atomic<bool>> fail_reads_ =
      std::make_shared<std::atomic<bool>>(false);
};

}  // namespace skontro::engine

#endif  // SKONTRO_TESTS_ENGINE_SLOW_DISK_H_
