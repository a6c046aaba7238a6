#include "cli/verifier/row_difference.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "cli/verifier/row_sums.h"

namespace skontro::verifier {
namespace {

// "account_entry, account 5, sequence 17, leg 0"
std::string RowName(Family family, std::string_view key) {
  return absl::StrFormat("family %s, %s", std::string(NameOf(family)),
                         DescribeKey(family, key));
}

}  // namespace

void RowDifference::Watch(Family family, const std::vector<size_t>& buckets,
                          uint64_t rows) {
  if (buckets.empty()) return;
  rows_[family];
  const uint64_t rows_each = rows / kBucketCount + 1;
  const size_t watched =
      std::min<uint64_t>(buckets.size(), kRowsMax / rows_each + 1);
  for (size_t i = 0; i < watched; ++i) watched_.emplace(family, buckets[i]);
  if (watched < buckets.size()) {
    findings_.Add(
        0, absl::StrFormat("family %s: rows differ in %d of %d parts of it; "
                           "%d parts were looked at row by row",
                           std::string(NameOf(family)), buckets.size(),
                           kBucketCount, watched));
  }
}

bool RowDifference::Watches(Family family, std::string_view key) const {
  return watched_.contains({family, BucketOf(key)});
}

void RowDifference::Put(Family family, std::string_view key,
                        std::string_view value, uint64_t sequence) {
  if (!Watches(family, key)) return;
  const auto [row, added] = rows_[family].try_emplace(
      std::string(key), Expected{std::string(value), sequence});
  if (added) return;
  row->second.disputed = true;
  if (IsUnique(family)) {
    findings_.Add(sequence,
                  absl::StrFormat("%s was taken by record %d already",
                                  RowName(family, key), row->second.sequence));
  }
}

void RowDifference::Erase(Family family, std::string_view key,
                          std::string_view value, uint64_t /*sequence*/) {
  if (!Watches(family, key)) return;
  Rows& rows = rows_[family];
  const auto row = rows.find(key);
  if (row == rows.end() || row->second.disputed) return;
  if (row->second.value == value) rows.erase(row);
}

void RowDifference::CompareActual(Family family, std::string_view key,
                                  std::string_view stored) {
  if (!Watches(family, key)) return;
  Rows& rows = rows_[family];
  const auto row = rows.find(key);
  if (row == rows.end()) {
    findings_.Add(0, absl::StrFormat("%s: the row is there, and no record "
                                     "makes it",
                                     RowName(family, key)));
    return;
  }
  const Expected& expected = row->second;
  if (!expected.disputed) {
    const absl::StatusOr<std::string> actual = CanonicalValue(family, stored);
    if (!actual.ok()) {
      findings_.Add(
          expected.sequence,
          absl::StrFormat("%s: the row cannot be read: %s",
                          RowName(family, key), actual.status().message()));
    } else if (*actual != expected.value) {
      findings_.Add(
          expected.sequence,
          absl::StrFormat("%s: %s", RowName(family, key),
                          DescribeDifference(family, expected.value, *actual)));
    }
  }
  rows.erase(row);
}

void RowDifference::FinishFamily(Family family) {
  for (const auto& [key, expected] : rows_[family]) {
    if (expected.disputed) continue;
    findings_.Add(expected.sequence, absl::StrFormat("%s: the row is missing",
                                                     RowName(family, key)));
  }
  rows_[family].clear();
}

}  // namespace skontro::verifier
