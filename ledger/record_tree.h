// The Merkle tree over the digests of a journal's records: leaf `i` is the
// digest of the record with sequence `i` + 1, so that the tree of size `n` is
// over the first `n` records.
//
// Its complete subtrees of 2^kStoredLevelMin leaves and more are rows of the
// family `tree`; what is below is hashed again from the journal when somebody
// asks. A row never changes: what is complete is complete.
//
// Thread safety: a writer and a reader belong to one thread each.

#ifndef SKONTRO_LEDGER_RECORD_TREE_H_
#define SKONTRO_LEDGER_RECORD_TREE_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/merkle_proof.h"
#include "ledger/merkle_tree.h"
#include "ledger/record.h"
#include "ledger/storage/row_buffer.h"
#include "ledger/storage/store.h"

namespace skontro::ledger {

// A record costs 1/16 row of 41 bytes, and what a proof hashes again is two
// blocks of 32 records at most, which lie beside each other in the journal. At
// 3 it would be 1/4 row; at 8 fewer than 1/100, and 512 records to hash.
inline constexpr int kStoredLevelMin = 5;

// The key of a subtree in the family `tree`; its value is the hash.
std::string TreeKey(int level, uint64_t index);

// Adds records to the tree and makes the rows that follow.
class RecordTreeWriter {
 public:
  // The tree of no record.
  RecordTreeWriter() = default;

  // The tree of the records up to `projected`. Rows are read from `store`, and
  // where a program made it that did not have them yet, or they are lost, they
  // are all made again from the journal; `on_progress` is then called now and
  // then with the sequence reached. Returns DATA_LOSS where the journal does
  // not hold these records, or an error of the disk.
  static absl::StatusOr<RecordTreeWriter> Open(
      Store* store, Sequence projected,
      const std::function<void(Sequence)>& on_progress);

  // Adds the record that follows, by its digest.
  void Add(const Digest& record_digest, RowBuffer* rows);

  uint64_t size() const { return frontier_.size(); }
  Digest Root() const { return frontier_.Root(); }

 private:
  MerkleFrontier frontier_;
  std::vector<Subtree> completed_;  // Kept for its memory.
};

// Reads the tree of the records up to `size` from a snapshot whose projections
// include them. Returns DATA_LOSS where a row or a record is missing.
class RecordTreeReader : public SubtreeReader {
 public:
  // REQUIRES: the snapshot outlives the reader.
  RecordTreeReader(const Snapshot* snapshot, uint64_t size)
      : snapshot_(snapshot), size_(size) {}

  absl::StatusOr<Digest> HashOf(int level, uint64_t index) override;

  // The digest of the record at `sequence`.
  absl::StatusOr<Digest> RecordDigest(Sequence sequence);

 private:
  using Block = std::vector<Digest>;

  // The records of the block that leaf `index` is in, up to `size_`. Kept:
  // what a proof needs of the low levels is in one block or two.
  absl::StatusOr<const Block*> BlockOf(uint64_t index);

  const Snapshot* const snapshot_;
  const uint64_t size_;
  std::map<uint64_t, Block> blocks_;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_RECORD_TREE_H_
