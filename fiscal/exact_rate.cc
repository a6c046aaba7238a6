#include "fiscal/exact_rate.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

#include "ledger/base/check.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

using boost::multiprecision::cpp_int;

cpp_int PowerOfTen(int exponent) {
  return boost::multiprecision::pow(cpp_int(10),
                                    static_cast<unsigned>(exponent));
}

// How often `prime` divides `number`, which loses those factors.
int TakeFactors(cpp_int* number, int prime) {
  int count = 0;
  while (*number % prime == 0) {
    *number /= prime;
    ++count;
  }
  return count;
}

}  // namespace

std::string FormatRate(const ExactRate& rate, int unit_decimals,
                       int national_decimals) {
  SKONTRO_CHECK(rate.numerator > 0 && rate.denominator > 0);
  SKONTRO_CHECK(unit_decimals >= 0 && unit_decimals <= ledger::kDecimalsMax);
  SKONTRO_CHECK(national_decimals >= 0 &&
                national_decimals <= ledger::kDecimalsMax);
  cpp_int numerator = rate.numerator * PowerOfTen(unit_decimals);
  cpp_int denominator = rate.denominator * PowerOfTen(national_decimals);
  const cpp_int common = gcd(numerator, denominator);
  numerator /= common;
  denominator /= common;
  // A decimal ends exactly when only twos and fives are below the line.
  cpp_int rest = denominator;
  const int twos = TakeFactors(&rest, 2);
  const int fives = TakeFactors(&rest, 5);
  if (rest != 1) return numerator.str() + "/" + denominator.str();
  const int decimals = std::max(twos, fives);
  const cpp_int scaled = numerator * PowerOfTen(decimals) / denominator;
  std::string digits = scaled.str();
  const auto width = static_cast<size_t>(decimals);
  if (width == 0) return digits;
  if (digits.size() <= width) digits.insert(0, width + 1 - digits.size(), '0');
  digits.insert(digits.size() - width, 1, '.');
  return digits;
}

}  // namespace skontro::fiscal
