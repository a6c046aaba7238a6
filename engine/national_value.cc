#include "engine/national_value.h"

#include <numeric>

#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/decimal.h"

namespace skontro::engine {
namespace {

int64_t PowerOfTen(int exponent) {
  SKONTRO_CHECK(exponent >= 0 && exponent <= ledger::kDecimalsMax);
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// The quotient rounded to an integer, halves away from zero.
// REQUIRES: `divisor` is above zero.
__int128 DivideRounded(__int128 number, int64_t divisor) {
  const __int128 whole = number / divisor;  // Towards zero.
  const __int128 rest = number % divisor;
  const __int128 twice = 2 * (rest < 0 ? -rest : rest);
  if (twice < divisor) return whole;
  return number < 0 ? whole - 1 : whole + 1;
}

}  // namespace

Rate ParityOf(int unit_decimals, int peg_decimals) {
  const int64_t numerator = PowerOfTen(peg_decimals);
  const int64_t denominator = PowerOfTen(unit_decimals);
  const int64_t divisor = std::gcd(numerator, denominator);
  return {numerator / divisor, denominator / divisor, 1};
}

std::optional<int64_t> NationalValue(Amount units, const Rate& rate) {
  SKONTRO_CHECK(rate.numerator > 0 && rate.denominator > 0);
  const int64_t minor_units = units.minor_units();
  // Most networks count like their currency; nothing to compute then.
  if (rate.numerator == rate.denominator && minor_units <= kAmountMax &&
      minor_units >= -kAmountMax) {
    return minor_units;
  }
  const __int128 value =
      DivideRounded(__int128{minor_units} * rate.numerator, rate.denominator);
  if (value > kAmountMax || value < -kAmountMax) return std::nullopt;
  return static_cast<int64_t>(value);
}

int64_t ShareOf(int64_t total, Amount part, Amount whole) {
  SKONTRO_CHECK(part >= Amount() && part <= whole && whole > Amount());
  return static_cast<int64_t>(
      DivideRounded(__int128{total} * part.minor_units(), whole.minor_units()));
}

bool IsTaxOf(int64_t tax, int64_t base, int64_t rate_ppm, int peg_decimals) {
  const __int128 expected = DivideRounded(__int128{base} * rate_ppm, 1'000'000);
  const __int128 away = tax < expected ? expected - tax : tax - expected;
  return away < PowerOfTen(peg_decimals);
}

}  // namespace skontro::engine
