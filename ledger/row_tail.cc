#include "ledger/row_tail.h"

#include <algorithm>
#include <span>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/storage/layered_snapshot.h"

namespace skontro::ledger {
namespace {

// So many segments of about the same size become one: a row is copied a few
// times, and a look-up passes by less than a hundred segments.
constexpr size_t kFanIn = 8;
constexpr size_t kSmallestBytes = 512;

// Of those that the thread has: what is so large moves soon, and is merged
// then. For a look-up another filter costs less than one merge more for a row.
constexpr size_t kLargeFanIn = 48;

// Merging so much delays an answer by a tenth of a millisecond at most.
constexpr size_t kSmallBytesMax = 256 << 10;

// Grows by one when the size grows by kFanIn.
int TierOf(const SortedRows& rows) {
  int tier = 0;
  for (size_t bytes = rows.byte_size() / kSmallestBytes; bytes >= kFanIn;
       bytes /= kFanIn) {
    ++tier;
  }
  return tier;
}

// How many of the newest segments, none of which is larger than the newest by
// a tier, should become one; 0 if they are fewer than `fan_in`.
size_t CountToMerge(std::span<const std::shared_ptr<const SortedRows>> rows,
                    size_t fan_in) {
  if (rows.empty()) return 0;
  const int tier = TierOf(*rows.back());
  const auto larger =
      std::find_if(rows.rbegin(), rows.rend(),
                   [&](const auto& one) { return TierOf(*one) > tier; });
  const auto count = static_cast<size_t>(larger - rows.rbegin());
  return count >= fan_in ? count : 0;
}

size_t BytesOf(std::span<const std::shared_ptr<const SortedRows>> rows) {
  size_t bytes = 0;
  for (const auto& one : rows) bytes += one->byte_size();
  return bytes;
}

}  // namespace

RowTail::RowTail(Store* store, const Options& options,
                 std::function<void()> moved)
    : store_(store),
      options_(options),
      small_bytes_(std::min(kSmallBytesMax, options.move_bytes / kFanIn)),
      moved_(std::move(moved)) {
  SKONTRO_CHECK(options.bytes_max >= options.move_bytes);
  if (options.own_thread) thread_ = std::thread([this] { Run(); });
}

RowTail::~RowTail() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status RowTail::Append(std::shared_ptr<const SortedRows> rows) {
  SKONTRO_RETURN_IF_ERROR(WaitForRoom());
  {
    const absl::MutexLock lock(&mutex_);
    bytes_ += rows->byte_size();
    segments_.push_back(std::move(rows));
  }
  MergeSmall();
  return absl::OkStatus();
}

absl::Status RowTail::WaitForRoom() {
  const auto has_room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return bytes_ < options_.bytes_max || !failure_.ok();
  };
  {
    const absl::MutexLock lock(&mutex_);
    if (options_.own_thread && !has_room()) {
      append_waits_ = true;
      mutex_.Await(absl::Condition(&has_room));
      append_waits_ = false;
    }
    if (has_room()) return failure_;
  }
  return Flush();
}

// Merges outside the lock: nobody else changes the segments at this end.
void RowTail::MergeSmall() {
  while (true) {
    Segments newest;
    {
      const absl::MutexLock lock(&mutex_);
      const size_t large = LargeEnd();
      const auto small = std::span(segments_).subspan(large);
      const size_t count = CountToMerge(small, kFanIn);
      if (count == 0) return;
      newest.assign(segments_.end() - static_cast<ptrdiff_t>(count),
                    segments_.end());
    }
    std::shared_ptr<const SortedRows> merged = Merge(newest);
    const absl::MutexLock lock(&mutex_);
    Replace(segments_.size() - newest.size(), newest, std::move(merged));
  }
}

std::shared_ptr<const Snapshot> RowTail::GetSnapshot() const {
  Segments segments;
  {
    const absl::MutexLock lock(&mutex_);
    segments = segments_;
  }
  // The segments first: what leaves them from here on is in the store by then.
  std::shared_ptr<const Snapshot> below = store_->GetSnapshot();
  if (segments.empty()) return below;
  return std::make_shared<LayeredSnapshot>(std::move(below),
                                           std::move(segments));
}

