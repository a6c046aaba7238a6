// TailKeys sees to it that records above the watermark of the projections take
// no request id, id or tax id that was taken before. Up to the watermark the
// comparison of rows shows it; above it the keys are kept here, as 128-bit
// hashes: about 40 bytes for each.
//
// A key that has a row was taken by a record up to the watermark, unless the
// row should not be there. So it is told after the rows were compared, and
// where they agree.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_TAIL_KEYS_H_
#define SKONTRO_CLI_VERIFIER_TAIL_KEYS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "cli/verifier/fingerprint.h"
#include "cli/verifier/report.h"
#include "cli/verifier/row_sink.h"
#include "cli/verifier/row_sums.h"
#include "cli/verifier/source.h"

namespace skontro::verifier {

class TailKeys : public RowSink {
 public:
  // Both must outlive this.
  TailKeys(Source* source, Findings* findings);

  void Put(Family family, std::string_view key, std::string_view value,
           uint64_t sequence) override;

  // Nothing of a unique family is ever erased.
  void Erase(Family, std::string_view, std::string_view, uint64_t) override {}

  // Tells which keys had a row, of those families whose rows were added to
  // `sums`.
  void Finish(const std::vector<Family>& families, const RowSums& sums);

 private:
  struct Key {
    Family family;
    std::string key;
    uint64_t sequence;
  };
  // More are counted by the comparison of rows, or by nobody.
  static constexpr size_t kHadRowMax = 1'000;

  void Add(const Key& key, const std::string& what);

  Source& source_;
  Findings& findings_;
  const SipKey key_;
  std::array<bool, kFamilyCount> present_{};  // Families that can be asked.
  absl::flat_hash_map<Fingerprint, uint64_t> taken_;  // To the sequence.
  std::vector<Key> had_row_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_TAIL_KEYS_H_
