// A LayeredSnapshot shows a state of a store with rows on top of it that are
// not in the store yet: what a Snapshot of the store would show after they were
// written to it, one layer after another. It does not matter if some of them
// have reached the store since.
//
// Thread safety: as Snapshot.

#ifndef SKONTRO_LEDGER_STORAGE_LAYERED_SNAPSHOT_H_
#define SKONTRO_LEDGER_STORAGE_LAYERED_SNAPSHOT_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/storage/sorted_rows.h"
#include "ledger/storage/store.h"

namespace skontro::ledger {

class LayeredSnapshot : public Snapshot {
 public:
  using Layers = std::vector<std::shared_ptr<const SortedRows>>;

  LayeredSnapshot(std::shared_ptr<const Snapshot> below, Layers oldest_first);

  absl::StatusOr<std::optional<std::string>> Get(
      Family family, std::string_view key) const override;
  std::unique_ptr<Iterator> NewIterator(Family family) const override;

 private:
  class Walk;

  const std::shared_ptr<const Snapshot> below_;
  const Layers layers_;  // Oldest first.
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_LAYERED_SNAPSHOT_H_
