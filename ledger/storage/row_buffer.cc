#include "ledger/storage/row_buffer.h"

#include <algorithm>
#include <utility>

#include "ledger/base/check.h"

namespace skontro::ledger {

void RowBuffer::Put(Family family, std::string_view key,
                    std::string_view value) {
  Add(family, key, value, /*deletes=*/false);
}

void RowBuffer::Delete(Family family, std::string_view key) {
  Add(family, key, "", /*deletes=*/true);
}

void RowBuffer::Add(Family family, std::string_view key, std::string_view value,
                    bool deletes) {
  SKONTRO_CHECK(!key.empty() && key.size() <= UINT16_MAX);
  SKONTRO_CHECK(bytes_.size() + key.size() + value.size() <= UINT32_MAX);
  SortedRows::Row row;
  row.prefix = SortedRows::PrefixOf(key);
  row.offset = static_cast<uint32_t>(bytes_.size());
  row.value_length = static_cast<uint32_t>(value.size());
  row.key_length = static_cast<uint16_t>(key.size());
  row.family = static_cast<uint8_t>(family);
  row.deletes = deletes;
  rows_.push_back(row);
  bytes_.append(key);
  bytes_.append(value);
}

std::string_view RowBuffer::KeyOf(const SortedRows::Row& row) const {
  return {bytes_.data() + row.offset, row.key_length};
}

std::shared_ptr<const SortedRows> RowBuffer::Sort() {
  using Row = SortedRows::Row;
  std::sort(rows_.begin(), rows_.end(), [this](const Row& a, const Row& b) {
    if (a.family != b.family) return a.family < b.family;
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const int order = KeyOf(a).compare(KeyOf(b));
    // What was added later lies further back.
    return order != 0 ? order < 0 : a.offset > b.offset;
  });
  // Of one key the first is now the one that was added last.
  rows_.erase(std::unique(rows_.begin(), rows_.end(),
                          [this](const Row& a, const Row& b) {
                            return a.family == b.family &&
                                   a.prefix == b.prefix && KeyOf(a) == KeyOf(b);
                          }),
              rows_.end());
  std::shared_ptr<SortedRows> sorted(new SortedRows);
  size_t bytes = 0;
  for (const Row& row : rows_) bytes += row.key_length + row.value_length;
  sorted->Reserve(bytes, rows_.size());
  for (const Row& row : rows_) sorted->Append(row, bytes_.data());
  sorted->Finish(SortedRows::Use::kSearch);
  bytes_.clear();
  rows_.clear();
  return sorted;
}

}  // namespace skontro::ledger
