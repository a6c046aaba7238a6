// A Merkle tree as RFC 9162 section 2.1 hashes it, over any leaves: with it
// somebody who keeps 32 bytes can be shown later that a leaf was in the tree,
// and that the tree only grew.
//
// The hash of a leaf is SHA-256(0x00 || leaf), that of a node
// SHA-256(0x01 || left || right), that of a tree without leaves SHA-256 of
// nothing. A tree of n leaves splits at the largest power of two below n. A
// complete subtree is one of 2^level leaves; it never changes once it is there,
// and it is named by its level and by its place among those of its level, from
// 0: subtree (3, 5) holds the leaves 40 to 47.
//
// Thread safety: pure functions; a frontier belongs to one thread.

#ifndef SKONTRO_LEDGER_MERKLE_TREE_H_
#define SKONTRO_LEDGER_MERKLE_TREE_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ledger/digest.h"

namespace skontro::ledger {

Digest LeafHash(std::string_view leaf);
Digest NodeHash(const Digest& left, const Digest& right);
Digest EmptyTreeHash();

// A complete subtree and its hash.
struct Subtree {
  int level = 0;
  uint64_t index = 0;
  Digest hash{};

  friend bool operator==(const Subtree&, const Subtree&) = default;
};

// The complete subtrees, largest first, that a tree of `size` leaves is made
// of: one for each bit of `size`. Their hashes are not set.
std::vector<Subtree> PeaksOf(uint64_t size);

// What must be remembered of a tree to add leaves to it: the hashes of its
// peaks. A leaf costs two hashes on average.
class MerkleFrontier {
 public:
  // A tree without leaves.
  MerkleFrontier() = default;

  // The tree of `size` leaves whose peaks have these hashes, in the order of
  // PeaksOf(). REQUIRES: as many hashes as peaks.
  MerkleFrontier(uint64_t size, std::vector<Digest> peaks);

  uint64_t size() const { return size_; }

  // Adds a leaf by its hash, and to `completed` every subtree above the leaf
  // that it completes, lowest first.
  void Append(const Digest& leaf_hash, std::vector<Subtree>* completed);

  // The hash of the tree.
  Digest Root() const;

 private:
  uint64_t size_ = 0;
  std::vector<Digest> peaks_;
};

// The hash that the peaks of a tree, largest first, give together.
Digest RootOfPeaks(std::span<const Digest> peaks);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_MERKLE_TREE_H_
