// A Merkle tree (RFC 9162, section 2.1) rebuilt leaf by leaf, to compare with
// the rows of the family `tree`, and the hashes that it is made of.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_MERKLE_H_
#define SKONTRO_CLI_VERIFIER_MERKLE_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/verifier/hashes.h"
#include "cli/verifier/row_sink.h"

namespace skontro::verifier {

// The hashes of RFC 9162: of a leaf, and of the node over two others.
class MerkleHash {
 public:
  Digest Leaf(std::string_view leaf);
  Digest Node(const Digest& left, const Digest& right);

 private:
  Sha256 sha256_;
};

// Levels below this have no rows: docs/journal_format.md.
inline constexpr uint32_t kTreeRowLevelMin = 5;

// Rebuilds the tree over the digests of the records. Works like a counter in
// binary: what waits at a level is the left half of a subtree.
class TreeProjector {
 public:
  // Gives `sink` the rows that the record with this digest completes.
  // REQUIRES: called once for every record, in order, from sequence 1.
  void Project(uint64_t sequence, const Digest& digest, RowSink* sink);

 private:
  MerkleHash hash_;
  std::vector<std::optional<Digest>> waiting_;  // By level.
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_MERKLE_H_
