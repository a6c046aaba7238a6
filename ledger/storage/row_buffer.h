// A RowBuffer gathers rows in any order, one behind the other in one piece of
// memory, and sorts them.
//
// Thread safety: none.

#ifndef SKONTRO_LEDGER_STORAGE_ROW_BUFFER_H_
#define SKONTRO_LEDGER_STORAGE_ROW_BUFFER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/storage/sorted_rows.h"
#include "ledger/storage/store.h"

namespace skontro::ledger {

class RowBuffer {
 public:
  // Adds a row to put or to delete. Of one key the last one counts.
  // REQUIRES: a key of 1 to 65,535 bytes; at most 4 GiB of rows.
  void Put(Family family, std::string_view key, std::string_view value);
  void Delete(Family family, std::string_view key);

  bool empty() const { return rows_.empty(); }

  // The rows. Leaves the buffer empty; it keeps its memory.
  std::shared_ptr<const SortedRows> Sort();

 private:
  void Add(Family family, std::string_view key, std::string_view value,
           bool deletes);
  std::string_view KeyOf(const SortedRows::Row& row) const;

  std::string bytes_;
  std::vector<SortedRows::Row> rows_;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_ROW_BUFFER_H_
