#include "server/store_rows.h"

#include <algorithm>
#include <utility>

#include "ledger/base/check.h"

namespace skontro::server {
namespace {

ledger::Family FamilyNamed(std::string_view name) {
  const auto* found =
      std::find(ledger::kFamilyNames.begin(), ledger::kFamilyNames.end(), name);
  SKONTRO_CHECK(found != ledger::kFamilyNames.end());
  return static_cast<ledger::Family>(found - ledger::kFamilyNames.begin());
}

class RowCursor : public verifier::Cursor {
 public:
  explicit RowCursor(std::unique_ptr<ledger::Iterator> it)
      : it_(std::move(it)) {
    it_->Seek("");
  }

  bool Valid() const override { return it_->Valid(); }
  void Next() override { it_->Next(); }
  std::string_view key() const override { return it_->key(); }
  std::string_view value() const override { return it_->value(); }
  absl::Status status() const override { return it_->status(); }

 private:
  const std::unique_ptr<ledger::Iterator> it_;
};

}  // namespace

std::vector<std::string> StoreRows::Families() const {
  return {ledger::kFamilyNames.begin(), ledger::kFamilyNames.end()};
}

std::unique_ptr<verifier::Cursor> StoreRows::Scan(std::string_view family) {
  return std::make_unique<RowCursor>(
      snapshot_->NewIterator(FamilyNamed(family)));
}

absl::StatusOr<std::optional<std::string>> StoreRows::Get(
    std::string_view family, std::string_view key) {
  return snapshot_->Get(FamilyNamed(family), key);
}

absl::StatusOr<std::optional<verifier::Row>> StoreRows::Last(
    std::string_view family) {
  const std::unique_ptr<ledger::Iterator> it =
      snapshot_->NewIterator(FamilyNamed(family));
  // No key of ours is longer than this, or begins with so many of these bytes.
  it->SeekForPrev(std::string(256, '\xff'));
  if (!it->status().ok()) return it->status();
  if (!it->Valid()) return std::nullopt;
  return verifier::Row{std::string(it->key()), std::string(it->value())};
}

}  // namespace skontro::server
