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

}  // namespace

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
