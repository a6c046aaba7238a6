// The secrets that messages of webhooks are signed with. They are kept nowhere:
// the server makes each of its own secret, which it also makes the digests of
// keys with, of the name of the webhook and of a salt that is in the journal.
// So a copy of the books signs nothing.
//
// Thread safety: pure functions but for NewWebhookSalt(), which may be called
// from any thread.

#ifndef SKONTRO_SERVER_AUTH_WEBHOOK_SECRET_H_
#define SKONTRO_SERVER_AUTH_WEBHOOK_SECRET_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/digest.h"

namespace skontro::server {

// 16 random bytes.
std::string NewWebhookSalt();

// 32 bytes. `server_secret` has 32, too.
std::string WebhookSecret(std::string_view server_secret,
                          std::string_view network, std::string_view id,
                          std::string_view salt);

// What the journal keeps of a secret, to tell whether it is the same.
ledger::Digest WebhookSecretDigest(std::string_view secret);

// As its owner gets it: `whsec_` and base64.
std::string WebhookSecretText(std::string_view secret);

// The value of the header `webhook-signature`, as Standard Webhooks has it:
// `v1,` and base64 of HMAC-SHA-256 over "ID.TIMESTAMP.BODY".
std::string WebhookSignature(std::string_view secret, std::string_view id,
                             int64_t timestamp, std::string_view body);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_WEBHOOK_SECRET_H_
