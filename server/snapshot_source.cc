#include "server/snapshot_source.h"

#include <algorithm>

#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::server {
namespace {

// Behind every key: those that are numbers never begin with so many of these,
// and texts are ASCII.
constexpr size_t kKeyLengthMax = 1'024;

ledger::Family FamilyOf(std::string_view name) {
  const auto found =
      std::find(ledger::kFamilyNames.begin(), ledger::kFamilyNames.end(), name);
  SKONTRO_CHECK(found != ledger::kFamilyNames.end());
  return static_cast<ledger::Family>(found - ledger::kFamilyNames.begin());
}

class IteratorCursor : public verifier::Cursor {
 public:
  explicit IteratorCursor(std::unique_ptr<ledger::Iterator> it)
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

std::vector<std::string> SnapshotSource::Families() const {
  return {ledger::kFamilyNames.begin(), ledger::kFamilyNames.end()};
}

std::unique_ptr<verifier::Cursor> SnapshotSource::Scan(
    std::string_view family) {
  return std::make_unique<IteratorCursor>(
      snapshot_->NewIterator(FamilyOf(family)));
}

absl::StatusOr<std::optional<std::string>> SnapshotSource::Get(
    std::string_view family, std::string_view key) {
  return snapshot_->Get(FamilyOf(family), key);
}

absl::StatusOr<std::optional<verifier::Row>> SnapshotSource::Last(
    std::string_view family) {
  const std::unique_ptr<ledger::Iterator> it =
      snapshot_->NewIterator(FamilyOf(family));
  it->SeekForPrev(std::string(kKeyLengthMax, '\xff'));
  SKONTRO_RETURN_IF_ERROR(it->status());
  if (!it->Valid()) return std::nullopt;
  return verifier::Row{std::string(it->key()), std::string(it->value())};
}

}  // namespace skontro::server
