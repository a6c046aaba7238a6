#include "cli/unit.h"

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "ledger/base/check.h"
#include "ledger/decimal.h"

namespace skontro::cli {

std::string UnitNumber(int64_t minor_units, const Unit& unit) {
  return ledger::FormatDecimal(minor_units, unit.decimals);
}

std::string CashNumber(int64_t minor_units, const Unit& unit) {
  return ledger::FormatDecimal(minor_units, unit.peg_decimals);
}

std::string UnitText(int64_t minor_units, const Unit& unit) {
  return absl::StrCat(UnitNumber(minor_units, unit), " ", unit.code);
}

std::string CashText(int64_t minor_units, const Unit& unit) {
  return absl::StrCat(CashNumber(minor_units, unit), " ", unit.peg_code);
}

absl::StatusOr<int64_t> ExactNationalValue(int64_t units, const Unit& unit) {
  SKONTRO_CHECK(unit.parity_numerator > 0 && unit.parity_denominator > 0);
  int64_t product = 0;
  if (__builtin_mul_overflow(units, unit.parity_numerator, &product)) {
    return UsageFailure(
        absl::StrCat(UnitText(units, unit), " is too large an amount"));
  }
  if (product % unit.parity_denominator != 0) {
    return UsageFailure(absl::StrCat(
        UnitText(units, unit), " has no exact value in ", unit.peg_code,
        ", which has ", unit.peg_decimals,
        " decimals; give units with at most ", "as many decimals"));
  }
  return product / unit.parity_denominator;
}

}  // namespace skontro::cli
