#include "ledger/merkle_proof.h"

#include <bit>
#include <span>

#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::ledger {
namespace {

// Where a tree of `size` leaves splits: the largest power of two below it.
// REQUIRES: size > 1.
uint64_t SplitOf(uint64_t size) { return std::bit_floor(size - 1); }

// The hash of the tree over the leaves [begin, begin + size). REQUIRES: they
// are one side of a split, so `begin` is a multiple of the power of two at or
// above `size`.
absl::StatusOr<Digest> RangeHash(SubtreeReader* reader, uint64_t begin,
                                 uint64_t size) {
  std::vector<Digest> peaks;
  for (const Subtree& peak : PeaksOf(size)) {
    const uint64_t index = (begin >> peak.level) + peak.index;
    SKONTRO_ASSIGN_OR_RETURN(peaks.emplace_back(),
                             reader->HashOf(peak.level, index));
  }
  return RootOfPeaks(peaks);
}

// Steps of a verification up one level; `fn` and `sn` as RFC 9162 names them.
struct Climb {
  uint64_t fn = 0;
  uint64_t sn = 0;

  // Whether the hash that comes next stands on the left.
  bool left_sibling() const { return (fn & 1) == 1 || fn == sn; }

  // Up to where this node is a right child or there is nothing left of it.
  void SkipMissing() {
    while ((fn & 1) == 0 && fn != 0) Up();
  }

  void Up() {
    fn >>= 1;
    sn >>= 1;
  }
};

}  // namespace

absl::StatusOr<Digest> RootOf(SubtreeReader* reader, uint64_t size) {
  return RangeHash(reader, 0, size);
}

absl::StatusOr<std::vector<Digest>> ProveInclusion(SubtreeReader* reader,
                                                   uint64_t index,
                                                   uint64_t size) {
  SKONTRO_CHECK(index < size);
  // The RFC says it from the root down; the proof is the other way round.
  std::vector<Digest> down;
  uint64_t begin = 0;
  while (size > 1) {
    const uint64_t split = SplitOf(size);
    if (index < split) {
      SKONTRO_ASSIGN_OR_RETURN(down.emplace_back(),
                               RangeHash(reader, begin + split, size - split));
      size = split;
    } else {
      SKONTRO_ASSIGN_OR_RETURN(down.emplace_back(),
                               RangeHash(reader, begin, split));
      begin += split;
      index -= split;
      size -= split;
    }
  }
  return std::vector<Digest>(down.rbegin(), down.rend());
}

absl::StatusOr<std::vector<Digest>> ProveConsistency(SubtreeReader* reader,
                                                     uint64_t first,
                                                     uint64_t second) {
  SKONTRO_CHECK(first >= 1 && first <= second);
  std::vector<Digest> down;
  uint64_t begin = 0;
  bool known = true;  // `b` of the RFC: the verifier has the hash of `first`.
  while (first < second) {
    const uint64_t split = SplitOf(second);
    if (first <= split) {
      SKONTRO_ASSIGN_OR_RETURN(
          down.emplace_back(),
          RangeHash(reader, begin + split, second - split));
      second = split;
    } else {
      SKONTRO_ASSIGN_OR_RETURN(down.emplace_back(),
                               RangeHash(reader, begin, split));
      begin += split;
      first -= split;
      second -= split;
      known = false;
    }
  }
  if (!known) {
    SKONTRO_ASSIGN_OR_RETURN(down.emplace_back(),
                             RangeHash(reader, begin, second));
  }
  return std::vector<Digest>(down.rbegin(), down.rend());
}

bool VerifyInclusion(const Digest& leaf_hash, uint64_t index, uint64_t size,
                     const std::vector<Digest>& proof, const Digest& root) {
  if (index >= size) return false;
  Climb climb{index, size - 1};
  Digest hash = leaf_hash;
  for (const Digest& sibling : proof) {
    if (climb.sn == 0) return false;
    if (climb.left_sibling()) {
      hash = NodeHash(sibling, hash);
      climb.SkipMissing();
    } else {
      hash = NodeHash(hash, sibling);
    }
    climb.Up();
  }
  return climb.sn == 0 && hash == root;
}

bool VerifyConsistency(uint64_t first, uint64_t second,
                       const std::vector<Digest>& proof,
                       const Digest& first_root, const Digest& second_root) {
  if (first == 0 || first > second) return false;
  if (first == second) return proof.empty() && first_root == second_root;
  if (proof.empty()) return false;
  Climb climb{first - 1, second - 1};
  while ((climb.fn & 1) == 1) climb.Up();
  // A first tree that is one complete subtree is where the climb begins; the
  // proof leaves its hash out.
  std::span<const Digest> rest = proof;
  Digest first_hash = first_root;
  if (!std::has_single_bit(first)) {
    first_hash = rest.front();
    rest = rest.subspan(1);
  }
  Digest second_hash = first_hash;
  for (const Digest& next : rest) {
    if (climb.sn == 0) return false;
    if (climb.left_sibling()) {
      first_hash = NodeHash(next, first_hash);
      second_hash = NodeHash(next, second_hash);
      climb.SkipMissing();
    } else {
      second_hash = NodeHash(second_hash, next);
    }
    climb.Up();
  }
  return climb.sn == 0 && first_hash == first_root &&
         second_hash == second_root;
}

}  // namespace skontro::ledger
