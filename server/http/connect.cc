#include "server/http/connect.h"

#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ledger/base/reason.h"
#include "server/error.h"
#include "server/http/message_codec.h"

namespace skontro::server::http {
namespace {

constexpr char kEndOfStream = 2;
constexpr char kCompressed = 1;
constexpr size_t kTimeoutDigitsMax = 10;

struct Code {
  std::string_view name;
  int http_status;
};

// In the order of gRPC's numbers; OK is none.
constexpr std::array<Code, 17> kCodes = {{{"ok", 200},
                                          {"canceled", 499},
                                          {"unknown", 500},
                                          {"invalid_argument", 400},
                                          {"deadline_exceeded", 504},
                                          {"not_found", 404},
                                          {"already_exists", 409},
                                          {"permission_denied", 403},
                                          {"resource_exhausted", 429},
                                          {"failed_precondition", 400},
                                          {"aborted", 409},
                                          {"out_of_range", 400},
                                          {"unimplemented", 501},
                                          {"internal", 500},
                                          {"unavailable", 503},
                                          {"data_loss", 500},
                                          {"unauthenticated", 401}}};

const Code& CodeOf(int code) {
  const bool known = code > 0 && code < static_cast<int>(kCodes.size());
  return kCodes[static_cast<size_t>(
      known ? code : static_cast<int>(grpc::StatusCode::UNKNOWN))];
}

// Base64 without padding, as Connect has it.
std::string Base64(const std::string& bytes) {
  std::string text = absl::Base64Escape(bytes);
  while (absl::EndsWith(text, "=")) text.pop_back();
  return text;
}

std::string DetailJson(const google::protobuf::Any& detail) {
  const std::string name =
      detail.type_url().substr(detail.type_url().rfind('/') + 1);
  std::string json =
      absl::StrCat("{\"type\":", QuotedJson(name), ",\"value\":\"",
                   Base64(detail.value()), "\"");
  const auto* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
          name);
  if (type != nullptr) {
    const absl::StatusOr<std::string> debug = ToJson(*type, detail.value());
    if (debug.ok()) absl::StrAppend(&json, ",\"debug\":", *debug);
  }
  return json + "}";
}

std::string EnvelopeOf(char flags, std::string_view message) {
  std::string bytes(1, flags);
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(message.size() >> shift & 0xff));
  }
  bytes.append(message);
  return bytes;
}

absl::Status BadEnvelope(std::string_view what) {
  return ToStatus(FieldInvalid(
      "(message)", what,
      "one message behind a zero byte and its length in four bytes"));
}

}  // namespace

std::string_view ConnectCode(int code) { return CodeOf(code).name; }

int HttpStatusOf(int code) { return CodeOf(code).http_status; }

google::rpc::Status StatusOf(const grpc::Status& status) {
  google::rpc::Status out;
  if (!out.ParseFromString(status.error_details()) ||
      out.code() != static_cast<int>(status.error_code())) {
    out.Clear();
  }
  out.set_code(static_cast<int>(status.error_code()));
  out.set_message(status.error_message());
  return out;
}

std::string ErrorJson(const google::rpc::Status& status) {
  const std::string_view code = ConnectCode(status.code());
  std::string json =
      absl::StrCat("{\"code\":\"", absl::string_view(code.data(), code.size()),
                   "\",\"message\":", QuotedJson(status.message()));
  if (status.details_size() > 0) {
    std::string details;
    for (const google::protobuf::Any& detail : status.details()) {
      absl::StrAppend(&details, details.empty() ? "" : ",", DetailJson(detail));
    }
    absl::StrAppend(&json, ",\"details\":[", details, "]");
  }
  return json + "}";
}

Response ErrorResponse(const google::rpc::Status& status) {
  Response response;
  response.status = HttpStatusOf(status.code());
  response.body = ErrorJson(status);
  return response;
}

Response ErrorResponse(int http_status, grpc::StatusCode code,
                       std::string_view message) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(code));
  status.set_message(std::string(message));
  Response response = ErrorResponse(status);
  response.status = http_status;
  return response;
}

std::string Envelope(std::string_view message, bool is_gzip) {
  return EnvelopeOf(is_gzip ? kCompressed : 0, message);
}

std::string EndEnvelope(const google::rpc::Status& status) {
  return EnvelopeOf(kEndOfStream,
                    status.code() == 0
                        ? "{}"
                        : absl::StrCat("{\"error\":", ErrorJson(status), "}"));
}

absl::StatusOr<OnlyMessage> OnlyMessageOf(std::string_view body,
                                          bool may_be_gzip) {
  if (body.size() < kEnvelopeHeadBytes) {
    return BadEnvelope("a body that is shorter than an envelope");
  }
  const bool is_gzip = body[0] == kCompressed;
  if (is_gzip && !may_be_gzip) {
    return BadEnvelope("a compressed message without Connect-Content-Encoding");
  }
  if (body[0] != 0 && !is_gzip) {
    return BadEnvelope("an envelope with unknown flags");
  }
  uint32_t length = 0;
  for (size_t i = 1; i < kEnvelopeHeadBytes; ++i) {
    length = length << 8 | static_cast<unsigned char>(body[i]);
  }
  body.remove_prefix(kEnvelopeHeadBytes);
  if (body.size() < length) return BadEnvelope("an envelope that is cut off");
  if (body.size() > length) return BadEnvelope("more than one envelope");
  return OnlyMessage{body, is_gzip};
}

std::optional<absl::Duration> ParseTimeout(std::string_view milliseconds) {
  int64_t count = 0;
  if (milliseconds.empty() || milliseconds.size() > kTimeoutDigitsMax ||
      milliseconds.find_first_not_of("0123456789") != std::string_view::npos ||
      !absl::SimpleAtoi(
          absl::string_view(milliseconds.data(), milliseconds.size()),
          &count)) {
    return std::nullopt;
  }
  return absl::Milliseconds(count);
}

}  // namespace skontro::server::http
