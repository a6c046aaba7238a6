#include "server/auth/credentials.h"

#include <sodium.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"
#include "server/auth/api_key.h"
#include "server/auth/secret_file.h"

namespace skontro::server {
namespace {

constexpr size_t kSecretLength = 32;

absl::Status NotUsable(const std::string& path, absl::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, " does not hold ", what,
                   "; put it back from a copy, or remove it and let the next "
                   "start make another (all keys that were given out are then "
                   "of no use)"));
}

absl::StatusOr<std::string> LoadSecret(const std::string& path) {
  bool made = false;
  SKONTRO_ASSIGN_OR_RETURN(std::string bytes,
                           ReadOrMakeSecretFile(
                               path,
                               [] {
                                 std::string secret(kSecretLength, '\0');
                                 randombytes_buf(secret.data(), secret.size());
                                 return secret;
                               },
                               &made));
  if (bytes.size() != kSecretLength) return NotUsable(path, "32 bytes");
  return bytes;
}

}  // namespace

std::string ServerKeyPath(const std::string& data_directory) {
  return absl::StrCat(data_directory, "/operator.key");
}

absl::StatusOr<Credentials> LoadCredentials(const std::string& data_directory) {
  Credentials credentials;
  SKONTRO_ASSIGN_OR_RETURN(
      credentials.secret,
      LoadSecret(absl::StrCat(data_directory, "/api_key_secret")));
  const std::string path = ServerKeyPath(data_directory);
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string text,
      ReadOrMakeSecretFile(
          path, [] { return NewServerKey() + "\n"; }, &credentials.is_new));
  credentials.server_key = std::string(absl::StripAsciiWhitespace(text));
  const auto parsed = ParseApiKey(credentials.server_key);
  if (!parsed.has_value() || !parsed->network.empty()) {
    return NotUsable(path, "the key of who runs a server");
  }
  return credentials;
}

}  // namespace skontro::server
