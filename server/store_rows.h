// The rows of a running network as the verifier reads them: one view, which
// nothing that is written meanwhile changes.

#ifndef SKONTRO_SERVER_STORE_ROWS_H_
#define SKONTRO_SERVER_STORE_ROWS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verifier/source.h"
#include "ledger/storage/store.h"

namespace skontro::server {

class StoreRows : public verifier::Source {
 public:
  explicit StoreRows(std::shared_ptr<const ledger::Snapshot> snapshot)
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

#endif  // SKONTRO_SERVER_STORE_ROWS_H_
