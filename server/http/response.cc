#include "server/http/response.h"

#include <boost/beast/http/status.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ledger/base/check.h"

namespace skontro::server::http {
namespace {

std::string PhraseOf(int status) {
  if (status == 499) return "Client Closed Request";
  return std::string(boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status))));
}

}  // namespace

std::string ToBytes(const Response& response, BodyForm form, bool keep_alive) {
  std::string bytes = absl::StrCat(
      "HTTP/1.1 ", response.status, " ", PhraseOf(response.status),
      "\r\nDate: ",
      absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(),
                       absl::UTCTimeZone()),
      "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
  if (form == BodyForm::kChunked) {
    absl::StrAppend(&bytes, "Transfer-Encoding: chunked\r\n");
  } else if (response.status != 204) {
    absl::StrAppend(&bytes, "Content-Length: ", response.body.size(), "\r\n");
  }
  if (response.status != 204) {
    absl::StrAppend(&bytes, "Content-Type: ", response.content_type, "\r\n");
  }
  for (const auto& [name, value] : response.headers) {
    absl::StrAppend(&bytes, name, ": ", value, "\r\n");
  }
  absl::StrAppend(&bytes, "Connection: ", keep_alive ? "keep-alive" : "close",
                  "\r\n\r\n");
  if (form == BodyForm::kWhole) bytes.append(response.body);
  return bytes;
}

std::string ChunkOf(std::string_view bytes) {
  SKONTRO_CHECK(!bytes.empty());
  std::string chunk =
      absl::StrCat(absl::Hex(static_cast<uint64_t>(bytes.size())), "\r\n");
  chunk.append(bytes);
  chunk.append("\r\n");
  return chunk;
}

}  // namespace skontro::server::http
