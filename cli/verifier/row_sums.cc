#include "cli/verifier/row_sums.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "cli/verifier/bytes.h"

namespace skontro::verifier {

size_t BucketOf(std::string_view key) {
  return absl::HashOf(absl::string_view(key.data(), key.size())) % kBucketCount;
}

RowSums::RowSums(const SipKey& key) : key_(key) {
  for (std::vector<Bucket>& buckets : buckets_) buckets.resize(kBucketCount);
}

void RowSums::Add(const RowSums& other) {
  for (size_t family = 0; family < kFamilyCount; ++family) {
    for (size_t i = 0; i < kBucketCount; ++i) {
      Bucket& bucket = buckets_[family][i];
      const Bucket& theirs = other.buckets_[family][i];
      bucket.expected_minus_actual += theirs.expected_minus_actual;
      bucket.damaged = bucket.damaged || theirs.damaged;
    }
    expected_[family] += other.expected_[family];
    actual_[family] += other.actual_[family];
  }
}

void RowSums::Put(Family family, std::string_view key, std::string_view value,
                  uint64_t /*sequence*/) {
  At(family, key).expected_minus_actual += Hash(key, value);
  ++expected_[static_cast<size_t>(family)];
}

void RowSums::Erase(Family family, std::string_view key, std::string_view value,
                    uint64_t /*sequence*/) {
  At(family, key).expected_minus_actual -= Hash(key, value);
}

void RowSums::AddActual(Family family, std::string_view key,
                        std::string_view value) {
  At(family, key).expected_minus_actual -= Hash(key, value);
  ++actual_[static_cast<size_t>(family)];
}

void RowSums::AddDamaged(Family family, std::string_view key) {
  At(family, key).damaged = true;
  ++actual_[static_cast<size_t>(family)];
}

uint64_t RowSums::RowCount(Family family) const {
  const auto i = static_cast<size_t>(family);
  return std::max(expected_[i], actual_[i]);
}

std::vector<size_t> RowSums::Differing(Family family) const {
  const std::vector<Bucket>& buckets = buckets_[static_cast<size_t>(family)];
  std::vector<size_t> differing;
  for (size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i].damaged || buckets[i].expected_minus_actual != 0) {
      differing.push_back(i);
    }
  }
  return differing;
}

unsigned __int128 RowSums::Hash(std::string_view key, std::string_view value) {
  buffer_.clear();
  AppendBig32(static_cast<uint32_t>(key.size()), &buffer_);
  buffer_.append(key).append(value);
  return SipHash128(key_, buffer_);
}

RowSums::Bucket& RowSums::At(Family family, std::string_view key) {
  return buckets_[static_cast<size_t>(family)][BucketOf(key)];
}

}  // namespace skontro::verifier
