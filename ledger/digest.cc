#include "ledger/digest.h"

#include <openssl/evp.h>

#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "ledger/base/check.h"

namespace skontro::ledger {

namespace {

// Fetched once, and never freed: fetching it for every hash, as the one-shot
// functions do, costs more than hashing a short record.
const EVP_MD* Algorithm() {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  SKONTRO_CHECK(kSha256 != nullptr);
  return kSha256;
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* hash = nullptr;
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

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  context_->hash = EVP_MD_CTX_new();
  SKONTRO_CHECK(context_->hash != nullptr);
}

Sha256::~Sha256() { EVP_MD_CTX_free(context_->hash); }

void Sha256::Begin() {
  SKONTRO_CHECK(EVP_DigestInit_ex2(context_->hash, Algorithm(), nullptr) == 1);
}

void Sha256::Add(std::string_view bytes) {
  SKONTRO_CHECK(EVP_DigestUpdate(context_->hash, bytes.data(), bytes.size()) ==
                1);
}

Digest Sha256::Finish() {
  Digest digest;
  SKONTRO_CHECK(EVP_DigestFinal_ex(context_->hash, digest.data(), nullptr) ==
                1);
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
