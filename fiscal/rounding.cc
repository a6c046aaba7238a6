#include "fiscal/rounding.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"

namespace skontro::fiscal {
namespace {

// Two 64-bit numbers multiplied have at most 127 bits beside the sign.
using Wide = absl::int128;

bool RoundsAway(Wide whole, Wide rest, Wide denominator, Rounding rounding) {
  const Wide missing = denominator - rest;
  switch (rounding) {
    case Rounding::kHalfUp:
      return rest >= missing;
    case Rounding::kHalfEven:
      return rest > missing || (rest == missing && whole % 2 != 0);
    case Rounding::kDown:
      break;
  }
  return false;
}

}  // namespace

absl::StatusOr<int64_t> MultiplyDivide(int64_t amount, int64_t numerator,
                                       int64_t denominator, Rounding rounding) {
  SKONTRO_CHECK(denominator > 0);
  const Wide product = Wide(amount) * numerator;
  const bool negative = product < 0;
  const Wide size = negative ? -product : product;
  Wide whole = size / denominator;
  if (RoundsAway(whole, size % denominator, denominator, rounding)) ++whole;
  if (whole > std::numeric_limits<int64_t>::max()) {
    return absl::OutOfRangeError(absl::StrCat(amount, " x ", numerator, " / ",
                                              denominator,
                                              " does not fit in 64 bits"));
  }
  const int64_t result = static_cast<int64_t>(whole);
  return negative ? -result : result;
}

}  // namespace skontro::fiscal
