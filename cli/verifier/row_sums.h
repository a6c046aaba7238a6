// RowSums compares the rows that the journal gives with the rows that are there
// without keeping either: both go into 4,096 buckets for each family, by a hash
// of their keys, and each bucket adds up the keyed 128-bit hashes of its rows.
// Sums that agree mean rows that agree: who cannot know the key cannot find
// other rows with the same sum. Where they do not, the rows of the bucket are
// looked at one by one (row_difference.h).
//
// Since rows that are there have distinct keys, a family that agrees has no key
// that the journal wrote twice: request ids, ids and tax ids are unique.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_ROW_SUMS_H_
#define SKONTRO_CLI_VERIFIER_ROW_SUMS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verifier/hashes.h"
#include "cli/verifier/row_sink.h"

namespace skontro::verifier {

inline constexpr size_t kBucketCount = 4'096;

// In which bucket the row of this key is. The same in one process.
size_t BucketOf(std::string_view key);

class RowSums : public RowSink {
 public:
  explicit RowSums(const SipKey& key = RandomSipKey());

  const SipKey& key() const { return key_; }

  // Adds what was added to `other`, which has the same key.
  void Add(const RowSums& other);

  // What the journal gives.
  void Put(Family family, std::string_view key, std::string_view value,
           uint64_t sequence) override;
  void Erase(Family family, std::string_view key, std::string_view value,
             uint64_t sequence) override;

  // A row that is there, its value canonical.
  void AddActual(Family family, std::string_view key, std::string_view value);

  // A row that is there and has no canonical value: its bucket cannot agree.
  void AddDamaged(Family family, std::string_view key);

  // How many rows of `family` the journal gives, or are there if that is more.
  uint64_t RowCount(Family family) const;

  // The buckets of `family` that do not agree.
  std::vector<size_t> Differing(Family family) const;

 private:
  struct Bucket {
    unsigned __int128 expected_minus_actual = 0;
    bool damaged = false;
  };

  unsigned __int128 Hash(std::string_view key, std::string_view value);
  Bucket& At(Family family, std::string_view key);

  const SipKey key_;
  std::string buffer_;
  std::array<std::vector<Bucket>, kFamilyCount> buckets_;
  std::array<uint64_t, kFamilyCount> expected_{};  // Counts of rows.
  std::array<uint64_t, kFamilyCount> actual_{};
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_ROW_SUMS_H_
