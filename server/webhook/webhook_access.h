// Whom webhooks may call. Who makes a webhook chooses the URL, and the server
// calls it from inside the operator's network: without bounds it would knock at
// doors there for anybody who has a key.
//
// So a URL is https, its host is one that the operator names (any, where he
// names none), and the address that is called in the end is one of the public
// internet, or in a network that the operator names. Addresses are looked at
// after the name was resolved, and those alone are called: a name that means
// another address a moment later gains nothing.
//
// Thread safety: const methods from any thread.

#ifndef SKONTRO_SERVER_WEBHOOK_WEBHOOK_ACCESS_H_
#define SKONTRO_SERVER_WEBHOOK_WEBHOOK_ACCESS_H_

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/webhook/webhook_options.h"
#include "server/webhook/webhook_url.h"

namespace skontro::server {

class WebhookAccess {
 public:
  // Returns INVALID_ARGUMENT for networks and hosts that are none.
  static absl::StatusOr<WebhookAccess> Of(const WebhookOptions& options);

  // What would be allowed instead of this URL; nullopt where it is allowed.
  std::optional<std::string> WhyNot(const WebhookUrl& url) const;

  // Whether that address may be called.
  bool MayCall(const boost::asio::ip::address& address) const;

 private:
  WebhookAccess() = default;

  bool plain_http_ = false;
  std::vector<std::string> hosts_;
  std::vector<boost::asio::ip::network_v4> networks_v4_;
  std::vector<boost::asio::ip::network_v6> networks_v6_;
};

// Whether it is an address of the public internet.
bool IsPublicAddress(const boost::asio::ip::address& address);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_WEBHOOK_WEBHOOK_ACCESS_H_
