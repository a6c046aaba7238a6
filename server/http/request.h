// A request as it came: what we look at of its head, and its body.

#ifndef SKONTRO_SERVER_HTTP_REQUEST_H_
#define SKONTRO_SERVER_HTTP_REQUEST_H_

#include <optional>
#include <string>

namespace skontro::server::http {

// A header that did not come is empty; one of these that came twice was
// refused.
struct Request {
  std::string method;
  std::string path;  // The target without its query.
  std::string host;
  std::string origin;
  std::string content_type;
  std::string content_encoding;
  std::string accept_encoding;
  std::string connect_content_encoding;
  std::string connect_accept_encoding;
  std::string connect_protocol_version;
  std::string connect_timeout_ms;
  // Also an empty one is a credential, of nobody: never the same as none.
  std::optional<std::string> authorization;
  std::string expect;
  std::string access_control_request_method;
  bool is_http_1_0 = false;
  bool keep_alive = false;
  bool has_body = false;
  std::string body;
};

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_REQUEST_H_
