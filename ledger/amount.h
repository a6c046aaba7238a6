// An Amount is a signed number of minor units of the network's unit. How many
// decimals a unit has is said once, by the network. Money is never held in a
// floating-point type.

#ifndef SKONTRO_LEDGER_AMOUNT_H_
#define SKONTRO_LEDGER_AMOUNT_H_

#include <compare>
#include <cstdint>
#include <optional>

namespace skontro::ledger {

class Amount {
 public:
  constexpr Amount() = default;

  static constexpr Amount FromMinorUnits(int64_t minor_units) {
    Amount amount;
    amount.minor_units_ = minor_units;
    return amount;
  }

  constexpr int64_t minor_units() const { return minor_units_; }

  friend constexpr auto operator<=>(const Amount&, const Amount&) = default;

 private:
  int64_t minor_units_ = 0;
};

// Return a + b, a - b and -a, or nullopt where the result does not fit. There
// are no operators: every caller has to say what happens on overflow.
constexpr std::optional<Amount> Add(Amount a, Amount b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a.minor_units(), b.minor_units(), &sum)) {
    return std::nullopt;
  }
  return Amount::FromMinorUnits(sum);
}
constexpr std::optional<Amount> Subtract(Amount a, Amount b) {
  int64_t difference = 0;
  if (__builtin_sub_overflow(a.minor_units(), b.minor_units(), &difference)) {
    return std::nullopt;
  }
  return Amount::FromMinorUnits(difference);
}
constexpr std::optional<Amount> Negate(Amount a) {
  return Subtract(Amount(), a);
}

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_AMOUNT_H_
