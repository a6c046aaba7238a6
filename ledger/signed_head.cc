#include "ledger/signed_head.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <utility>

#include "ledger/base/check.h"
#include "ledger/big_endian.h"

namespace skontro::ledger {
namespace {

// Says what the bytes are, so that no other signature is taken for one of
// these.
constexpr std::string_view kContext = "skontro tree head 1\n";

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

EVP_PKEY* KeyIn(const std::shared_ptr<void>& key) {
  return static_cast<EVP_PKEY*>(key.get());
}

std::shared_ptr<void> Owned(EVP_PKEY* key) {
  return {key, [](void* gone) { EVP_PKEY_free(static_cast<EVP_PKEY*>(gone)); }};
}

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Context NewContext() {
  Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  SKONTRO_CHECK(context != nullptr);
  return context;
}

using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

}  // namespace

Digest HeadKeyId(const HeadKey& key) {
  return HashOf({reinterpret_cast<const char*>(key.data()), key.size()});
}

std::string HeadBytes(const TreeHead& head) {
  std::string bytes(kContext);
  bytes.append(reinterpret_cast<const char*>(head.uid.data()), head.uid.size());
  SKONTRO_CHECK(head.network_id.size() <= UINT8_MAX);
  AppendBigEndian(&bytes, static_cast<uint8_t>(head.network_id.size()));
  bytes.append(head.network_id);
  AppendBigEndian(&bytes, head.size);
  bytes.append(BytesOf(head.root));
  AppendBigEndian(&bytes, head.time_us);
  return bytes;
}

SigningKey::SigningKey(std::shared_ptr<void> key) : key_(std::move(key)) {
  size_t length = public_key_.size();
  SKONTRO_CHECK(EVP_PKEY_get_raw_public_key(KeyIn(key_), public_key_.data(),
                                            &length) == 1);
  SKONTRO_CHECK(length == public_key_.size());
  id_ = HeadKeyId(public_key_);
}

SigningKey SigningKey::FromSeed(std::string_view seed) {
  SKONTRO_CHECK(seed.size() == kHeadKeyLength);
  EVP_PKEY* const key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                                     Bytes(seed), seed.size());
  SKONTRO_CHECK(key != nullptr);
  return SigningKey(Owned(key));
}

absl::StatusOr<SigningKey> SigningKey::FromPem(std::string_view pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                      &BIO_free);
  SKONTRO_CHECK(memory != nullptr);
  // A key that wants a password is none of ours; nobody is there to be asked.
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(
      memory.get(), nullptr, [](char*, int, int, void*) { return -1; },
      nullptr);
  if (key == nullptr) {
    return absl::InvalidArgumentError("no secret key in PEM");
  }
  std::shared_ptr<void> owned = Owned(key);
  if (EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) {
    return absl::InvalidArgumentError("a secret key, but not of Ed25519");
  }
  return SigningKey(std::move(owned));
}

std::string SigningKey::ToPem() const {
  const Memory memory(BIO_new(BIO_s_mem()), &BIO_free);
  SKONTRO_CHECK(memory != nullptr);
  SKONTRO_CHECK(PEM_write_bio_PKCS8PrivateKey(memory.get(), KeyIn(key_),
                                              nullptr, nullptr, 0, nullptr,
                                              nullptr) == 1);
  char* data = nullptr;
  const auto length = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<size_t>(length)};
}

SignedHead SigningKey::Sign(TreeHead head) const {
  SignedHead out;
  out.head = std::move(head);
  out.key_id = id_;
  const std::string bytes = HeadBytes(out.head);
  out.signature.resize(kHeadSignatureLength);
  size_t length = out.signature.size();
  const Context context = NewContext();
  SKONTRO_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr,
                                   KeyIn(key_)) == 1);
  SKONTRO_CHECK(
      EVP_DigestSign(context.get(),
                     reinterpret_cast<unsigned char*>(out.signature.data()),
                     &length, Bytes(bytes), bytes.size()) == 1);
  SKONTRO_CHECK(length == kHeadSignatureLength);
  return out;
}

bool VerifyHead(const SignedHead& head, const HeadKey& key) {
  if (head.key_id != HeadKeyId(key)) return false;
  EVP_PKEY* const raw = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                    key.data(), key.size());
  if (raw == nullptr) return false;
  const std::shared_ptr<void> owned = Owned(raw);
  const std::string bytes = HeadBytes(head.head);
  const Context context = NewContext();
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, raw) ==
             1 &&
         EVP_DigestVerify(context.get(), Bytes(head.signature),
                          head.signature.size(), Bytes(bytes),
                          bytes.size()) == 1;
}

}  // namespace skontro::ledger
