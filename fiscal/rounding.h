// Division of money, rounded by a rule that has a name. Amounts are integers,
// so a quotient is the only place where anything is rounded at all.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_ROUNDING_H_
#define SKONTRO_FISCAL_ROUNDING_H_

#include <cstdint>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"

namespace skontro::fiscal {

enum class Rounding {
  kHalfUp,    // Half a unit away from zero: 0.5 is 1, -0.5 is -1.
  kHalfEven,  // Half a unit to the even neighbour: 0.5 is 0, 1.5 is 2.
  kDown,      // Towards zero.
};

// amount x numerator / denominator. Exact until the one division.
// OUT_OF_RANGE where the result does not fit in 64 bits.
// REQUIRES: denominator > 0.
absl::StatusOr<int64_t> MultiplyDivide(int64_t amount, int64_t numerator,
                                       int64_t denominator, Rounding rounding);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_ROUNDING_H_
