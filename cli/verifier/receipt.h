// What a member keeps, and the check of it without a server: that a signed head
// is of the key that the member believes, that a record is in the tree of that
// head, and that the tree of an older head is its beginning. Nothing is trusted
// but the public key. The hashes are those of RFC 9162, section 2.1, and of
// docs/journal_format.md.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_VERIFIER_RECEIPT_H_
#define SKONTRO_CLI_VERIFIER_RECEIPT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/verifier/hashes.h"

namespace skontro::verifier {

inline constexpr size_t kPublicKeyLength = 32;
inline constexpr size_t kSignatureLength = 64;

struct SignedHead {
  std::string network_id;
  std::string network_uid;  // 16 bytes.
  uint64_t tree_size = 0;
  Digest root;
  int64_t time_us = 0;
  Digest key_id;
  std::string signature;  // kSignatureLength bytes.
};

// The raw 32 bytes of the Ed25519 key in `pem`, a PUBLIC KEY of RFC 8410.
// INVALID_ARGUMENT if it holds none; a secret key is none either.
absl::StatusOr<std::string> PublicKeyIn(std::string_view pem);

// The id of a public key.
Digest KeyIdOf(std::string_view public_key);

// OK if the head was signed with the secret half of `public_key`; otherwise
// DATA_LOSS and why it cannot be believed.
absl::Status CheckHead(const SignedHead& head, std::string_view public_key);

// OK if `proof` shows that the tree of `head` has the record with this digest
// at `sequence`; otherwise DATA_LOSS.
absl::Status CheckInclusion(uint64_t sequence, const Digest& record_digest,
                            const std::vector<Digest>& proof,
                            const SignedHead& head);

// OK if `proof` shows that the tree of `size` records with the hash `root` is
// the beginning of the tree of `head`; otherwise DATA_LOSS.
absl::Status CheckConsistency(uint64_t size, const Digest& root,
                              const std::vector<Digest>& proof,
                              const SignedHead& head);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_RECEIPT_H_
