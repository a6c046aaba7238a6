// What a request wants, as its head says: one of our pages, or a call of a
// service; or the response that refuses it before its body is read.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_HTTP_ROUTE_H_
#define SKONTRO_SERVER_HTTP_ROUTE_H_

#include <google/protobuf/descriptor.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/time/time.h"
#include "server/http/options.h"
#include "server/http/request.h"
#include "server/http/response.h"

namespace skontro::server::http {

enum class Page { kHealth, kReady, kMetrics, kOpenApi };

struct CallRoute {
  const google::protobuf::MethodDescriptor* method = nullptr;
  bool is_json = true;
  // Of a stream: that its messages may be, each for itself.
  bool request_is_gzip = false;
  bool response_may_be_gzip = false;
  std::optional<absl::Duration> timeout;

  // Such as "/skontro.v1.TradeService/GetTrade".
  std::string path() const;
};

using Route = std::variant<Page, CallRoute, Response>;

// A browser's page that was made to believe that this machine's loopback is its
// own site says so in Host: with `loopback_only` only names of the loopback
// are answered.
Route RouteOf(const Request& request, const Options& options,
              bool loopback_only);

// Adds what a browser wants to hear, where its origin is one of the options'.
void AddCorsHeaders(const Request& request, const Options& options,
                    Response* response);

// Whether `origin` is scheme://host or scheme://host:port, as browsers send it.
bool IsOrigin(std::string_view origin);

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_ROUTE_H_
