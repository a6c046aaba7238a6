#include "ledger/storage/sorted_rows.h"

#include <algorithm>
#include <cstring>

#include "absl/hash/hash.h"
#include "ledger/base/check.h"

namespace skontro::ledger {
namespace {

// With three bits of one word for each of four rows, one look-up in two
// hundred finds its bits set by others.
constexpr size_t kRowsPerWord = 4;

uint64_t MaskOf(uint64_t hash) {
  return uint64_t{1} << (hash & 63) | uint64_t{1} << (hash >> 6 & 63) |
         uint64_t{1} << (hash >> 12 & 63);
}

size_t WordOf(uint64_t hash, size_t words) {
  return static_cast<size_t>((hash >> 32) * words >> 32);
}

}  // namespace

SortedRows::Wanted::Wanted(Family of, std::string_view wanted)
    : family(of), key(wanted), hash(HashOf(Index(of), wanted)) {}

uint64_t SortedRows::PrefixOf(std::string_view key) {
  uint64_t prefix = 0;
  std::memcpy(&prefix, key.data(), std::min(key.size(), sizeof(prefix)));
  return __builtin_bswap64(prefix);  // As bytes compare.
}

uint64_t SortedRows::HashOf(size_t family, std::string_view key) {
  return absl::HashOf(family, absl::string_view(key.data(), key.size()));
}

size_t SortedRows::FirstFrom(Family family, std::string_view key) const {
  const uint64_t prefix = PrefixOf(key);
  const auto rows = rows_.begin();
  const auto found = std::partition_point(
      rows + static_cast<ptrdiff_t>(begin(family)),
      rows + static_cast<ptrdiff_t>(end(family)),
      [&](const Row& row) { return IsBefore(row, prefix, key); });
  return static_cast<size_t>(found - rows);
}

size_t SortedRows::FirstBehind(Family family, std::string_view key) const {
  const size_t place = FirstFrom(family, key);
  const bool here = place < end(family) && this->key(place) == key;
  return here ? place + 1 : place;
}

std::optional<size_t> SortedRows::Find(const Wanted& wanted) const {
  if (!MayHold(wanted.hash)) return std::nullopt;
  const size_t place = FirstFrom(wanted.family, wanted.key);
  if (place == end(wanted.family) || key(place) != wanted.key) {
    return std::nullopt;
  }
  return place;
}

void SortedRows::Reserve(size_t bytes, size_t rows) {
  SKONTRO_CHECK(bytes <= UINT32_MAX && rows <= UINT32_MAX);
  bytes_.reserve(bytes);
  rows_.reserve(rows);
}

void SortedRows::Append(Row row, const char* bytes) {
  const char* const from = bytes + row.offset;
  row.offset = static_cast<uint32_t>(bytes_.size());
  bytes_.append(from, row.key_length + row.value_length);
  rows_.push_back(row);
}

void SortedRows::Finish(Use use) {
  for (const Row& row : rows_) ++ends_[row.family + 1U];
  for (size_t i = 1; i < ends_.size(); ++i) ends_[i] += ends_[i - 1];
  if (use == Use::kWalk) return;
  filter_.assign(rows_.size() / kRowsPerWord + 1, 0);
  for (size_t i = 0; i < rows_.size(); ++i) {
    const uint64_t hash = HashOf(rows_[i].family, key(i));
    filter_[WordOf(hash, filter_.size())] |= MaskOf(hash);
  }
}

bool SortedRows::MayHold(uint64_t hash) const {
  SKONTRO_CHECK(!filter_.empty());
  const uint64_t mask = MaskOf(hash);
  return (filter_[WordOf(hash, filter_.size())] & mask) == mask;
}

namespace {

// Where a merge stands in one of its inputs, within one family.
struct Input {
  const SortedRows* rows = nullptr;
  size_t age = 0;  // The newest has the highest.
  size_t place = 0;
  size_t end = 0;
  uint64_t prefix = 0;  // Of `key`.
  std::string_view key;
};

// Whether `a` comes before `b`: the smallest key is first, and of one key the
// newest row.
bool ComesBefore(const Input& a, const Input& b) {
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  const int order = a.key.compare(b.key);
  return order != 0 ? order < 0 : a.age > b.age;
}

}  // namespace

// The inputs of a merge within one family, as a heap whose first is the next
// row. Going on is one way down the heap, which ends early where one input has
// many rows in a row.
class SortedRows::Heap {
 public:
  Heap(std::span<const std::shared_ptr<const SortedRows>> oldest_first,
       Family family) {
    inputs_.reserve(oldest_first.size());  // Pointers into it stay good.
    for (size_t i = 0; i < oldest_first.size(); ++i) {
      const SortedRows& rows = *oldest_first[i];
      const size_t first = rows.begin(family);
      if (first == rows.end(family)) continue;
      inputs_.push_back({&rows, i, first, rows.end(family), 0, {}});
      SetKey(&inputs_.back());
    }
    for (Input& input : inputs_) heap_.push_back(&input);
    for (size_t i = heap_.size() / 2; i-- > 0;) SiftDown(i);
  }

  bool empty() const { return heap_.empty(); }
  const Input& first() const { return *heap_.front(); }

  // Lets the first input go on by one row.
  void GoOn() {
    Input* const input = heap_.front();
    if (++input->place == input->end) {
      heap_.front() = heap_.back();
      heap_.pop_back();
      if (heap_.empty()) return;
    } else {
      SetKey(input);
    }
    SiftDown(0);
  }

 private:
  static void SetKey(Input* input) {
    input->key = input->rows->key(input->place);
    input->prefix = input->rows->rows_[input->place].prefix;
  }

  void SiftDown(size_t at) {
    Input* const moved = heap_[at];
    for (size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
      if (child + 1 < heap_.size() &&
          ComesBefore(*heap_[child + 1], *heap_[child])) {
        ++child;
      }
      if (!ComesBefore(*heap_[child], *moved)) break;
      heap_[at] = heap_[child];
      at = child;
    }
    heap_[at] = moved;
  }

  std::vector<Input> inputs_;
  std::vector<Input*> heap_;
};

std::shared_ptr<const SortedRows> Merge(
    std::span<const std::shared_ptr<const SortedRows>> oldest_first,
    SortedRows::Use use) {
  std::shared_ptr<SortedRows> merged(new SortedRows);
  size_t bytes = 0;
  size_t count = 0;
  for (const auto& rows : oldest_first) {
    bytes += rows->bytes_.size();
    count += rows->size();
  }
  merged->Reserve(bytes, count);
  for (size_t family = 0; family < SortedRows::kFamilies; ++family) {
    std::string_view newest;
    bool first = true;
    for (SortedRows::Heap heap(oldest_first, static_cast<Family>(family));
         !heap.empty(); heap.GoOn()) {
      const Input& input = heap.first();
      if (!first && input.key == newest) continue;  // An older row of the key.
      first = false;
      newest = input.key;
      merged->Append(input.rows->rows_[input.place], input.rows->bytes_.data());
    }
  }
  merged->Finish(use);
  return merged;
}

}  // namespace skontro::ledger
