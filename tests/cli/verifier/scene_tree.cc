#include <algorithm>

#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

uint64_t ReadBig(const std::string& bytes, size_t at, size_t count) {
  uint64_t number = 0;
  for (size_t i = 0; i < count; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return number;
}

// The digests of the records in the batches, as far as the bytes go.
std::vector<std::string> DigestsIn(const Rows& journal) {
  std::vector<std::string> digests;
  for (const auto& [key, batch] : journal) {
    for (size_t at = 100; at + 52 <= batch.size();) {
      const uint64_t length = ReadBig(batch, at + 4, 4);
      if (length > batch.size() - at - 52) break;
      digests.push_back(batch.substr(at + 20 + length, 32));
      at += 52 + length;
    }
  }
  return digests;
}

// MTH of RFC 9162, section 2.1.1, of one leaf or more.
std::string TreeHash(const std::vector<std::string>& leaves, uint64_t from,
                     uint64_t to) {
  if (to - from == 1) return Sha256Of(std::string(1, '\0') + leaves[from]);
  uint64_t split = 1;
  while (2 * split < to - from) split *= 2;
  return Sha256Of("\x01" + TreeHash(leaves, from, from + split) +
                  TreeHash(leaves, from + split, to));
}

}  // namespace

Rows TreeRows(const Rows& journal, uint64_t projected) {
  const std::vector<std::string> digests = DigestsIn(journal);
  const uint64_t size = std::min<uint64_t>(projected, digests.size());
  Rows rows;
  for (uint64_t level = 5; uint64_t{1} << level <= size; ++level) {
    const uint64_t leaves = uint64_t{1} << level;
    for (uint64_t i = 0; (i + 1) * leaves <= size; ++i) {
      rows[Big(level, 1) + Big(i, 8)] =
          TreeHash(digests, i * leaves, (i + 1) * leaves);
    }
  }
  return rows;
}

}  // namespace skontro::verifier
