// The tree and its proofs against the words of RFC 9162, written down a second
// time as they stand there, and against the vectors of Certificate
// Transparency.

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ledger/merkle_proof.h"
#include "ledger/merkle_tree.h"

namespace skontro::ledger {
namespace {

using Leaves = std::vector<std::string>;

// --- The RFC as it is written: slow, recursive, over the leaves themselves ---

std::string Hash(const std::string& bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

size_t LargestPowerOfTwoBelow(size_t n) {
  size_t k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

// MTH(D[from:to]) of section 2.1.1.
std::string Mth(const Leaves& d, size_t from, size_t to) {
  const size_t n = to - from;
  if (n == 0) return Hash("");
  if (n == 1) return Hash(std::string(1, '\0') + d[from]);
  const size_t k = LargestPowerOfTwoBelow(n);
  return Hash("\x01" + Mth(d, from, from + k) + Mth(d, from + k, to));
}

// PATH(m, D[from:to]) of section 2.1.3.1.
std::vector<std::string> Path(size_t m, const Leaves& d, size_t from,
                              size_t to) {
  const size_t n = to - from;
  if (n == 1) return {};
  const size_t k = LargestPowerOfTwoBelow(n);
  std::vector<std::string> path;
  if (m < k) {
    path = Path(m, d, from, from + k);
    path.push_back(Mth(d, from + k, to));
  } else {
    path = Path(m - k, d, from + k, to);
    path.push_back(Mth(d, from, from + k));
  }
  return path;
}

// SUBPROOF(m, D[from:to], b) of section 2.1.4.1.
std::vector<std::string> Subproof(size_t m, const Leaves& d, size_t from,
                                  size_t to, bool b) {
  const size_t n = to - from;
  if (m == n) {
    if (b) return {};
    return {Mth(d, from, to)};
  }
  const size_t k = LargestPowerOfTwoBelow(n);
  std::vector<std::string> proof;
  if (m <= k) {
    proof = Subproof(m, d, from, from + k, b);
    proof.push_back(Mth(d, from + k, to));
  } else {
    proof = Subproof(m - k, d, from + k, to, false);
    proof.push_back(Mth(d, from, from + k));
  }
  return proof;
}

// --- What is tested ----------------------------------------------------------

// A tree that keeps the hash of every subtree, made by a frontier.
class Tree : public SubtreeReader {
 public:
  explicit Tree(const Leaves& leaves) {
    roots_.push_back(frontier_.Root());
    for (const std::string& leaf : leaves) {
      const uint64_t index = frontier_.size();
      hashes_[{0, index}] = LeafHash(leaf);
      std::vector<Subtree> completed;
      frontier_.Append(LeafHash(leaf), &completed);
      for (const Subtree& subtree : completed) {
        EXPECT_TRUE(
            hashes_
                .emplace(std::pair(subtree.level, subtree.index), subtree.hash)
                .second);
      }
      roots_.push_back(frontier_.Root());
    }
  }

  absl::StatusOr<Digest> HashOf(int level, uint64_t index) override {
    const auto found = hashes_.find({level, index});
    if (found == hashes_.end()) {
      return absl::NotFoundError(absl::StrCat(level, "/", index));
    }
    return found->second;
  }

  const Digest& root(uint64_t size) const { return roots_[size]; }

 private:
  MerkleFrontier frontier_;
  std::map<std::pair<int, uint64_t>, Digest> hashes_;
  std::vector<Digest> roots_;
};

std::string Bytes(const Digest& digest) { return std::string(BytesOf(digest)); }

std::vector<std::string> Bytes(const std::vector<Digest>& digests) {
  std::vector<std::string> bytes;
  for (const Digest& digest : digests) bytes.push_back(Bytes(digest));
  return bytes;
}

Leaves NumberedLeaves(size_t count) {
  Leaves leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(absl::StrCat("leaf", i));
  return leaves;
}

TEST(MerkleTest, TreesOfEverySizeHaveTheHashOfTheRfc) {
  const Leaves leaves = NumberedLeaves(600);
  Tree tree(leaves);
  for (size_t size = 0; size <= leaves.size(); ++size) {
    EXPECT_EQ(Bytes(tree.root(size)), Mth(leaves, 0, size)) << size;
    EXPECT_EQ(RootOf(&tree, size).value(), tree.root(size)) << size;
  }
}

TEST(MerkleTest, AFrontierGoesOnFromItsPeaks) {
  const Leaves leaves = NumberedLeaves(70);
  Tree tree(leaves);
  for (uint64_t size = 0; size < leaves.size(); ++size) {
    std::vector<Digest> hashes;
    for (const Subtree& peak : PeaksOf(size)) {
      hashes.push_back(tree.HashOf(peak.level, peak.index).value());
    }
    MerkleFrontier frontier(size, hashes);
    EXPECT_EQ(frontier.Root(), tree.root(size));
    std::vector<Subtree> completed;
    frontier.Append(LeafHash(leaves[size]), &completed);
    EXPECT_EQ(frontier.Root(), tree.root(size + 1));
    for (const Subtree& subtree : completed) {
      EXPECT_EQ(tree.HashOf(subtree.level, subtree.index).value(),
                subtree.hash);
    }
  }
}

TEST(MerkleTest, EveryInclusionIsProvedAsTheRfcSays) {
  const Leaves leaves = NumberedLeaves(130);
  Tree tree(leaves);
  for (uint64_t size = 1; size <= leaves.size(); ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      const auto proof = ProveInclusion(&tree, index, size).value();
      ASSERT_EQ(Bytes(proof), Path(index, leaves, 0, size))
          << index << " of " << size;
      ASSERT_TRUE(VerifyInclusion(LeafHash(leaves[index]), index, size, proof,
                                  tree.root(size)))
          << index << " of " << size;
    }
  }
}

TEST(MerkleTest, EveryConsistencyIsProvedAsTheRfcSays) {
  const Leaves leaves = NumberedLeaves(130);
  Tree tree(leaves);
  for (uint64_t second = 1; second <= leaves.size(); ++second) {
    for (uint64_t first = 1; first <= second; ++first) {
      const auto proof = ProveConsistency(&tree, first, second).value();
      ASSERT_EQ(Bytes(proof), Subproof(first, leaves, 0, second, true))
          << first << " to " << second;
      ASSERT_TRUE(VerifyConsistency(first, second, proof, tree.root(first),
                                    tree.root(second)))
          << first << " to " << second;
    }
  }
}

TEST(MerkleTest, LargeTreesAreProvedToo) {
  const Leaves leaves = NumberedLeaves(517);
  Tree tree(leaves);
  for (const uint64_t size : {255U, 256U, 257U, 511U, 512U, 513U, 517U}) {
    for (uint64_t index = 0; index < size; index += 37) {
      const auto proof = ProveInclusion(&tree, index, size).value();
      ASSERT_EQ(Bytes(proof), Path(index, leaves, 0, size));
      ASSERT_TRUE(VerifyInclusion(LeafHash(leaves[index]), index, size, proof,
                                  tree.root(size)));
      const auto growth = ProveConsistency(&tree, index + 1, size).value();
      ASSERT_EQ(Bytes(growth), Subproof(index + 1, leaves, 0, size, true));
      ASSERT_TRUE(VerifyConsistency(index + 1, size, growth,
                                    tree.root(index + 1), tree.root(size)));
    }
  }
}

// --- What must not be believed -----------------------------------------------

// Every way to spoil a list of hashes in one place.
std::vector<std::vector<Digest>> Spoiled(const std::vector<Digest>& proof) {
  std::vector<std::vector<Digest>> spoiled;
  for (size_t i = 0; i < proof.size(); ++i) {
    auto flipped = proof;
    flipped[i][i % 32] ^= static_cast<uint8_t>(1U << (i % 8));
    spoiled.push_back(flipped);
    auto shorter = proof;
    shorter.erase(shorter.begin() + static_cast<ptrdiff_t>(i));
    spoiled.push_back(shorter);
    auto doubled = proof;
    doubled.insert(doubled.begin() + static_cast<ptrdiff_t>(i), proof[i]);
    spoiled.push_back(doubled);
    if (i > 0 && proof[i] != proof[i - 1]) {
      auto swapped = proof;
      std::swap(swapped[i], swapped[i - 1]);
      spoiled.push_back(swapped);
    }
  }
  auto longer = proof;
  longer.push_back(EmptyTreeHash());
  spoiled.push_back(longer);
  auto prefixed = proof;
  prefixed.insert(prefixed.begin(), EmptyTreeHash());
  spoiled.push_back(prefixed);
  return spoiled;
}

TEST(MerkleTest, ASpoiledInclusionProofIsNotBelieved) {
  const Leaves leaves = NumberedLeaves(40);
  Tree tree(leaves);
  for (uint64_t size = 1; size <= leaves.size(); ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      const auto proof = ProveInclusion(&tree, index, size).value();
      const Digest leaf = LeafHash(leaves[index]);
      const Digest& root = tree.root(size);
      for (const auto& spoiled : Spoiled(proof)) {
        ASSERT_FALSE(VerifyInclusion(leaf, index, size, spoiled, root))
            << index << " of " << size;
      }
      for (uint64_t other = 0; other <= size + 1; ++other) {
        if (other == index) continue;
        ASSERT_FALSE(VerifyInclusion(leaf, other, size, proof, root));
      }
      const Digest other_leaf = LeafHash("another");
      ASSERT_FALSE(VerifyInclusion(other_leaf, index, size, proof, root));
      ASSERT_FALSE(VerifyInclusion(leaf, index, size, proof, leaf) && size > 1);
      ASSERT_FALSE(VerifyInclusion(leaf, index, 0, proof, root));
      ASSERT_FALSE(VerifyInclusion(leaf, index, UINT64_MAX, proof, root));
      ASSERT_FALSE(
          VerifyInclusion(leaf, index, size, proof, tree.root(size - 1)));
    }
  }
}

TEST(MerkleTest, ASpoiledConsistencyProofIsNotBelieved) {
  const Leaves leaves = NumberedLeaves(40);
  Tree tree(leaves);
  for (uint64_t second = 1; second <= leaves.size(); ++second) {
    for (uint64_t first = 1; first <= second; ++first) {
      const auto proof = ProveConsistency(&tree, first, second).value();
      const Digest& old_root = tree.root(first);
      const Digest& new_root = tree.root(second);
      for (const auto& spoiled : Spoiled(proof)) {
        ASSERT_FALSE(
            VerifyConsistency(first, second, spoiled, old_root, new_root))
            << first << " to " << second;
      }
      ASSERT_FALSE(VerifyConsistency(first, second, proof, LeafHash("another"),
                                     new_root));
      ASSERT_FALSE(VerifyConsistency(first, second, proof, old_root,
                                     LeafHash("another")));
      ASSERT_FALSE(VerifyConsistency(0, second, proof, old_root, new_root));
      ASSERT_FALSE(
          VerifyConsistency(second + 1, second, proof, old_root, new_root));
      for (uint64_t other = 1; other <= second; ++other) {
        if (other == first) continue;
        ASSERT_FALSE(
            VerifyConsistency(other, second, proof, tree.root(other), new_root))
            << other << " for " << first << " to " << second;
      }
    }
  }
}

TEST(MerkleTest, AHistoryThatWasRewrittenHasNoProof) {
  Leaves leaves = NumberedLeaves(20);
  Tree honest(leaves);
  leaves[3] = "another";
  Tree rewritten(leaves);
  for (uint64_t first = 4; first <= 20; ++first) {
    const auto proof = ProveConsistency(&rewritten, first, 20).value();
    EXPECT_FALSE(VerifyConsistency(first, 20, proof, honest.root(first),
                                   rewritten.root(20)));
  }
}

TEST(MerkleTest, ALeafIsNotTakenForANode) {
  const Digest left = LeafHash("a");
  const Digest right = LeafHash("b");
  EXPECT_NE(LeafHash(Bytes(left) + Bytes(right)), NodeHash(left, right));
}

// --- The vectors of Certificate Transparency ---------------------------------

std::string Unhex(const char* hex) { return absl::HexStringToBytes(hex); }

const Leaves& VectorLeaves() {
  static const Leaves leaves = {"",
                                Unhex("00"),
                                Unhex("10"),
                                Unhex("2021"),
                                Unhex("3031"),
                                Unhex("40414243"),
                                Unhex("5051525354555657"),
                                Unhex("606162636465666768696a6b6c6d6e6f")};
  return leaves;
}

TEST(MerkleTest, VectorsOfRoots) {
  const char* const kRoots[] = {
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Tree tree(VectorLeaves());
  for (uint64_t size = 0; size <= VectorLeaves().size(); ++size) {
    EXPECT_EQ(ToHex(tree.root(size)), kRoots[size]) << size;
  }
}

TEST(MerkleTest, VectorsOfProofs) {
  using Hex = std::vector<std::string>;
  const auto hex = [](const std::vector<Digest>& digests) {
    Hex out;
    for (const Digest& digest : digests) out.push_back(ToHex(digest));
    return out;
  };
  const std::string a =
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
  const std::string b =
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
  const std::string c =
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
  const std::string d =
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
  const std::string e =
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
  const std::string f =
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
  const std::string g =
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
  Tree tree(VectorLeaves());
  EXPECT_EQ(hex(ProveInclusion(&tree, 0, 1).value()), Hex{});
  EXPECT_EQ(hex(ProveInclusion(&tree, 0, 8).value()), (Hex{a, b, c}));
  EXPECT_EQ(hex(ProveInclusion(&tree, 5, 8).value()), (Hex{d, e, f}));
  EXPECT_EQ(hex(ProveConsistency(&tree, 1, 1).value()), Hex{});
  EXPECT_EQ(hex(ProveConsistency(&tree, 2, 5).value()), (Hex{b, d}));
  EXPECT_EQ(hex(ProveConsistency(&tree, 6, 8).value()), (Hex{g, e, f}));
}

}  // namespace
}  // namespace skontro::ledger
