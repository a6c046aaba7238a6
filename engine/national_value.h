// What units are worth in national currency, exactly: products of 64-bit
// integers fit in 128 bits, and their quotients are rounded once at the end.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_NATIONAL_VALUE_H_
#define SKONTRO_ENGINE_NATIONAL_VALUE_H_

#include <cstdint>
#include <optional>

#include "engine/event.h"

namespace skontro::engine {

// The rate at which one unit is worth one of the peg currency, in lowest terms:
// 10^peg_decimals / 10^unit_decimals per minor unit, version 1.
// REQUIRES: both between 0 and 9.
Rate ParityOf(int unit_decimals, int peg_decimals);

// `units` times `rate`, rounded half away from zero to a minor unit of the peg
// currency; nullopt if that is beyond kAmountMax.
std::optional<int64_t> NationalValue(Amount units, const Rate& rate);

// The share of `total` that belongs to the first `part` of `whole`, rounded
// half away from zero. What a part takes is the difference of two of these, so
// that the parts of a whole add up to the total.
// REQUIRES: 0 <= part <= whole, whole > 0, and each is at most kAmountMax.
int64_t ShareOf(int64_t total, Amount part, Amount whole);

// Whether `tax` is what `base` at `rate_ppm` gives, rounded, or less than one
// currency unit away from it: the tolerance of EN 16931 rule BR-CO-17, which
// lets invoices round per line.
bool IsTaxOf(int64_t tax, int64_t base, int64_t rate_ppm, int peg_decimals);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_NATIONAL_VALUE_H_
