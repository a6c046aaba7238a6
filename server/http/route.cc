#include "server/http/route.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/http/connect.h"
#include "server/http/gzip.h"
#include "server/server.h"

namespace skontro::server::http {
namespace {

constexpr std::array<std::pair<std::string_view, Page>, 4> kPages = {
    {{"/healthz", Page::kHealth},
     {"/readyz", Page::kReady},
     {"/metrics", Page::kMetrics},
     {"/openapi.json", Page::kOpenApi}}};

constexpr char kOurs[] = "/skontro.v1.";
constexpr char kAllowedHeaders[] =
    "Authorization, Connect-Accept-Encoding, Connect-Content-Encoding, "
    "Connect-Protocol-Version, Connect-Timeout-Ms, Content-Encoding, "
    "Content-Type";

Response MethodNotAllowed(const char* allowed) {
  Response response =
      ErrorResponse(405, grpc::StatusCode::UNIMPLEMENTED,
                    absl::StrCat("this path answers ", allowed, " only"));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

Response NotFound(const std::string& path) {
  return ErrorResponse(404, grpc::StatusCode::UNIMPLEMENTED,
                       absl::StrCat("there is no ", absl::CHexEscape(path),
                                    "; /openapi.json lists every method"));
}

Response BadRequest(const std::string& message) {
  return ErrorResponse(400, grpc::StatusCode::INVALID_ARGUMENT, message);
}

bool IsAllowed(const std::string& origin, const Options& options) {
  return std::find(options.cors_origins.begin(), options.cors_origins.end(),
                   origin) != options.cors_origins.end();
}

// Whether the Host names this machine's loopback, with or without a port.
bool IsLoopbackHost(const std::string& host) {
  const bool has_port = host.find(':') != std::string::npos &&
                        host.back() != ']' &&
                        (host.front() != '[' || absl::StrContains(host, "]:"));
  return IsLoopback(has_port ? host : absl::StrCat(host, ":0"));
}

Response Preflight(const Request& request, const Options& options) {
  Response response;
  response.status = 204;
  AddCorsHeaders(request, options, &response);
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST");
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                kAllowedHeaders);
  response.headers.emplace_back("Access-Control-Max-Age", "7200");
  return response;
}

// The media type without its parameters; only charset=utf-8 may be one.
std::string MediaType(const std::string& content_type) {
  const size_t semicolon = content_type.find(';');
  const std::string parameters =
      semicolon == std::string::npos
          ? ""
          : absl::AsciiStrToLower(absl::StrReplaceAll(
                content_type.substr(semicolon), {{" ", ""}, {"\"", ""}}));
  if (!parameters.empty() && parameters != ";charset=utf-8") return "";
  return absl::AsciiStrToLower(
      absl::StripAsciiWhitespace(content_type.substr(0, semicolon)));
}

bool IsIdentity(const std::string& encoding) {
  return encoding.empty() || absl::EqualsIgnoreCase(encoding, "identity");
}

Response WrongType(const std::string& wanted) {
  Response response = ErrorResponse(
      415, grpc::StatusCode::INVALID_ARGUMENT,
      absl::StrCat("the Content-Type of this method is application/", wanted,
                   "json or application/", wanted, "proto"));
  response.headers.emplace_back(
      "Accept-Post", absl::StrCat("application/", wanted, "json, application/",
                                  wanted, "proto"));
  return response;
}

Route RouteOfCall(const Request& request) {
  std::string name = request.path.substr(1);
  std::replace(name.begin(), name.end(), '/', '.');
  CallRoute route;
  route.method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
          name);
  // The path has to be ours to the letter, not only after the replacement.
  if (route.method == nullptr || route.path() != request.path) {
    return NotFound(request.path);
  }
  if (request.method != "POST") return MethodNotAllowed("POST");
  if (route.method->client_streaming()) {
    return ErrorResponse(501, grpc::StatusCode::UNIMPLEMENTED,
                         "a client cannot stream over HTTP/1.1; call this "
                         "method with gRPC");
  }
  const bool streams = route.method->server_streaming();
  const std::string type = MediaType(request.content_type);
  const std::string wanted = streams ? "connect+" : "";
  if (type != absl::StrCat("application/", wanted, "json") &&
      type != absl::StrCat("application/", wanted, "proto")) {
    return WrongType(wanted);
  }
  if (streams && request.is_http_1_0) {
    return ErrorResponse(505, grpc::StatusCode::UNIMPLEMENTED,
                         "a stream needs HTTP/1.1");
  }
  route.is_json = absl::EndsWith(type, "json");
  if (!request.connect_protocol_version.empty() &&
      request.connect_protocol_version != "1") {
    return BadRequest("Connect-Protocol-Version is 1, or left out");
  }
  if (!request.connect_timeout_ms.empty()) {
    route.timeout = ParseTimeout(request.connect_timeout_ms);
    if (!route.timeout.has_value()) {
      return BadRequest("Connect-Timeout-Ms is a number of 1 to 10 digits");
    }
  }
  // A stream is compressed message by message, and never as a whole.
  const std::string& encoding =
      streams ? request.connect_content_encoding : request.content_encoding;
  const std::string& other =
      streams ? request.content_encoding : request.connect_content_encoding;
  route.request_is_gzip = absl::EqualsIgnoreCase(encoding, "gzip");
  if ((!route.request_is_gzip && !IsIdentity(encoding)) || !IsIdentity(other)) {
    return ErrorResponse(
        501, grpc::StatusCode::UNIMPLEMENTED,
        absl::StrCat("the encodings that are supported are gzip and identity, "
                     "as ",
                     streams ? "Connect-Content-Encoding" : "Content-Encoding",
                     " of this method"));
  }
  route.response_may_be_gzip = AcceptsGzip(
      streams ? request.connect_accept_encoding : request.accept_encoding);
  const auto is_visible = [](char c) { return c >= 0x20 && c < 0x7f; };
  const std::string authorization = request.authorization.value_or("");
  if (!std::all_of(authorization.begin(), authorization.end(), is_visible)) {
    return BadRequest("Authorization has a character that is not ASCII");
  }
  return route;
}

}  // namespace

