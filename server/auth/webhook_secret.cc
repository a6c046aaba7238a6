#include "server/auth/webhook_secret.h"

#include <sodium.h>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"

namespace skontro::server {
namespace {

constexpr size_t kSaltLength = 16;
constexpr size_t kSecretLength = crypto_auth_hmacsha256_BYTES;
static_assert(crypto_auth_hmacsha256_KEYBYTES == kSecretLength);

// What else is made of the server's secret begins otherwise: the text of a key
// with `skontro.` or `skontro-server.`.
constexpr std::string_view kPurpose = "webhook secret";

std::string Hmac(std::string_view key, std::string_view text) {
  SKONTRO_CHECK(key.size() == kSecretLength);
  std::string mac(kSecretLength, '\0');
  crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(mac.data()),
                         reinterpret_cast<const unsigned char*>(text.data()),
                         text.size(),
                         reinterpret_cast<const unsigned char*>(key.data()));
  return mac;
}

std::string Base64(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.resize(text.size() - 1);  // The zero behind it.
  return text;
}

}  // namespace

std::string NewWebhookSalt() {
  std::string salt(kSaltLength, '\0');
  randombytes_buf(salt.data(), salt.size());
  return salt;
}

std::string WebhookSecret(std::string_view server_secret,
                          std::string_view network, std::string_view id,
                          std::string_view salt) {
  std::string text(kPurpose);
  for (const std::string_view part : {network, id, salt}) {
    text.push_back('\0');
    text.append(part);
  }
  return Hmac(server_secret, text);
}

ledger::Digest WebhookSecretDigest(std::string_view secret) {
  return ledger::HashOf(secret);
}

std::string WebhookSecretText(std::string_view secret) {
  return absl::StrCat("whsec_", Base64(secret));
}

std::string WebhookSignature(std::string_view secret, std::string_view id,
                             int64_t timestamp, std::string_view body) {
  std::string text(id);
  absl::StrAppend(&text, ".", timestamp, ".");
  text.append(body);
  return absl::StrCat("v1,", Base64(Hmac(secret, text)));
}

}  // namespace skontro::server
