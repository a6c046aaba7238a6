#include "cli/verifier/receipt.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_format.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/merkle.h"

namespace skontro::verifier {
namespace {

using Hashes = std::span<const Digest>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The number of leaves on the left of a tree of `size` leaves, two or more: the
// largest power of two below `size`.
uint64_t LeftOf(uint64_t size) {
  uint64_t left = 1;
  while (left < size - left) left *= 2;
  return left;
}

std::string SignedBytes(const SignedHead& head) {
  std::string bytes = "skontro tree head 1\n" + head.network_uid;
  bytes.push_back(static_cast<char>(head.network_id.size()));
  bytes += head.network_id;
  AppendBig64(head.tree_size, &bytes);
  bytes += head.root.view();
  AppendBig64(static_cast<uint64_t>(head.time_us), &bytes);
  return bytes;
}

// Follows PATH of RFC 9162 from the root down: the last hash of the proof is
// the half in which the leaf is not.
std::optional<Digest> RootByPath(uint64_t leaf, uint64_t size,
                                 const Digest& leaf_hash, Hashes proof,
                                 MerkleHash* hash) {
  if (size == 1) {
    if (!proof.empty()) return std::nullopt;
    return leaf_hash;
  }
  if (proof.empty()) return std::nullopt;
  const Digest& other = proof.back();
  const Hashes rest = proof.first(proof.size() - 1);
  const uint64_t left = LeftOf(size);
  if (leaf < left) {
    const auto mine = RootByPath(leaf, left, leaf_hash, rest, hash);
    if (!mine.has_value()) return std::nullopt;
    return hash->Node(*mine, other);
  }
  const auto mine = RootByPath(leaf - left, size - left, leaf_hash, rest, hash);
  if (!mine.has_value()) return std::nullopt;
  return hash->Node(other, *mine);
}

// Both roots that a proof of SUBPROOF of RFC 9162 leads to.
struct Roots {
  Digest older;
  Digest newer;
};

// `known` is the root of the older tree while that is a whole subtree of the
// newer one, which the proof then leaves out; nullptr where it is not.
std::optional<Roots> RootsBySubproof(uint64_t older, uint64_t newer,
                                     const Digest* known, Hashes proof,
                                     MerkleHash* hash) {
  if (older == newer) {
    if (known != nullptr) {
      if (!proof.empty()) return std::nullopt;
      return Roots{*known, *known};
    }
    if (proof.size() != 1) return std::nullopt;
    return Roots{proof.front(), proof.front()};
  }
  if (proof.empty()) return std::nullopt;
  const Digest& other = proof.back();
  const Hashes rest = proof.first(proof.size() - 1);
  const uint64_t left = LeftOf(newer);
  if (older <= left) {
    auto roots = RootsBySubproof(older, left, known, rest, hash);
    if (roots.has_value()) roots->newer = hash->Node(roots->newer, other);
    return roots;
  }
  auto roots = RootsBySubproof(older - left, newer - left, nullptr, rest, hash);
  if (roots.has_value()) {
    roots->older = hash->Node(other, roots->older);
    roots->newer = hash->Node(other, roots->newer);
  }
  return roots;
}

}  // namespace

absl::StatusOr<std::string> PublicKeyIn(std::string_view pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                      &BIO_free);
  const Key key(PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr),
                &EVP_PKEY_free);
  std::string raw(kPublicKeyLength, '\0');
  size_t length = raw.size();
  if (key == nullptr || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key.get(),
                                  reinterpret_cast<unsigned char*>(raw.data()),
                                  &length) != 1 ||
      length != kPublicKeyLength) {
    return absl::InvalidArgumentError("no public key of Ed25519 in PEM");
  }
  return raw;
}

Digest KeyIdOf(std::string_view public_key) {
  return Sha256().Of({public_key});
}

absl::Status CheckHead(const SignedHead& head, std::string_view public_key) {
  const Digest id = KeyIdOf(public_key);
  if (head.key_id != id) {
    return absl::DataLossError(absl::StrFormat(
        "the head says that it was signed with the key %s, and the key that "
        "was given is %s",
        Hex(head.key_id.view()), Hex(id.view())));
  }
  const Key key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(public_key),
                                  public_key.size()),
      &EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const std::string bytes = SignedBytes(head);
  if (key == nullptr || context == nullptr ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr,
                           key.get()) != 1 ||
      EVP_DigestVerify(context.get(), Bytes(head.signature),
                       head.signature.size(), Bytes(bytes),
                       bytes.size()) != 1) {
    return absl::DataLossError(
        "the signature of the head does not fit what the head says");
  }
  return absl::OkStatus();
}

absl::Status CheckInclusion(uint64_t sequence, const Digest& record_digest,
                            const std::vector<Digest>& proof,
                            const SignedHead& head) {
  if (sequence == 0 || sequence > head.tree_size) {
    return absl::DataLossError(absl::StrFormat(
        "record %d is not in a tree of %d records", sequence, head.tree_size));
  }
  MerkleHash hash;
  const std::optional<Digest> root =
      RootByPath(sequence - 1, head.tree_size, hash.Leaf(record_digest.view()),
                 proof, &hash);
  if (root != head.root) {
    return absl::DataLossError(absl::StrFormat(
        "the proof does not lead from record %d to the hash of the head",
        sequence));
  }
  return absl::OkStatus();
}

absl::Status CheckConsistency(uint64_t size, const Digest& root,
                              const std::vector<Digest>& proof,
                              const SignedHead& head) {
  if (size == 0 || size > head.tree_size) {
    return absl::DataLossError(absl::StrFormat(
        "a tree of %d records is not the beginning of one of %d", size,
        head.tree_size));
  }
  MerkleHash hash;
  const std::optional<Roots> roots =
      RootsBySubproof(size, head.tree_size, &root, proof, &hash);
  if (!roots.has_value() || roots->older != root || roots->newer != head.root) {
    return absl::DataLossError(absl::StrFormat(
        "the proof does not lead from the older tree of %d records to the "
        "newer one of %d",
        size, head.tree_size));
  }
  return absl::OkStatus();
}

}  // namespace skontro::verifier
