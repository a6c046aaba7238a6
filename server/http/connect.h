// The Connect protocol's words: https://connectrpc.com/docs/protocol. Errors in
// JSON, their HTTP statuses, and the envelopes of streams.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_HTTP_CONNECT_H_
#define SKONTRO_SERVER_HTTP_CONNECT_H_

#include <grpcpp/support/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"
#include "server/http/response.h"

namespace skontro::server::http {

// Such as "not_found"; "unknown" for a number that is no code of gRPC.
std::string_view ConnectCode(int code);

// Such as 404.
int HttpStatusOf(int code);

// What a call ended with, with its details where it has them.
google::rpc::Status StatusOf(const grpc::Status& status);

// {"code":"not_found","message":"...","details":[{"type":"google.rpc.ErrorInfo",
// "value":"<base64>","debug":{...}}]}
std::string ErrorJson(const google::rpc::Status& status);

// A unary call's error.
Response ErrorResponse(const google::rpc::Status& status);

// An error of HTTP itself, which no service answered.
Response ErrorResponse(int http_status, grpc::StatusCode code,
                       std::string_view message);

// --- Streams -----------------------------------------------------------------

inline constexpr size_t kEnvelopeHeadBytes = 5;

// A message of a stream, as it is or in gzip, and the last one: `{}`, or with
// the error.
std::string Envelope(std::string_view message, bool is_gzip = false);
std::string EndEnvelope(const google::rpc::Status& status);

// The one message of the request of a server stream. Returns FIELD_INVALID
// where `body` is something else, or where it is compressed and `may_be_gzip`
// is false.
struct OnlyMessage {
  std::string_view bytes;
  bool is_gzip = false;
};
absl::StatusOr<OnlyMessage> OnlyMessageOf(std::string_view body,
                                          bool may_be_gzip);

// --- Headers -----------------------------------------------------------------

// The time that a call has: at most ten digits of milliseconds. nullopt for
// anything else.
std::optional<absl::Duration> ParseTimeout(std::string_view milliseconds);

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_CONNECT_H_
