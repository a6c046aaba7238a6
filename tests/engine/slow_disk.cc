#include "tests/engine/slow_disk.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ledger/record_codec.h"

namespace skontro::engine {

using ledger::Durability;
using ledger::Family;
using ledger::Sequence;

// A snapshot that cannot be read while the disk fails.
class SlowDisk::Unreadable : public ledger::Snapshot {
 public:
  Unreadable(std::shared_ptr<const ledger::Snapshot> snapshot,
             std::shared_ptr<const std::atomic<bool>> fails)
      : snapshot_(std::move(snapshot)), fails_(std::move(fails)) {}

  absl::StatusOr<std::optional<std::string>> Get(
      Family family, std::string_view key) const override {
    if (*fails_) return absl::InternalError("the disk cannot be read");
    return snapshot_->Get(family, key);
  }
  std::unique_ptr<ledger::Iterator> NewIterator(Family family) const override {
    return snapshot_->NewIterator(family);
  }

 private:
  const std::shared_ptr<const ledger::Snapshot> snapshot_;
  const std::shared_ptr<const std::atomic<bool>> fails_;
};

void SlowDisk::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
  passes_ = 0;
}

void SlowDisk::GoOn() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = false;
}

void SlowDisk::StopRows() {
  const absl::MutexLock lock(&mutex_);
  rows_stopped_ = true;
}

void SlowDisk::LetRowsGoOn() {
  const absl::MutexLock lock(&mutex_);
  rows_stopped_ = false;
}

void SlowDisk::LetOnePass() {
  const absl::MutexLock lock(&mutex_);
  ++passes_;
}

void SlowDisk::WaitForArrivals(int count) {
  const auto there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return arrivals_ >= count;
  };
  const absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&there));
}

int SlowDisk::arrivals() const {
  const absl::MutexLock lock(&mutex_);
  return arrivals_;
}

Sequence SlowDisk::durable() const {
  const absl::MutexLock lock(&mutex_);
  return durable_;
}

void SlowDisk::FailWrites(Durability durability) {
  const absl::MutexLock lock(&mutex_);
  (durability == Durability::kSynced ? fail_synced_ : fail_unlogged_) = true;
}

void SlowDisk::FailReads(bool fail) { *fail_reads_ = fail; }

bool SlowDisk::Arrive(Durability durability) {
  const absl::MutexLock lock(&mutex_);
  if (durability == Durability::kUnlogged) return fail_unlogged_;
  ++arrivals_;
  const auto may_pass = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !stopped_ || passes_ > 0;
  };
  mutex_.Await(absl::Condition(&may_pass));
  if (stopped_) --passes_;
  return fail_synced_;
}

absl::Status SlowDisk::Write(const ledger::WriteBatch& batch,
                             Durability durability) {
  if (Arrive(durability)) return absl::InternalError("the disk failed");
  const absl::Status status = store_->Write(batch, durability);
  if (!status.ok() || durability == Durability::kUnlogged) return status;
  for (const ledger::WriteBatch::Operation& row : batch.operations()) {
    if (row.family != Family::kJournal || !row.value.has_value()) continue;
    const auto decoded = ledger::DecodeBatch(*row.value, ledger::Trust::kCrc);
    if (!decoded.ok()) return decoded.status();
    const absl::MutexLock lock(&mutex_);
    durable_ = decoded->batch.last_sequence();
  }
  return absl::OkStatus();
}

absl::Status SlowDisk::Ingest(const ledger::SortedRows& rows) {
  if (Arrive(Durability::kUnlogged)) {
    return absl::InternalError("the disk failed");
  }
  {
    const auto go_on = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !rows_stopped_;
    };
    const absl::MutexLock lock(&mutex_, absl::Condition(&go_on));
  }
  return store_->Ingest(rows);
}

std::shared_ptr<const ledger::Snapshot> SlowDisk::GetSnapshot() const {
  return std::make_shared<Unreadable>(store_->GetSnapshot(), fail_reads_);
}

}  // namespace skontro::engine
