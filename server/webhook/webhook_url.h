// Where a webhook is told: a URL, taken apart. Strict, since what one program
// reads in a URL another must not read otherwise.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_WEBHOOK_WEBHOOK_URL_H_
#define SKONTRO_SERVER_WEBHOOK_WEBHOOK_URL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skontro::server {

struct WebhookUrl {
  bool encrypted = true;
  std::string host;  // In lower case; of IPv6 without brackets.
  uint16_t port = 443;
  std::string target;     // Path and query; begins with a slash.
  std::string authority;  // The value of the header `host`.
};

// Takes `https://host[:port][/path][?query]` apart, or the same with `http`.
// nullopt for anything else: a user, a fragment, blanks, letters that are not
// ASCII.
std::optional<WebhookUrl> ParseWebhookUrl(std::string_view text);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_WEBHOOK_WEBHOOK_URL_H_
