// A Unit is what the amounts of a network are counted in and valued in, as far
// as writing and reading them needs.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_CLI_UNIT_H_
#define SKONTRO_CLI_UNIT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace skontro::cli {

struct Unit {
  std::string code;      // Such as RES.
  int decimals = 0;      // 0 to 4.
  std::string peg_code;  // The national currency, such as EUR.
  int peg_decimals = 0;  // 0 to 4.
  // One minor unit is worth numerator / denominator minor units of it.
  int64_t parity_numerator = 1;
  int64_t parity_denominator = 1;
};

// "720.00" and "480.00".
std::string UnitNumber(int64_t minor_units, const Unit& unit);
std::string CashNumber(int64_t minor_units, const Unit& unit);

// "720.00 RES" and "480.00 EUR".
std::string UnitText(int64_t minor_units, const Unit& unit);
std::string CashText(int64_t minor_units, const Unit& unit);

// What `units` are worth in the peg currency. A usage failure where it is no
// whole number of minor units of that currency, or too large.
absl::StatusOr<int64_t> ExactNationalValue(int64_t units, const Unit& unit);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_UNIT_H_
