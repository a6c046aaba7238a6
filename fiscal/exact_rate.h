// What a unit is worth in national currency, as an exact fraction. The value of
// a trade was fixed with it when the trade was made; a format shows the rate
// and never computes a value again.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_FISCAL_EXACT_RATE_H_
#define SKONTRO_FISCAL_EXACT_RATE_H_

#include <cstdint>
#include <optional>
#include <string>

namespace skontro::fiscal {

// How many minor units of the national currency one minor unit of the network's
// unit is worth. At parity with equal decimals it is 1/1.
struct ExactRate {
  int64_t numerator = 1;    // Above zero.
  int64_t denominator = 1;  // Above zero.
  int64_t version = 0;      // The row of the network's rate table.

  friend bool operator==(const ExactRate&, const ExactRate&) = default;
};

// What one whole unit is worth in whole units of the currency: "1", "0.8", or
// the fraction in lowest terms, "2/3", where the decimal has no end.
// REQUIRES: the rate's numbers are above zero; decimals from 0 to kDecimalsMax.
std::string FormatRate(const ExactRate& rate, int unit_decimals,
                       int national_decimals);

// The same as a decimal of at most `fraction_max` decimals and `digits_max`
// digits, rounded half up where the exact one is longer: for formats that know
// no fractions and only show the rate beside a value. No zero at the end.
// Nullopt where the rate is too large for so many digits, or rounds to zero.
// REQUIRES: as FormatRate(); 0 < digits_max, fraction_max <= 10.
std::optional<std::string> FormatRateDecimal(const ExactRate& rate,
                                             int unit_decimals,
                                             int national_decimals,
                                             int fraction_max, int digits_max);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_EXACT_RATE_H_
