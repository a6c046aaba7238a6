#include "fiscal/exact_rate.h"

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

// An int64 times 10^kDecimalsMax, and ten times that, fit.
using Wide = absl::int128;

Wide TimesTen(Wide value, int times) {
  for (int i = 0; i < times; ++i) value *= 10;
  return value;
}

Wide GreatestDivisor(Wide a, Wide b) {
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

std::string Digits(Wide value) {
  std::string digits;
  do {
    digits.insert(digits.begin(),
                  static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return digits;
}

// Whether the decimal of a fraction in lowest terms ends: nothing but twos and
// fives is below the line.
bool Ends(Wide denominator) {
  for (const int prime : {2, 5}) {
    while (denominator % prime == 0) denominator /= prime;
  }
  return denominator == 1;
}

// numerator / denominator x 10^decimals, rounded half up.
Wide Scaled(Wide numerator, Wide denominator, int decimals) {
  Wide whole = numerator / denominator;
  Wide rest = numerator % denominator;
  for (int i = 0; i < decimals; ++i) {
    rest *= 10;
    whole = whole * 10 + rest / denominator;
    rest %= denominator;
  }
  return rest >= denominator - rest ? whole + 1 : whole;
}

}  // namespace

std::optional<std::string> FormatRateDecimal(const ExactRate& rate,
                                             int unit_decimals,
                                             int national_decimals,
                                             int fraction_max, int digits_max) {
  SKONTRO_CHECK(rate.numerator > 0 && rate.denominator > 0);
  SKONTRO_CHECK(fraction_max >= 0 && fraction_max <= 10 && digits_max > 0);
  const Wide numerator = TimesTen(rate.numerator, unit_decimals);
  const Wide denominator = TimesTen(rate.denominator, national_decimals);
  // The digits before the point alone would be too many.
  if (numerator / denominator >= TimesTen(1, digits_max)) return std::nullopt;
  for (int decimals = fraction_max; decimals >= 0; --decimals) {
    const Wide scaled = Scaled(numerator, denominator, decimals);
    if (scaled == 0) return std::nullopt;
    std::string digits = Digits(scaled);
    if (digits.size() > static_cast<size_t>(digits_max)) continue;
    const size_t fraction = static_cast<size_t>(decimals);
    if (digits.size() <= fraction) {
      digits.insert(0, fraction + 1 - digits.size(), '0');
    }
    if (decimals == 0) return digits;
    digits.insert(digits.size() - fraction, 1, '.');
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
    return digits;
  }
  return std::nullopt;
}

std::string FormatRate(const ExactRate& rate, int unit_decimals,
                       int national_decimals) {
  SKONTRO_CHECK(rate.numerator > 0 && rate.denominator > 0);
  SKONTRO_CHECK(unit_decimals >= 0 && unit_decimals <= ledger::kDecimalsMax);
  SKONTRO_CHECK(national_decimals >= 0 &&
                national_decimals <= ledger::kDecimalsMax);
  Wide numerator = TimesTen(rate.numerator, unit_decimals);
  Wide denominator = TimesTen(rate.denominator, national_decimals);
  const Wide common = GreatestDivisor(numerator, denominator);
  SKONTRO_CHECK(common > 0);
  numerator /= common;
  denominator /= common;
  SKONTRO_CHECK(denominator > 0);
  if (!Ends(denominator)) {
    return absl::StrCat(Digits(numerator), "/", Digits(denominator));
  }
  std::string text = Digits(numerator / denominator);
  Wide rest = numerator % denominator;
  if (rest != 0) text.push_back('.');
  while (rest != 0) {
    rest *= 10;
    text.append(Digits(rest / denominator));
    rest %= denominator;
  }
  return text;
}

}  // namespace skontro::fiscal