std::string CallRoute::path() const {
  return absl::StrCat("/", method->service()->full_name(), "/", method->name());
}

bool IsOrigin(std::string_view origin) {
  const size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const std::string_view host = origin.substr(scheme + 3);
  return !host.empty() && std::all_of(origin.begin(), origin.end(), [](char c) {
    return c > ' ' && c < 0x7f;
  }) && host.find_first_of("/?#@*") == std::string_view::npos;
}

void AddCorsHeaders(const Request& request, const Options& options,
                    Response* response) {
  if (options.cors_origins.empty()) return;
  response->headers.emplace_back("Vary", "Origin");
  if (!IsAllowed(request.origin, options)) return;
  response->headers.emplace_back("Access-Control-Allow-Origin", request.origin);
}

Route RouteOf(const Request& request, const Options& options,
              bool loopback_only) {
  if (request.path.empty() || request.path.front() != '/') {
    return BadRequest("the target of a request begins with /");
  }
  if (loopback_only && !request.host.empty() && !IsLoopbackHost(request.host)) {
    return ErrorResponse(421, grpc::StatusCode::PERMISSION_DENIED,
                         "this server is localhost and no other host");
  }
  if (!request.origin.empty() && !IsAllowed(request.origin, options)) {
    return ErrorResponse(403, grpc::StatusCode::PERMISSION_DENIED,
                         "pages from this origin may not call; the operator "
                         "allows an origin with --http-cors-origin");
  }
  if (request.method == "OPTIONS" && !request.origin.empty() &&
      !request.access_control_request_method.empty()) {
    return Preflight(request, options);
  }
  for (const auto& [path, page] : kPages) {
    if (request.path != path) continue;
    if (request.method != "GET") return MethodNotAllowed("GET");
    return page;
  }
  if (!absl::StartsWith(request.path, kOurs)) return NotFound(request.path);
  return RouteOfCall(request);
}

}  // namespace skontro::server::http
