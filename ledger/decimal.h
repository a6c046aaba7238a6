// Decimal numbers in text, to and from minor units, exactly: what a person
// types on a command line or a file of another program holds. On the wire and
// on disk amounts are minor units already.
//
// Thread safety: pure functions.

#ifndef SKONTRO_LEDGER_DECIMAL_H_
#define SKONTRO_LEDGER_DECIMAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace skontro::ledger {

// The most decimals that a unit or currency may have here. ISO 4217 and the
// networks' units end at four; tax percentages need six.
inline constexpr int kDecimalsMax = 9;

// Returns the number that `text` writes, in units of 10^-decimals.
//
// The form is an optional minus sign, one or more digits, and optionally a
// point with one or more digits. Digits past `decimals` may only be zeros. No
// exponent, no plus sign, no thousands mark, no blanks.
//
// Returns INVALID_ARGUMENT for another form or more decimals, OUT_OF_RANGE
// where the number does not fit.
// REQUIRES: 0 <= decimals <= kDecimalsMax.
absl::StatusOr<int64_t> ParseDecimal(std::string_view text, int decimals);

// Writes `minor_units` with exactly `decimals` decimals, such as "-1234.50".
// REQUIRES: 0 <= decimals <= kDecimalsMax.
std::string FormatDecimal(int64_t minor_units, int decimals);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_DECIMAL_H_
