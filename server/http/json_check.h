// Reads a JSON text, strictly by RFC 8259, before it becomes a message, and
// refuses what the conversion would take in silence: a key that comes twice
// (also once as `request_id` and once as `requestId`), a number with a point or
// an exponent, a number of more than 64 bits, text that is no UTF-8, what only
// JavaScript allows. Integers below that are exact, however they are written:
// 9007199254740993 and "9007199254740993" are the same.

#ifndef SKONTRO_SERVER_HTTP_JSON_CHECK_H_
#define SKONTRO_SERVER_HTTP_JSON_CHECK_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "ledger/base/reason.h"

namespace skontro::server::http {

inline constexpr size_t kJsonDepthMax = 32;
inline constexpr size_t kJsonKeysMax = 256;  // Of one object.

// FIELD_INVALID naming the place, or nothing.
std::optional<Refusal> CheckJson(std::string_view text);

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_JSON_CHECK_H_
