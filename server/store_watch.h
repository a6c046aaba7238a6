// A StoreWatch is a store that tells how long each synced write took and how
// large it was; the store itself reads no clock.
//
// Thread safety: that of the store. The watcher is called on the thread that
// writes.

#ifndef SKONTRO_SERVER_STORE_WATCH_H_
#define SKONTRO_SERVER_STORE_WATCH_H_

#include <functional>
#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ledger/storage/store.h"

namespace skontro::server {

class StoreWatch : public ledger::Store {
 public:
  using OnCommit = std::function<void(absl::Duration took, size_t bytes)>;

  // `store` must outlive it.
  StoreWatch(ledger::Store* store, OnCommit on_commit)
      : store_(store), on_commit_(std::move(on_commit)) {}

  absl::Status Write(const ledger::WriteBatch& batch,
                     ledger::Durability durability) override {
    if (durability != ledger::Durability::kSynced || on_commit_ == nullptr) {
      return store_->Write(batch, durability);
    }
    const absl::Time begun = absl::Now();
    absl::Status status = store_->Write(batch, durability);
    on_commit_(absl::Now() - begun, BytesOf(batch));
    return status;
  }
  absl::Status Ingest(const ledger::SortedRows& rows) override {
    return store_->Ingest(rows);
  }
  std::shared_ptr<const ledger::Snapshot> GetSnapshot() const override {
    return store_->GetSnapshot();
  }
  absl::Status Flush() override { return store_->Flush(); }

 private:
  static size_t BytesOf(const ledger::WriteBatch& batch) {
    size_t bytes = 0;
    for (const auto& operation : batch.operations()) {
      bytes += operation.key.size() +
               (operation.value.has_value() ? operation.value->size() : 0);
    }
    return bytes;
  }

  ledger::Store* const store_;
  const OnCommit on_commit_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_STORE_WATCH_H_
