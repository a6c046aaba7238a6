#include "ledger/merkle_tree.h"

#include <bit>
#include <utility>

#include "ledger/base/check.h"

namespace skontro::ledger {
namespace {

// The prefixes keep a leaf from being taken for a node (RFC 9162, 2.1.1).
constexpr std::string_view kLeafPrefix("\x00", 1);
constexpr std::string_view kNodePrefix("\x01", 1);

}  // namespace

Digest LeafHash(std::string_view leaf) {
  thread_local Sha256 hash;
  hash.Begin();
  hash.Add(kLeafPrefix);
  hash.Add(leaf);
  return hash.Finish();
}

Digest NodeHash(const Digest& left, const Digest& right) {
  thread_local Sha256 hash;
  hash.Begin();
  hash.Add(kNodePrefix);
  hash.Add(BytesOf(left));
  hash.Add(BytesOf(right));
  return hash.Finish();
}

Digest EmptyTreeHash() { return HashOf({}); }

std::vector<Subtree> PeaksOf(uint64_t size) {
  std::vector<Subtree> peaks;
  uint64_t first = 0;  // Leaf of the next peak.
  while (first < size) {
    const int level = static_cast<int>(std::bit_width(size - first)) - 1;
    peaks.push_back({level, first >> level, {}});
    first += uint64_t{1} << level;
  }
  return peaks;
}

MerkleFrontier::MerkleFrontier(uint64_t size, std::vector<Digest> peaks)
    : size_(size), peaks_(std::move(peaks)) {
  SKONTRO_CHECK(peaks_.size() == static_cast<size_t>(std::popcount(size)));
}

void MerkleFrontier::Append(const Digest& leaf_hash,
                            std::vector<Subtree>* completed) {
  peaks_.push_back(leaf_hash);
  ++size_;
  // The leaf completes one subtree for each bit that carries.
  for (int level = 1; level <= std::countr_zero(size_); ++level) {
    const Digest right = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = NodeHash(peaks_.back(), right);
    completed->push_back({level, (size_ - 1) >> level, peaks_.back()});
  }
}

Digest MerkleFrontier::Root() const { return RootOfPeaks(peaks_); }

Digest RootOfPeaks(std::span<const Digest> peaks) {
  if (peaks.empty()) return EmptyTreeHash();
  Digest root = peaks.back();
  for (size_t i = peaks.size() - 1; i-- > 0;) root = NodeHash(peaks[i], root);
  return root;
}

}  // namespace skontro::ledger
