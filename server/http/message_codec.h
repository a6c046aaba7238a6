// Messages in JSON and as gRPC has them. The JSON is that of Protocol Buffers:
// names in lowerCamelCase (snake_case is taken too), integers of 64 bits as
// strings, and fields that are zero are written, so that a balance of zero can
// be seen.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_HTTP_MESSAGE_CODEC_H_
#define SKONTRO_SERVER_HTTP_MESSAGE_CODEC_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace skontro::server::http {

// The bytes of the message that `json` says. Returns FIELD_INVALID for what is
// no JSON, or has a field that the message has not: a word that was mistyped
// must not change what a request does.
absl::StatusOr<std::string> FromJson(const google::protobuf::Descriptor& type,
                                     std::string_view json);

// REQUIRES: `bytes` are such a message. Returns INTERNAL where it has no JSON.
absl::StatusOr<std::string> ToJson(const google::protobuf::Descriptor& type,
                                   const std::string& bytes);

// `text` with its quotation marks.
std::string QuotedJson(std::string_view text);

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_MESSAGE_CODEC_H_
