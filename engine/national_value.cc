#include "engine/national_value.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <numeric>

#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/decimal.h"

namespace skontro::engine {
namespace {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;

int64_t PowerOfTen(int exponent) {
  SKONTRO_CHECK(exponent >= 0 && exponent <= ledger::kDecimalsMax);
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// Rounded to an integer, halves away from zero.
cpp_int RoundHalfAway(const cpp_rational& value) {
  const cpp_rational half(1, 2);
  const cpp_rational moved =
      value < 0 ? cpp_rational(value - half) : cpp_rational(value + half);
  // Division of integers drops what is behind the point.
  return numerator(moved) / denominator(moved);
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
  const cpp_int value =
      RoundHalfAway(cpp_rational(minor_units) *
                    cpp_rational(rate.numerator, rate.denominator));
  if (value > kAmountMax || value < -kAmountMax) return std::nullopt;
  return value.convert_to<int64_t>();
}

bool IsTaxOf(int64_t tax, int64_t base, int64_t rate_ppm, int peg_decimals) {
  const cpp_int expected =
      RoundHalfAway(cpp_rational(base) * cpp_rational(rate_ppm, 1'000'000));
  return abs(cpp_int(tax) - expected) < PowerOfTen(peg_decimals);
}

}  // namespace skontro::engine
