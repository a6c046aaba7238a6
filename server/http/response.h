// A response, and its bytes.

#ifndef SKONTRO_SERVER_HTTP_RESPONSE_H_
#define SKONTRO_SERVER_HTTP_RESPONSE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skontro::server::http {

inline constexpr char kJson[] = "application/json";

struct Response {
  int status = 200;
  std::string content_type = kJson;
  std::string body;
  // Ours, so never with a line end in them.
  std::vector<std::pair<std::string, std::string>> headers;
};

enum class BodyForm {
  kWhole,    // Content-Length, and the body.
  kChunked,  // The head alone; chunks follow.
};

// The bytes of the head and, if it is whole, the body.
std::string ToBytes(const Response& response, BodyForm form, bool keep_alive);

// One chunk of a chunked body, and what ends it. REQUIRES: `bytes` is not
// empty.
std::string ChunkOf(std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_RESPONSE_H_
