#include "ledger/record_tree.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"
#include "ledger/store_journal.h"

namespace skontro::ledger {
namespace {

constexpr uint64_t kBlockSize = uint64_t{1} << kStoredLevelMin;

// Records read at once while rows are made again.
constexpr uint64_t kRebuildStep = 65'536;
static_assert(kRebuildStep % kBlockSize == 0);

Sequence SequenceOf(uint64_t leaf) { return Sequence{leaf + 1}; }

// The hash in the row of a subtree, or nothing if it has none.
absl::StatusOr<std::optional<Digest>> ReadRow(const Snapshot& snapshot,
                                              int level, uint64_t index) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<std::string> row,
                           snapshot.Get(Family::kTree, TreeKey(level, index)));
  if (!row.has_value()) return std::nullopt;
  if (row->size() != sizeof(Digest)) {
    return absl::DataLossError(absl::StrCat("the row of subtree ", level, "/",
                                            index, " is no digest"));
  }
  return DigestFromBytes(*row);
}

// The peaks of the tree of `size` records as far as they are stored: fewer than
// there should be where rows are missing.
absl::StatusOr<std::vector<Digest>> ReadPeaks(const Snapshot& snapshot,
                                              uint64_t size) {
  std::vector<Digest> hashes;
  for (const Subtree& peak : PeaksOf(size)) {
    if (peak.level < kStoredLevelMin) break;
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<Digest> hash,
                             ReadRow(snapshot, peak.level, peak.index));
    if (!hash.has_value()) break;
    hashes.push_back(*hash);
  }
  return hashes;
}

}  // namespace

std::string TreeKey(int level, uint64_t index) {
  std::string key;
  AppendBigEndian(&key, static_cast<uint8_t>(level));
  AppendBigEndian(&key, index);
  return key;
}

void RecordTreeWriter::Add(const Digest& record_digest, RowBuffer* rows) {
  completed_.clear();
  frontier_.Append(LeafHash(BytesOf(record_digest)), &completed_);
  for (const Subtree& subtree : completed_) {
    if (subtree.level < kStoredLevelMin) continue;
    rows->Put(Family::kTree, TreeKey(subtree.level, subtree.index),
              BytesOf(subtree.hash));
  }
}

absl::StatusOr<RecordTreeWriter> RecordTreeWriter::Open(
    Store* store, Sequence projected,
    const std::function<void(Sequence)>& on_progress) {
  const std::shared_ptr<const Snapshot> snapshot = store->GetSnapshot();
  const auto size = static_cast<uint64_t>(projected);
  const uint64_t in_blocks = size - size % kBlockSize;
  RecordTreeWriter tree;
  SKONTRO_ASSIGN_OR_RETURN(std::vector<Digest> peaks,
                           ReadPeaks(*snapshot, in_blocks));
  // The rows of the last peak are written last, so if it is there all are.
  if (peaks.size() == PeaksOf(in_blocks).size()) {
    tree.frontier_ = MerkleFrontier(in_blocks, std::move(peaks));
  }
  while (tree.size() < size) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::vector<Digest> digests,
        ReadDigests(*snapshot, SequenceOf(tree.size()),
                    std::min(kRebuildStep, size - tree.size())));
    RowBuffer rows;
    for (const Digest& digest : digests) tree.Add(digest, &rows);
    if (rows.empty()) continue;
    SKONTRO_RETURN_IF_ERROR(store->Ingest(*rows.Sort()));
    if (on_progress) on_progress(SequenceOf(tree.size() - 1));
  }
  return tree;
}

absl::StatusOr<Digest> RecordTreeReader::HashOf(int level, uint64_t index) {
  SKONTRO_CHECK(level >= 0 && ((index + 1) << level) <= size_);
  if (level >= kStoredLevelMin) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<Digest> row,
                             ReadRow(*snapshot_, level, index));
    if (row.has_value()) return *row;
    return absl::DataLossError(absl::StrCat("the row of subtree ", level, "/",
                                            index,
                                            " of family tree is missing"));
  }
  if (level == 0) {
    SKONTRO_ASSIGN_OR_RETURN(const Digest digest,
                             RecordDigest(SequenceOf(index)));
    return LeafHash(BytesOf(digest));
  }
  SKONTRO_ASSIGN_OR_RETURN(const Digest left, HashOf(level - 1, 2 * index));
  SKONTRO_ASSIGN_OR_RETURN(const Digest right,
                           HashOf(level - 1, 2 * index + 1));
  return NodeHash(left, right);
}

absl::StatusOr<Digest> RecordTreeReader::RecordDigest(Sequence sequence) {
  const uint64_t index = static_cast<uint64_t>(sequence) - 1;
  SKONTRO_CHECK(index < size_);
  SKONTRO_ASSIGN_OR_RETURN(const Block* const block, BlockOf(index));
  return (*block)[index % kBlockSize];
}

absl::StatusOr<const RecordTreeReader::Block*> RecordTreeReader::BlockOf(
    uint64_t index) {
  const uint64_t first = index - index % kBlockSize;
  const auto known = blocks_.find(first);
  if (known != blocks_.end()) return &known->second;
  SKONTRO_ASSIGN_OR_RETURN(Block block,
                           ReadDigests(*snapshot_, SequenceOf(first),
                                       std::min(kBlockSize, size_ - first)));
  return &blocks_.emplace(first, std::move(block)).first->second;
}

}  // namespace skontro::ledger
