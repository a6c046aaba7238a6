// A TreeHead says how many records a network's journal has and what the hash of
// the Merkle tree over them is, at some time. Signed with the network's key it
// binds the operator: two heads that contradict each other prove that the books
// were rewritten, whoever shows them.
//
// Thread safety: values; a SigningKey may be used from any thread.

#ifndef SKONTRO_LEDGER_SIGNED_HEAD_H_
#define SKONTRO_LEDGER_SIGNED_HEAD_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/digest.h"
#include "ledger/record_codec.h"

namespace skontro::ledger {

inline constexpr size_t kHeadKeyLength = 32;
inline constexpr size_t kHeadSignatureLength = 64;

// A public key of Ed25519 (RFC 8032).
using HeadKey = std::array<uint8_t, kHeadKeyLength>;

// The SHA-256 of the key, by which people tell keys apart.
Digest HeadKeyId(const HeadKey& key);

struct TreeHead {
  NetworkUid uid{};
  std::string network_id;
  uint64_t size = 0;  // Records: the newest has this sequence.
  Digest root{};
  int64_t time_us = 0;  // When it was signed, since 1970-01-01 UTC.
};

struct SignedHead {
  TreeHead head;
  Digest key_id{};
  std::string signature;  // kHeadSignatureLength bytes.
};

// What is signed: docs/journal_format.md.
std::string HeadBytes(const TreeHead& head);

// The secret half of a network's key.
class SigningKey {
 public:
  // The key of this seed. REQUIRES: 32 bytes that nobody can guess.
  static SigningKey FromSeed(std::string_view seed);

  // The key in `pem`, as ToPem() writes it. INVALID_ARGUMENT for anything that
  // is no secret key of Ed25519.
  static absl::StatusOr<SigningKey> FromPem(std::string_view pem);

  // PKCS #8, as `openssl pkey` reads it.
  std::string ToPem() const;

  const HeadKey& public_key() const { return public_key_; }
  const Digest& id() const { return id_; }

  // The signature is a function of key and head: RFC 8032 draws no random
  // number. About 40 us.
  SignedHead Sign(TreeHead head) const;

 private:
  explicit SigningKey(std::shared_ptr<void> key);

  std::shared_ptr<void> key_;  // Of OpenSSL.
  HeadKey public_key_{};
  Digest id_{};
};

// Whether the head was signed with the secret half of `key`.
bool VerifyHead(const SignedHead& head, const HeadKey& key);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_SIGNED_HEAD_H_
