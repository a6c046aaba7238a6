#include "server/webhook/webhook_access.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace skontro::server {
namespace {

namespace ip = boost::asio::ip;

// What the registry of special purposes has: nobody's, or somebody's own.
// https://www.iana.org/assignments/iana-ipv4-special-registry
constexpr const char* kSpecialV4[] = {
    "0.0.0.0/8",       "10.0.0.0/8",      "100.64.0.0/10",   "127.0.0.0/8",
    "169.254.0.0/16",  "172.16.0.0/12",   "192.0.0.0/24",    "192.0.2.0/24",
    "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",  "192.168.0.0/16",
    "192.175.48.0/24", "198.18.0.0/15",   "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4",     "240.0.0.0/4"};

// Within 2000::/3, of which all that is public is a part: what has an address
// of the older kind in it, and what is for documents and tests.
constexpr const char* kPublicV6 = "2000::/3";
constexpr const char* kSpecialV6[] = {"2001::/23", "2001:db8::/32", "2002::/16",
                                      "3fff::/20"};

bool IsIn(const ip::network_v4& network, const ip::address_v4& address) {
  const uint32_t mask = network.netmask().to_uint();
  return (address.to_uint() & mask) == (network.address().to_uint() & mask);
}

bool IsIn(const ip::network_v6& network, const ip::address_v6& address) {
  const ip::address_v6::bytes_type a = address.to_bytes();
  const ip::address_v6::bytes_type b = network.address().to_bytes();
  for (unsigned bit = 0; bit < network.prefix_length(); ++bit) {
    const unsigned char mask = static_cast<unsigned char>(0x80u >> (bit % 8));
    if (((a[bit / 8] ^ b[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

// An address of the older kind that is written as one of the newer.
ip::address Unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

bool IsPattern(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
           c == '-' || c == ':';
  });
}

bool Matches(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  return host.size() > pattern.size() - 1 && host.ends_with(pattern.substr(1));
}

}  // namespace

bool IsPublicAddress(const ip::address& given) {
  const ip::address address = Unmapped(given);
  if (address.is_v4()) {
    return std::none_of(
        std::begin(kSpecialV4), std::end(kSpecialV4), [&](const char* network) {
          return IsIn(ip::make_network_v4(network), address.to_v4());
        });
  }
  return IsIn(ip::make_network_v6(kPublicV6), address.to_v6()) &&
         std::none_of(std::begin(kSpecialV6), std::end(kSpecialV6),
                      [&](const char* network) {
                        return IsIn(ip::make_network_v6(network),
                                    address.to_v6());
                      });
}

absl::StatusOr<WebhookAccess> WebhookAccess::Of(const WebhookOptions& options) {
  WebhookAccess access;
  access.plain_http_ = options.plain_http;
  for (const std::string& text : options.networks) {
    boost::system::error_code error_v4;
    boost::system::error_code error_v6;
    const ip::network_v4 v4 = ip::make_network_v4(text, error_v4);
    const ip::network_v6 v6 = ip::make_network_v6(text, error_v6);
    if (!error_v4) {
      access.networks_v4_.push_back(v4);
    } else if (!error_v6) {
      access.networks_v6_.push_back(v6);
    } else {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", text, "' is no network; try 10.1.0.0/16 or fd00::/8"));
    }
  }
  for (const std::string& host : options.hosts) {
    if (!IsPattern(host)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", host, "' is no host; try erp.example.org or *.example.org"));
    }
    access.hosts_.push_back(absl::AsciiStrToLower(host));
  }
  return access;
}

std::optional<std::string> WebhookAccess::WhyNot(const WebhookUrl& url) const {
  if (!url.encrypted && !plain_http_) return "a URL of https";
  if (!hosts_.empty() &&
      std::none_of(hosts_.begin(), hosts_.end(), [&](const std::string& host) {
        return Matches(host, url.host);
      })) {
    return absl::StrCat("a host that the operator lets be called: ",
                        absl::StrJoin(hosts_, ", "));
  }
  boost::system::error_code error;
  const ip::address address = ip::make_address(url.host, error);
  if (!error && !MayCall(address)) {
    return "an address of the public internet, or one that the operator lets "
           "be called";
  }
  return std::nullopt;
}

bool WebhookAccess::MayCall(const ip::address& given) const {
  const ip::address address = Unmapped(given);
  if (IsPublicAddress(address)) return true;
  if (address.is_v4()) {
    return std::any_of(
        networks_v4_.begin(), networks_v4_.end(),
        [&](const auto& network) { return IsIn(network, address.to_v4()); });
  }
  return std::any_of(
      networks_v6_.begin(), networks_v6_.end(),
      [&](const auto& network) { return IsIn(network, address.to_v6()); });
}

}  // namespace skontro::server
