#include "ledger/digest.h"

// A record takes a few short hashes, and there the functions that dispatch on
// the algorithm take nearly as long as the hash itself. These, for SHA-256
// alone, are deprecated since OpenSSL 3.0 in favour of providers, and run the
// same instructions.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "ledger/base/check.h"

namespace skontro::ledger {

struct Sha256::Context {
  SHA256_CTX hash{};
};

std::string_view BytesOf(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string ToHex(const Digest& digest) {
  const std::string_view bytes = BytesOf(digest);
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

Digest DigestFromBytes(std::string_view bytes) {
  Digest digest;
  SKONTRO_CHECK(bytes.size() == digest.size());
  std::memcpy(digest.data(), bytes.data(), digest.size());
  return digest;
}

Sha256::Sha256() : context_(std::make_unique<Context>()) {}

Sha256::~Sha256() = default;

void Sha256::Begin() { SKONTRO_CHECK(SHA256_Init(&context_->hash) == 1); }

void Sha256::Add(std::string_view bytes) {
  SKONTRO_CHECK(SHA256_Update(&context_->hash, bytes.data(), bytes.size()) ==
                1);
}

Digest Sha256::Finish() {
  Digest digest;
  SKONTRO_CHECK(SHA256_Final(digest.data(), &context_->hash) == 1);
  return digest;
}

Digest HashOf(std::string_view bytes) {
  thread_local Sha256 hash;
  hash.Begin();
  hash.Add(bytes);
  return hash.Finish();
}

Digest CommitmentOf(std::string_view salt, std::string_view text) {
  thread_local Sha256 hash;
  hash.Begin();
  hash.Add(salt);
  hash.Add(text);
  return hash.Finish();
}

}  // namespace skontro::ledger
