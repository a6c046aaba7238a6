// Bodies and messages in gzip (RFC 1952), as Connect's clients may send and ask
// for them.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_HTTP_GZIP_H_
#define SKONTRO_SERVER_HTTP_GZIP_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/http/response.h"

namespace skontro::server::http {

// What `bytes` are, in gzip. Takes as long as a copy does, some 10 ns a byte.
std::string Gzip(std::string_view bytes);

// What was in `gzip`, of at most `bytes_max`: what would be longer is given up
// there, however much it claims to be. Returns OUT_OF_RANGE for that, and
// INVALID_ARGUMENT for what is no gzip, is cut off, has a wrong checksum, or
// has something behind its end.
absl::StatusOr<std::string> Gunzip(std::string_view gzip, size_t bytes_max);

// Whether a client that sends this list of codings takes gzip:
// "gzip", "br, gzip;q=0.5", "*". Not one whose q is zero.
bool AcceptsGzip(std::string_view accept_encoding);

// A shorter body is not worth the time.
inline constexpr size_t kGzipBytesMin = 1'024;

// Puts the body of a response into gzip, where that is worth it. For who takes
// it.
void Compress(Response* response);

// What a client is told where Gunzip() returned `status`: FIELD_INVALID.
absl::Status GzipError(const absl::Status& status, size_t bytes_max);

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_GZIP_H_
