#include "ledger/amount.h"

namespace skontro::ledger {

std::optional<Amount> Add(Amount a, Amount b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a.minor_units(), b.minor_units(), &sum)) {
    return std::nullopt;
  }
  return Amount::FromMinorUnits(sum);
}

std::optional<Amount> Subtract(Amount a, Amount b) {
  int64_t difference = 0;
  if (__builtin_sub_overflow(a.minor_units(), b.minor_units(), &difference)) {
    return std::nullopt;
  }
  return Amount::FromMinorUnits(difference);
}

std::optional<Amount> Negate(Amount a) { return Subtract(Amount(), a); }

}  // namespace skontro::ledger
