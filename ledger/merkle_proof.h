// Proofs about a Merkle tree, made and checked exactly as RFC 9162 section 2.1
// says: that a leaf is in a tree, and that a tree is the beginning of another.
// Whoever has the hash of a tree from somebody he believes needs nothing else.
//
// Thread safety: pure functions, but for what they read.

#ifndef SKONTRO_LEDGER_MERKLE_PROOF_H_
#define SKONTRO_LEDGER_MERKLE_PROOF_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/merkle_tree.h"

namespace skontro::ledger {

// Knows the hashes of complete subtrees.
class SubtreeReader {
 public:
  virtual ~SubtreeReader() = default;

  // The hash of a complete subtree of the tree that is asked about; level 0 is
  // a leaf. Returns an error where it cannot be read.
  virtual absl::StatusOr<Digest> HashOf(int level, uint64_t index) = 0;
};

// The hash of the tree of the first `size` leaves.
absl::StatusOr<Digest> RootOf(SubtreeReader* reader, uint64_t size);

// The hashes that lead from leaf `index` to the root of the tree of the first
// `size` leaves, lowest first: PATH of RFC 9162, 2.1.3.1.
// REQUIRES: index < size.
absl::StatusOr<std::vector<Digest>> ProveInclusion(SubtreeReader* reader,
                                                   uint64_t index,
                                                   uint64_t size);

// The hashes that show that the tree of `first` leaves is the beginning of the
// one of `second`: PROOF of RFC 9162, 2.1.4.1. Empty where both are the same.
// REQUIRES: 1 <= first <= second.
absl::StatusOr<std::vector<Digest>> ProveConsistency(SubtreeReader* reader,
                                                     uint64_t first,
                                                     uint64_t second);

// Whether `proof` shows that the tree of `size` leaves with this root has this
// leaf at `index`: RFC 9162, 2.1.3.2.
bool VerifyInclusion(const Digest& leaf_hash, uint64_t index, uint64_t size,
                     const std::vector<Digest>& proof, const Digest& root);

// Whether `proof` shows that the tree of `first` leaves is the beginning of the
// one of `second` leaves: RFC 9162, 2.1.4.2. False for `first` 0: every tree
// has the empty one for a beginning, and no proof says so.
bool VerifyConsistency(uint64_t first, uint64_t second,
                       const std::vector<Digest>& proof,
                       const Digest& first_root, const Digest& second_root);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_MERKLE_PROOF_H_
