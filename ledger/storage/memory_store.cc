#include "ledger/storage/memory_store.h"

#include <array>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "ledger/base/check.h"
#include "ledger/storage/sorted_rows.h"

namespace skontro::ledger {
namespace {

// The versions of one row, oldest first. A version without value deletes it.
struct Version {
  uint64_t number;
  std::optional<std::string> value;
};
using Table = std::map<std::string, std::vector<Version>, std::less<>>;

// The value of a row as of version `number`.
const std::optional<std::string>& ValueAt(const std::vector<Version>& versions,
                                          uint64_t number) {
  static const std::optional<std::string> kNone;
  for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
    if (it->number <= number) return it->value;
  }
  return kNone;
}

}  // namespace

struct MemoryStore::Rows {
  mutable absl::Mutex mutex;
  std::array<Table, kFamilyNames.size()> tables ABSL_GUARDED_BY(mutex);
  uint64_t version ABSL_GUARDED_BY(mutex) = 0;
  absl::Status failure ABSL_GUARDED_BY(mutex);
  // What a crash would lose.
  std::vector<WriteBatch> unflushed ABSL_GUARDED_BY(mutex);
  // What a crash would leave.
  std::array<std::map<std::string, std::string>, kFamilyNames.size()> durable
      ABSL_GUARDED_BY(mutex);

  void MakeDurable(const WriteBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    for (const WriteBatch::Operation& operation : batch.operations()) {
      auto& table = durable[static_cast<size_t>(operation.family)];
      if (operation.value.has_value()) {
        table[operation.key] = *operation.value;
      } else {
        table.erase(operation.key);
      }
    }
  }

  // As they are now: a synced write may have come after the unlogged one.
  void FlushRows() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    for (const WriteBatch& batch : unflushed) {
      WriteBatch now;
      for (const auto& [family, key, value] : batch.operations()) {
        const Table& table = tables[static_cast<size_t>(family)];
        const auto& newest = ValueAt(table.find(key)->second, version);
        if (newest.has_value()) {
          now.Put(family, key, *newest);
        } else {
          now.Delete(family, key);
        }
      }
      MakeDurable(now);
    }
    unflushed.clear();
  }

  class View;
  class Walk;
};

// The rows as of one version. Tables only grow, so a walk holds a key and looks
// its neighbour up again at each step.
class MemoryStore::Rows::Walk : public Iterator {
 public:
  Walk(std::shared_ptr<const Rows> rows, uint64_t version, Family family)
      : rows_(std::move(rows)),
        version_(version),
        family_(static_cast<size_t>(family)) {}

  bool Valid() const override { return valid_; }
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return value_; }
  absl::Status status() const override { return absl::OkStatus(); }

  void Seek(std::string_view key) override {
    const absl::MutexLock lock(&rows_->mutex);
    const Table& table = rows_->tables[family_];
    TakeForward(table, table.lower_bound(key));
  }

  void SeekForPrev(std::string_view key) override {
    const absl::MutexLock lock(&rows_->mutex);
    const Table& table = rows_->tables[family_];
    TakeBackward(table, table.upper_bound(key));
  }

  void Next() override {
    SKONTRO_CHECK(valid_);
    const absl::MutexLock lock(&rows_->mutex);
    const Table& table = rows_->tables[family_];
    TakeForward(table, table.upper_bound(key_));
  }

  void Prev() override {
    SKONTRO_CHECK(valid_);
    const absl::MutexLock lock(&rows_->mutex);
    const Table& table = rows_->tables[family_];
    TakeBackward(table, table.lower_bound(key_));
  }

 private:
  bool Take(Table::const_iterator it) {
    const std::optional<std::string>& value = ValueAt(it->second, version_);
    if (!value.has_value()) return false;
    key_ = it->first;
    value_ = *value;
    valid_ = true;
    return true;
  }

  // Stands on the first row from `it` on.
  void TakeForward(const Table& table, Table::const_iterator it) {
    valid_ = false;
    while (it != table.end() && !Take(it)) ++it;
  }

  // Stands on the last row before `it`.
  void TakeBackward(const Table& table, Table::const_iterator it) {
    valid_ = false;
    while (it != table.begin() && !Take(--it)) {
    }
  }

  const std::shared_ptr<const Rows> rows_;
  const uint64_t version_;
  const size_t family_;
  bool valid_ = false;
  std::string key_;
  std::string value_;
};

class MemoryStore::Rows::View : public Snapshot {
 public:
  View(std::shared_ptr<const Rows> rows, uint64_t version)
      : rows_(std::move(rows)), version_(version) {}

  absl::StatusOr<std::optional<std::string>> Get(
      Family family, std::string_view key) const override {
    const absl::MutexLock lock(&rows_->mutex);
    const Table& table = rows_->tables[static_cast<size_t>(family)];
    const auto it = table.find(key);
    if (it == table.end()) return std::nullopt;
    return ValueAt(it->second, version_);
  }

  std::unique_ptr<Iterator> NewIterator(Family family) const override {
    return std::make_unique<Walk>(rows_, version_, family);
  }

 private:
  const std::shared_ptr<const Rows> rows_;
  const uint64_t version_;
};

MemoryStore::MemoryStore() : rows_(std::make_shared<Rows>()) {}
MemoryStore::~MemoryStore() = default;

absl::Status MemoryStore::Write(const WriteBatch& batch,
                                Durability durability) {
  const absl::MutexLock lock(&rows_->mutex);
  if (!rows_->failure.ok()) return rows_->failure;
  ++rows_->version;
  for (const WriteBatch::Operation& operation : batch.operations()) {
    rows_->tables[static_cast<size_t>(operation.family)][operation.key]
        .push_back({rows_->version, operation.value});
  }
  if (durability == Durability::kSynced) {
    rows_->MakeDurable(batch);
  } else {
    rows_->unflushed.push_back(batch);
  }
  return absl::OkStatus();
}

absl::Status MemoryStore::Ingest(const SortedRows& rows) {
  WriteBatch batch;
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    const auto family = static_cast<Family>(i);
    for (size_t row = rows.begin(family); row < rows.end(family); ++row) {
      if (rows.deletes(row)) {
        batch.Delete(family, std::string(rows.key(row)));
      } else {
        batch.Put(family, std::string(rows.key(row)),
                  std::string(rows.value(row)));
      }
    }
  }
  return Write(batch, Durability::kSynced);
}

std::shared_ptr<const Snapshot> MemoryStore::GetSnapshot() const {
  const absl::MutexLock lock(&rows_->mutex);
  return std::make_shared<Rows::View>(rows_, rows_->version);
}

absl::Status MemoryStore::Flush() {
  const absl::MutexLock lock(&rows_->mutex);
  if (!rows_->failure.ok()) return rows_->failure;
  rows_->FlushRows();
  return absl::OkStatus();
}

std::unique_ptr<MemoryStore> MemoryStore::AfterCrash() const {
  WriteBatch all;
  {
    const absl::MutexLock lock(&rows_->mutex);
    for (size_t family = 0; family < kFamilyNames.size(); ++family) {
      for (const auto& [key, value] : rows_->durable[family]) {
        all.Put(static_cast<Family>(family), key, value);
      }
    }
  }
  auto store = std::make_unique<MemoryStore>();
  SKONTRO_CHECK(store->Write(all, Durability::kSynced).ok());
  return store;
}

void MemoryStore::FailWrites(absl::Status status) {
  const absl::MutexLock lock(&rows_->mutex);
  rows_->failure = std::move(status);
}

}  // namespace skontro::ledger
