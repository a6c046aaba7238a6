// The text of a key, as a client sends it, and what the server keeps of it.
//
//   skontro.NETWORK.ID.SECRET    a key of a network
//   skontro-server.SECRET        the key of who runs the server
//
// SECRET is 256 random bits in URL-safe base64, 43 characters. The server keeps
// HMAC-SHA-256 of the whole text under a secret of its own: who reads the
// journal, or a copy of it, can neither use a key nor try keys.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_AUTH_API_KEY_H_
#define SKONTRO_SERVER_AUTH_API_KEY_H_

#include <optional>
#include <string>
#include <string_view>

#include "ledger/digest.h"

namespace skontro::server {

// The key's text taken apart; views into it.
struct ApiKeyText {
  std::string_view network;  // Empty for the key of who runs the server.
  std::string_view id;
};

// Nothing for a text that is no key.
std::optional<ApiKeyText> ParseApiKey(std::string_view text);

// A new key, from the operating system's source of random numbers.
std::string NewApiKey(std::string_view network, std::string_view id);
std::string NewServerKey();

// An id that no other key is likely to have.
std::string NewApiKeyId();

// What is kept of a key. REQUIRES: `secret` has 32 bytes.
ledger::Digest ApiKeyDigest(std::string_view secret, std::string_view text);

// Compares in a time that does not depend on what differs.
bool SameDigest(const ledger::Digest& a, const ledger::Digest& b);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_API_KEY_H_