absl::Status RowTail::Flush() {
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !working_;
  };
  Work all;
  Segments segments;
  {
    const absl::MutexLock lock(&mutex_, absl::Condition(&idle));
    if (!failure_.ok() || segments_.empty()) return failure_;
    all = {/*moves=*/true, 0, segments_.size()};
    segments = Begin(all);
  }
  Finish(all, segments);
  const absl::MutexLock lock(&mutex_);
  return failure_;
}

bool RowTail::WorkOnce() {
  SKONTRO_CHECK(!options_.own_thread);
  std::optional<Work> work;
  Segments segments;
  {
    const absl::MutexLock lock(&mutex_);
    work = NextWork();
    if (!work.has_value()) return false;
    segments = Begin(*work);
  }
  Finish(*work, segments);
  return true;
}

size_t RowTail::byte_size() const {
  const absl::MutexLock lock(&mutex_);
  return bytes_;
}

size_t RowTail::segment_count() const {
  const absl::MutexLock lock(&mutex_);
  return segments_.size();
}

void RowTail::Run() {
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || NextWork().has_value();
  };
  while (true) {
    Work work;
    Segments segments;
    {
      const absl::MutexLock lock(&mutex_, absl::Condition(&has_work));
      if (stopping_) return;
      work = *NextWork();
      segments = Begin(work);
    }
    Finish(work, segments);
  }
}

// The end of the segments that are the thread's: behind the last large one.
size_t RowTail::LargeEnd() const {
  const auto last =
      std::find_if(segments_.rbegin(), segments_.rend(),
                   [this](const auto& rows) { return IsLarge(*rows); });
  return static_cast<size_t>(segments_.rend() - last);
}

// Moves before it merges: what is in the store needs no merging.
std::optional<RowTail::Work> RowTail::NextWork() const {
  if (working_ || !failure_.ok()) return std::nullopt;
  // Whoever waits for room changes nothing meanwhile, so all may go.
  const bool full = append_waits_ && bytes_ >= options_.bytes_max;
  const size_t end = full ? segments_.size() : LargeEnd();
  const auto old = std::span(segments_).first(end);
  if (full || BytesOf(old) >= options_.move_bytes) return Work{true, 0, end};
  const size_t count = CountToMerge(old, kLargeFanIn);
  if (count == 0) return std::nullopt;
  return Work{false, end - count, count};
}

RowTail::Segments RowTail::Begin(const Work& work) {
  working_ = true;
  const auto segments = std::span(segments_).subspan(work.first, work.count);
  return {segments.begin(), segments.end()};
}

void RowTail::Finish(const Work& work, const Segments& segments) {
  std::shared_ptr<const SortedRows> rows = Merge(
      segments, work.moves ? SortedRows::Use::kWalk : SortedRows::Use::kSearch);
  absl::Status status = work.moves ? store_->Ingest(*rows) : absl::OkStatus();
  {
    const absl::MutexLock lock(&mutex_);
    working_ = false;
    failure_ = std::move(status);
    if (!failure_.ok()) return;
    Replace(work.first, segments, work.moves ? nullptr : std::move(rows));
  }
  if (work.moves) moved_();
}

void RowTail::Replace(size_t first, const Segments& old,
                      std::shared_ptr<const SortedRows> by) {
  const auto begin = segments_.begin() + static_cast<ptrdiff_t>(first);
  SKONTRO_CHECK(first + old.size() <= segments_.size() &&
                std::equal(old.begin(), old.end(), begin));
  bytes_ -= BytesOf(old);
  const auto after =
      segments_.erase(begin, begin + static_cast<ptrdiff_t>(old.size()));
  if (by == nullptr) return;
  bytes_ += by->byte_size();
  segments_.insert(after, std::move(by));
}

}  // namespace skontro::ledger
