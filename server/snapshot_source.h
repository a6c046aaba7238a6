// What the independent verifier reads of a running server: the rows of a view,
// while trades go on.

#ifndef SKONTRO_SERVER_SNAPSHOT_SOURCE_H_
#define SKONTRO_SERVER_SNAPSHOT_SOURCE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/verifier/source.h"
#include "ledger/storage/store.h"

namespace skontro::server {

class SnapshotSource : public verifier::Source {
 public:
  explicit SnapshotSource(std::shared_ptr<const ledger::Snapshot> snapshot)
      : snapshot_(std::move(snapshot)) {}

  std::vector<std::string> Families() const override;
  std::unique_ptr<verifier::Cursor> Scan(std::string_view family) override;
  absl::StatusOr<std::optional<std::string>> Get(std::string_view family,
                                                 std::string_view key) override;
  absl::StatusOr<std::optional<verifier::Row>> Last(
      std::string_view family) override;

 private:
  const std::shared_ptr<const ledger::Snapshot> snapshot_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_SNAPSHOT_SOURCE_H_
