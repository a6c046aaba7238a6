#include "cli/verifier/tail_keys.h"

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
  const auto add = [&](const std::string& what) {
    findings_.Add(sequence, absl::StrFormat("family %s, %s %s",
                                            std::string(NameOf(family)),
                                            DescribeKey(family, key), what));
  };
  std::string text(1, static_cast<char>(family));
  text.append(key);
  const auto [taken, added] =
      taken_.try_emplace(Fingerprint::Of(key_, text), sequence);
  if (!added) {
    add(absl::StrFormat("was taken by record %d already", taken->second));
    return;
  }
  if (!present_[static_cast<size_t>(family)]) return;
  const absl::StatusOr<std::optional<std::string>> row =
      source_.Get(NameOf(family), key);
  if (!row.ok()) {
    add(absl::StrFormat("cannot be looked up: %s", row.status().message()));
  } else if (row->has_value()) {
    add("was taken by an earlier record");
  }
}

}  // namespace skontro::verifier
