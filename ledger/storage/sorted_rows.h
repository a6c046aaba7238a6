// SortedRows are rows to put and to delete, as a Store would hold them after
// them: each key of a family once, in the order of the keys. They lie over a
// store until they are in it, and so they can be searched like one.
//
// Thread safety: they never change.

#ifndef SKONTRO_LEDGER_STORAGE_SORTED_ROWS_H_
#define SKONTRO_LEDGER_STORAGE_SORTED_ROWS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/storage/store.h"

namespace skontro::ledger {

class SortedRows {
 public:
  // What a key is looked up by in many SortedRows, worked out once.
  struct Wanted {
    Wanted(Family family, std::string_view key);

    Family family;
    std::string_view key;
    uint64_t hash;
  };

  // What rows are for: to be searched too, or only walked from begin() to
  // end(), as a store does that takes them. Find() needs kSearch.
  enum class Use { kSearch, kWalk };

  SortedRows(const SortedRows&) = delete;
  SortedRows& operator=(const SortedRows&) = delete;

  // The rows of one family are the places from begin() to before end().
  size_t begin(Family family) const { return ends_[Index(family)]; }
  size_t end(Family family) const { return ends_[Index(family) + 1]; }

  // The row at a place. The views live as long as this.
  std::string_view key(size_t place) const {
    const Row& row = rows_[place];
    return {bytes_.data() + row.offset, row.key_length};
  }
  std::string_view value(size_t place) const {
    const Row& row = rows_[place];
    return {bytes_.data() + row.offset + row.key_length, row.value_length};
  }
  bool deletes(size_t place) const { return rows_[place].deletes; }

  // The first place of `family` whose key is at or behind `key`, or only
  // behind it; end() if there is none.
  size_t FirstFrom(Family family, std::string_view key) const;
  size_t FirstBehind(Family family, std::string_view key) const;

  // The place of a key, nullopt where it is not here.
  std::optional<size_t> Find(const Wanted& wanted) const;

  size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }

  // Of memory.
  size_t byte_size() const {
    return sizeof(*this) + bytes_.capacity() + rows_.capacity() * sizeof(Row) +
           filter_.capacity() * sizeof(uint64_t);
  }

 private:
  friend class RowBuffer;
  friend std::shared_ptr<const SortedRows> Merge(
      std::span<const std::shared_ptr<const SortedRows>> oldest_first, Use use);
  class Heap;

  static constexpr size_t kFamilies = kFamilyNames.size();

  struct Row {
    uint64_t prefix = 0;  // The first bytes of the key, to compare by.
    uint32_t offset = 0;  // Key and value, one after the other.
    uint32_t value_length = 0;
    uint16_t key_length = 0;
    uint8_t family = 0;
    bool deletes = false;
  };

  SortedRows() = default;

  static size_t Index(Family family) { return static_cast<size_t>(family); }
  static uint64_t PrefixOf(std::string_view key);
  static uint64_t HashOf(size_t family, std::string_view key);

  // Whether the key of `row` is before `key`.
  bool IsBefore(const Row& row, uint64_t prefix, std::string_view key) const {
    if (row.prefix != prefix) return row.prefix < prefix;
    return std::string_view(bytes_.data() + row.offset, row.key_length) < key;
  }

  // How one is made: room for so much, row after row, and what it is searched
  // by. The bytes of a row lie at its offset behind `bytes`.
  void Reserve(size_t bytes, size_t rows);
  void Append(Row row, const char* bytes);
  void Finish(Use use);

  bool MayHold(uint64_t hash) const;

  std::string bytes_;
  std::vector<Row> rows_;  // By family, then by key.
  std::array<uint32_t, kFamilies + 1> ends_{};
  // Tells most keys that are not here from those that are: three bits of one
  // word for each row.
  std::vector<uint64_t> filter_;
};

// The rows that are left when all of these were written one after another. What
// was deleted stays deleted: a store below may hold an older row.
std::shared_ptr<const SortedRows> Merge(
    std::span<const std::shared_ptr<const SortedRows>> oldest_first,
    SortedRows::Use use = SortedRows::Use::kSearch);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_SORTED_ROWS_H_
