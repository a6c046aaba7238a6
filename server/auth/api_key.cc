#include "server/auth/api_key.h"

#include <sodium.h>

#include <array>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

constexpr std::string_view kNetworkPrefix = "skontro.";
constexpr std::string_view kServerPrefix = "skontro-server.";
constexpr size_t kSecretLength = 32;
constexpr size_t kSecretTextLength = 43;

constexpr char kIdLetters[] = "abcdefghijkmnpqrstuvwxyz23456789";
static_assert(sizeof(kIdLetters) == 33);
constexpr size_t kIdLength = 12;

std::string NewSecret() {
  std::array<unsigned char, kSecretLength> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  std::string text(kSecretTextLength + 1, '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  sodium_memzero(bytes.data(), bytes.size());
  text.resize(kSecretTextLength);
  return text;
}

bool IsSecret(std::string_view text) {
  if (text.size() != kSecretTextLength) return false;
  for (const char c : text) {
    const bool known = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!known) return false;
  }
  return true;
}

}  // namespace

std::optional<ApiKeyText> ParseApiKey(std::string_view text) {
  if (text.starts_with(kServerPrefix)) {
    if (!IsSecret(text.substr(kServerPrefix.size()))) return std::nullopt;
    return ApiKeyText{};
  }
  if (!text.starts_with(kNetworkPrefix)) return std::nullopt;
  text.remove_prefix(kNetworkPrefix.size());
  const size_t first = text.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const size_t second = text.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const ApiKeyText key{text.substr(0, first),
                       text.substr(first + 1, second - first - 1)};
  if (!IsId(key.network) || !IsId(key.id) ||
      !IsSecret(text.substr(second + 1))) {
    return std::nullopt;
  }
  return key;
}

std::string NewApiKey(std::string_view network, std::string_view id) {
  return absl::StrCat("skontro.", std::string(network), ".", std::string(id),
                      ".", NewSecret());
}

std::string NewServerKey() { return std::string(kServerPrefix) + NewSecret(); }

std::string NewApiKeyId() {
  std::string id = "k";
  while (id.size() < kIdLength) {
    id.push_back(kIdLetters[randombytes_uniform(sizeof(kIdLetters) - 1)]);
  }
  return id;
}

ledger::Digest ApiKeyDigest(std::string_view secret, std::string_view text) {
  static_assert(crypto_auth_hmacsha256_KEYBYTES == kSecretLength);
  SKONTRO_CHECK(secret.size() == kSecretLength);
  ledger::Digest digest{};
  static_assert(sizeof(digest) == crypto_auth_hmacsha256_BYTES);
  crypto_auth_hmacsha256(
      digest.data(), reinterpret_cast<const unsigned char*>(text.data()),
      text.size(), reinterpret_cast<const unsigned char*>(secret.data()));
  return digest;
}

bool SameDigest(const ledger::Digest& a, const ledger::Digest& b) {
  return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace skontro::server
