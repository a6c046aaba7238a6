#include "server/webhook/webhook_url.h"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace skontro::server {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";
constexpr size_t kHostLengthMax = 253;

bool IsHostName(std::string_view host) {
  if (host.empty() || host.size() > kHostLengthMax) return false;
  char before = '.';
  for (const char c : host) {
    if (c == '.'
            ? before == '.'
            : !absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-') {
      return false;
    }
    before = c;
  }
  return before != '.';
}

bool IsTarget(std::string_view target) {
  return std::all_of(target.begin(), target.end(), [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("\"#<>\\^`{|}").find(c) == std::string_view::npos;
  });
}

bool IsAddressV6(const std::string& text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address_v6(text, error);
  return !error && address.scope_id() == 0;
}

// Takes the host off `rest`, which is left with the colon of a port, or empty.
std::optional<std::string> TakeHost(std::string_view* rest) {
  if (rest->starts_with('[')) {
    const size_t end = rest->find(']');
    if (end == std::string_view::npos) return std::nullopt;
    std::string host(rest->substr(1, end - 1));
    rest->remove_prefix(end + 1);
    if (!IsAddressV6(host)) return std::nullopt;
    return host;
  }
  const size_t end = std::min(rest->find(':'), rest->size());
  const std::string_view host = rest->substr(0, end);
  rest->remove_prefix(end);
  if (!IsHostName(host)) return std::nullopt;
  return std::string(host);
}

}  // namespace

std::optional<WebhookUrl> ParseWebhookUrl(std::string_view text) {
  WebhookUrl url;
  if (text.starts_with(kHttps)) {
    text.remove_prefix(kHttps.size());
  } else if (text.starts_with(kHttp)) {
    text.remove_prefix(kHttp.size());
    url.encrypted = false;
    url.port = 80;
  } else {
    return std::nullopt;
  }
  const size_t end = std::min(text.find_first_of("/?"), text.size());
  std::string_view rest = text.substr(0, end);
  url.target = std::string(text.substr(end));
  if (!url.target.starts_with('/')) url.target = absl::StrCat("/", url.target);
  if (!IsTarget(url.target)) return std::nullopt;
  url.authority = std::string(rest);
  std::optional<std::string> host = TakeHost(&rest);
  if (!host.has_value()) return std::nullopt;
  url.host = absl::AsciiStrToLower(*host);
  if (rest.empty()) return url;
  uint32_t port = 0;
  rest.remove_prefix(1);
  if (rest.empty() || rest.size() > 5 ||
      !std::all_of(rest.begin(), rest.end(),
                   [](char c) { return c >= '0' && c <= '9'; }) ||
      !absl::SimpleAtoi(std::string(rest), &port) || port == 0 ||
      port > 65'535) {
    return std::nullopt;
  }
  url.port = static_cast<uint16_t>(port);
  return url;
}

}  // namespace skontro::server
