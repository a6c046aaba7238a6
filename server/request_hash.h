// What a request said, as the journal keeps it: one keyed hash per field, so
// that a second request with the same id can be told from a retry, and the
// field that differs can be named, without keeping the request.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_REQUEST_HASH_H_
#define SKONTRO_SERVER_REQUEST_HASH_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/record.h"

namespace skontro::server {

// The hashes of the top-level fields that `request` has, ascending by number:
// SipHash-2-4 under `key` over the field as it is serialised, all occurrences
// of a repeated one together. Left out are `validate_only`, which changes
// nothing that is kept; `request_id`, by which the hashes are found; and
// `parent`, which is the network that the journal belongs to.
//
// Fields that this version does not know are hashed like the others.
//
// REQUIRES: `key` has 16 bytes.
std::vector<ledger::FieldHash> HashFields(
    std::string_view key, const google::protobuf::Message& request);

// The first field in which two requests differ, or nullopt if they are the
// same. REQUIRES: both are ascending by number.
std::optional<uint32_t> FirstDifference(
    const std::vector<ledger::FieldHash>& a,
    const std::vector<ledger::FieldHash>& b);

// The name of a field of `Request`, for people.
template <typename Request>
std::string_view FieldNameOf(uint32_t number) {
  const auto* field =
      Request::descriptor()->FindFieldByNumber(static_cast<int>(number));
  if (field == nullptr) return "a field that this server does not know";
  return field->name();
}

// SipHash-2-4 of `bytes` under `key`. REQUIRES: `key` has 16 bytes.
uint64_t KeyedHash(std::string_view key, std::string_view bytes);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_REQUEST_HASH_H_
