// Amounts as people write them, to and from the minor units of the wire,
// exactly: "720.00" of a unit with two decimals is 72,000.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_CLIENT_AMOUNT_H_
#define SKONTRO_CLI_CLIENT_AMOUNT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace skontro::client {

// The number that `text` writes, in units of 10^-decimals: a minus sign or
// none, digits, and a point with digits or none. INVALID_ARGUMENT for another
// form or too many decimals, OUT_OF_RANGE for more than the largest amount of a
// trade (10^15 minor units). REQUIRES: 0 <= decimals <= 9.
absl::StatusOr<int64_t> ParseAmount(std::string_view text, int decimals);

// "-1234.50". REQUIRES: 0 <= decimals <= 9.
std::string FormatAmount(int64_t minor_units, int decimals);

}  // namespace skontro::client

#endif  // SKONTRO_CLI_CLIENT_AMOUNT_H_
