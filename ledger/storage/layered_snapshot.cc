#include "ledger/storage/layered_snapshot.h"

#include <algorithm>
#include <utility>

#include "ledger/base/check.h"

namespace skontro::ledger {
namespace {

// Where a walk stands in one layer, or in what is below them all.
class Stand {
 public:
  Stand(const SortedRows* rows, Family family)
      : rows_(rows),
        family_(family),
        begin_(rows->begin(family)),
        end_(rows->end(family)) {}
  explicit Stand(Iterator* below) : below_(below) {}

  bool Valid() const { return below_ != nullptr ? below_->Valid() : valid_; }
  std::string_view key() const { return key_; }
  std::string_view value() const {
    return below_ != nullptr ? below_->value() : rows_->value(place_);
  }
  bool deletes() const { return below_ == nullptr && rows_->deletes(place_); }

  void Seek(std::string_view key) {
    if (below_ != nullptr) {
      below_->Seek(key);
    } else {
      TakeFrom(rows_->FirstFrom(family_, key));
    }
    SetKey();
  }
  void SeekForPrev(std::string_view key) {
    if (below_ != nullptr) {
      below_->SeekForPrev(key);
    } else {
      TakeBefore(rows_->FirstBehind(family_, key));
    }
    SetKey();
  }
  // Stands on the first row behind `key`, or on the last before it.
  void SeekBehind(std::string_view key) {
    Seek(key);
    if (Valid() && key_ == key) Next();
  }
  void SeekBefore(std::string_view key) {
    SeekForPrev(key);
    if (Valid() && key_ == key) Prev();
  }
  void Next() {
    if (below_ != nullptr) {
      below_->Next();
    } else {
      TakeFrom(place_ + 1);
    }
    SetKey();
  }
  void Prev() {
    if (below_ != nullptr) {
      below_->Prev();
    } else {
      TakeBefore(place_);
    }
    SetKey();
  }

 private:
  void TakeFrom(size_t place) {
    valid_ = place < end_;
    place_ = place;
  }
  void TakeBefore(size_t place) {
    valid_ = place > begin_;
    place_ = place - (valid_ ? 1 : 0);
  }
  void SetKey() {
    if (!Valid()) return;
    key_ = below_ != nullptr ? below_->key() : rows_->key(place_);
  }

  Iterator* below_ = nullptr;  // Where it is set, the rest is not.
  const SortedRows* rows_ = nullptr;
  Family family_{};
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t place_ = 0;
  bool valid_ = false;
  std::string_view key_;
};

}  // namespace

// Walks all layers at once. Those that stand on a row are in a heap whose front
// is the next row in the direction of the walk, and of one key the newest.
class LayeredSnapshot::Walk : public Iterator {
 public:
  Walk(std::unique_ptr<Iterator> below, const Layers& oldest_first,
       Family family)
      : below_(std::move(below)) {
    stands_.emplace_back(below_.get());
    for (const auto& rows : oldest_first) {
      if (rows->begin(family) == rows->end(family)) continue;
      stands_.emplace_back(rows.get(), family);
    }
  }

  bool Valid() const override { return valid_; }
  std::string_view key() const override { return Front().key(); }
  std::string_view value() const override { return Front().value(); }
  absl::Status status() const override { return below_->status(); }

  void Seek(std::string_view key) override {
    forward_ = true;
    for (Stand& stand : stands_) stand.Seek(key);
    Begin();
  }

  void SeekForPrev(std::string_view key) override {
    forward_ = false;
    for (Stand& stand : stands_) stand.SeekForPrev(key);
    Begin();
  }

  void Next() override {
    SKONTRO_CHECK(valid_);
    LeaveKey();
    if (!forward_) {
      forward_ = true;
      for (Stand& stand : stands_) stand.SeekBehind(left_);
      Begin();
      return;
    }
    SkipLeftKey();
    StandOnRow();
  }

  void Prev() override {
    SKONTRO_CHECK(valid_);
    LeaveKey();
    if (forward_) {
      forward_ = false;
      for (Stand& stand : stands_) stand.SeekBefore(left_);
      Begin();
      return;
    }
    SkipLeftKey();
    StandOnRow();
  }

 private:
  const Stand& Front() const { return stands_[heap_.front()]; }

  // Whether the stand `a` comes behind `b`. Stands are oldest first.
  bool ComesBehind(size_t a, size_t b) const {
    const int order = stands_[a].key().compare(stands_[b].key());
    if (order == 0) return a < b;
    return forward_ ? order > 0 : order < 0;
  }
  auto Order() const {
    return [this](size_t a, size_t b) { return ComesBehind(a, b); };
  }

  // All stands were sought: those on a row go to the heap.
  void Begin() {
    heap_.clear();
    for (size_t i = 0; i < stands_.size(); ++i) {
      if (stands_[i].Valid()) heap_.push_back(i);
    }
    std::make_heap(heap_.begin(), heap_.end(), Order());
    StandOnRow();
  }

  // Keeps the key that is left: the move of a stand ends its view.
  void LeaveKey() { left_.assign(Front().key()); }

  // Moves every stand that is on the key that is left.
  void SkipLeftKey() {
    while (!heap_.empty() && Front().key() == left_) {
      std::pop_heap(heap_.begin(), heap_.end(), Order());
      Stand& stand = stands_[heap_.back()];
      if (forward_) {
        stand.Next();
      } else {
        stand.Prev();
      }
      if (stand.Valid()) {
        std::push_heap(heap_.begin(), heap_.end(), Order());
      } else {
        heap_.pop_back();
      }
    }
  }

  // Goes on to a row that is not deleted. A row that cannot be read ends the
  // walk, since it may be the next one.
  void StandOnRow() {
    while (!heap_.empty() && Front().deletes()) {
      LeaveKey();
      SkipLeftKey();
    }
    valid_ = !heap_.empty() && below_->status().ok();
  }

  const std::unique_ptr<Iterator> below_;
  std::vector<Stand> stands_;  // What is below first, then the oldest layer.
  std::vector<size_t> heap_;
  bool forward_ = true;
  bool valid_ = false;
  std::string left_;
};

LayeredSnapshot::LayeredSnapshot(std::shared_ptr<const Snapshot> below,
                                 Layers oldest_first)
    : below_(std::move(below)), layers_(std::move(oldest_first)) {}

absl::StatusOr<std::optional<std::string>> LayeredSnapshot::Get(
    Family family, std::string_view key) const {
  const SortedRows::Wanted wanted(family, key);
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    const std::optional<size_t> place = (*layer)->Find(wanted);
    if (!place.has_value()) continue;
    if ((*layer)->deletes(*place)) return std::nullopt;
    return std::string((*layer)->value(*place));
  }
  return below_->Get(family, key);
}

std::unique_ptr<Iterator> LayeredSnapshot::NewIterator(Family family) const {
  std::unique_ptr<Iterator> below = below_->NewIterator(family);
  const bool over =
      std::any_of(layers_.begin(), layers_.end(), [family](const auto& rows) {
        return rows->begin(family) != rows->end(family);
      });
  if (!over) return below;
  return std::make_unique<Walk>(std::move(below), layers_, family);
}

}  // namespace skontro::ledger
