#include "cli/verifier/tail_keys.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_format.h"

namespace skontro::verifier {

TailKeys::TailKeys(Source* source, Findings* findings)
    : source_(*source), findings_(*findings), key_(RandomSipKey()) {
  for (const std::string& name : source_.Families()) {
    for (size_t i = 0; i < kFamilyCount; ++i) {
      if (kFamilyNames[i] == name) present_[i] = true;
    }
  }
}

void TailKeys::Put(Family family, std::string_view key,
                   std::string_view /*value*/, uint64_t sequence) {
  if (!IsUnique(family)) return;
  std::string text(1, static_cast<char>(family));
  text.append(key);
  const auto [taken, added] =
      taken_.try_emplace(Fingerprint::Of(key_, text), sequence);
  const Key now = {family, std::string(key), sequence};
  if (!added) {
    Add(now, absl::StrFormat("was taken by record %d already", taken->second));
    return;
  }
  if (!present_[static_cast<size_t>(family)]) return;
  const absl::StatusOr<std::optional<std::string>> row =
      source_.Get(NameOf(family), key);
  if (!row.ok()) {
    Add(now,
        absl::StrFormat("cannot be looked up: %s", row.status().message()));
  } else if (row->has_value() && had_row_.size() < kHadRowMax) {
    had_row_.push_back(now);
  }
}

void TailKeys::Finish(const std::vector<Family>& families,
                      const RowSums& sums) {
  for (const Family family : families) {
    const std::vector<size_t> differing = sums.Differing(family);
    for (const Key& key : had_row_) {
      if (key.family == family &&
          !std::binary_search(differing.begin(), differing.end(),
                              BucketOf(key.key))) {
        Add(key, "was taken by an earlier record");
      }
    }
  }
}

void TailKeys::Add(const Key& key, const std::string& what) {
  findings_.Add(
      key.sequence,
      absl::StrFormat("family %s, %s %s", std::string(NameOf(key.family)),
                      DescribeKey(key.family, key.key), what));
}

}  // namespace skontro::verifier
