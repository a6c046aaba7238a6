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
std::optional<Amount> Add(Amount a, Amount b);
std::optional<Amount> Subtract(Amount a, Amount b);
std::optional<Amount> Negate(Amount a);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_AMOUNT_H_
