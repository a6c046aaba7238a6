#include "cli/verifier/merkle.h"

#include <string>

#include "cli/verifier/bytes.h"

namespace skontro::verifier {

Digest MerkleHash::Leaf(std::string_view leaf) {
  return sha256_.Of({std::string_view("\x00", 1), leaf});
}

Digest MerkleHash::Node(const Digest& left, const Digest& right) {
  return sha256_.Of({std::string_view("\x01", 1), left.view(), right.view()});
}

void TreeProjector::Project(uint64_t sequence, const Digest& digest,
                            RowSink* sink) {
  Digest hash = hash_.Leaf(digest.view());
  for (uint32_t level = 0;; ++level) {
    if (level >= kTreeRowLevelMin) {
      std::string key(1, static_cast<char>(level));
      AppendBig64((sequence >> level) - 1, &key);
      sink->Put(Family::kTree, key, hash.view(), sequence);
    }
    if (level == waiting_.size()) waiting_.emplace_back();
    std::optional<Digest>& left = waiting_[level];
    if (!left.has_value()) {
      left = hash;
      return;
    }
    hash = hash_.Node(*left, hash);
    left.reset();
  }
}

}  // namespace skontro::verifier
