#include "server/http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ledger/base/check.h"
#include "ledger/base/reason.h"

namespace skontro::server::http {
namespace {

// Of zlib: with the head and the foot of gzip, and none but those.
constexpr int kGzipWindowBits = 15 + 16;
constexpr int kMemoryLevel = 8;

constexpr size_t kPieceBytes = 64 * 1024;

z_stream StreamOver(std::string_view bytes) {
  SKONTRO_CHECK(bytes.size() < std::numeric_limits<uInt>::max());
  z_stream stream{};
  // zlib does not write there; its interface is older than const.
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(bytes.size());
  return stream;
}

// Reads on into `out`, which is cut to what came.
int ReadPiece(z_stream* stream, size_t bytes, std::string* out) {
  const size_t before = out->size();
  out->resize(before + bytes);
  stream->next_out = reinterpret_cast<Bytef*>(out->data() + before);
  stream->avail_out = static_cast<uInt>(bytes);
  const int result = inflate(stream, Z_NO_FLUSH);
  out->resize(before + bytes - stream->avail_out);
  return result;
}

// Whether "q=0", "q=0.", "q=0.00" is among the parameters of a coding.
bool IsRefused(absl::string_view parameters) {
  for (absl::string_view one : absl::StrSplit(parameters, ';')) {
    one = absl::StripAsciiWhitespace(one);
    if (!absl::StartsWithIgnoreCase(one, "q=")) continue;
    one.remove_prefix(2);
    return !one.empty() && one.front() == '0' &&
           one.find_first_not_of("0.") == absl::string_view::npos;
  }
  return false;
}

}  // namespace

std::string Gzip(std::string_view bytes) {
  z_stream stream = StreamOver(bytes);
  SKONTRO_CHECK(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindowBits,
                             kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())),
                  '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  SKONTRO_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

absl::StatusOr<std::string> Gunzip(std::string_view gzip, size_t bytes_max) {
  z_stream stream = StreamOver(gzip);
  SKONTRO_CHECK(inflateInit2(&stream, kGzipWindowBits) == Z_OK);
  std::string out;
  int result = Z_OK;
  // One byte more than is allowed shows that there is more.
  while (result == Z_OK && out.size() <= bytes_max) {
    result = ReadPiece(&stream,
                       std::min(kPieceBytes, bytes_max + 1 - out.size()), &out);
  }
  const bool is_all = stream.avail_in == 0;
  inflateEnd(&stream);
  if (out.size() > bytes_max) {
    return absl::OutOfRangeError(
        "a gzip that is too long when it is taken out");
  }
  if (result != Z_STREAM_END || !is_all) {
    return absl::InvalidArgumentError(
        "bytes that are no gzip, or not one whole gzip");
  }
  return out;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  bool any = false;
  for (const absl::string_view one : absl::StrSplit(
           absl::string_view(accept_encoding.data(), accept_encoding.size()),
           ',')) {
    const size_t end = std::min(one.find(';'), one.size());
    const absl::string_view name =
        absl::StripAsciiWhitespace(one.substr(0, end));
    const bool refused = IsRefused(one.substr(end));
    if (absl::EqualsIgnoreCase(name, "gzip")) return !refused;
    if (name == "*") any = !refused;
  }
  return any;
}

void Compress(Response* response) {
  response->headers.emplace_back("Vary", "Accept-Encoding");
  if (response->body.size() < kGzipBytesMin) return;
  response->body = Gzip(response->body);
  response->headers.emplace_back("Content-Encoding", "gzip");
}

absl::Status GzipError(const absl::Status& status, size_t bytes_max) {
  return ToStatus(
      FieldInvalid("(message)", std::string(status.message()),
                   absl::StrCat("one message in gzip, of at most ", bytes_max,
                                " bytes when it is taken out")));
}

}  // namespace skontro::server::http
