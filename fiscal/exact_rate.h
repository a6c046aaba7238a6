// What a unit is worth in national currency, as an exact fraction. The value of
// a trade was fixed with it when the trade was made; a format shows the rate
// and never computes a value again.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_FISCAL_EXACT_RATE_H_
#define SKONTRO_FISCAL_EXACT_RATE_H_

#include <cstdint>
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

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_EXACT_RATE_H_
