// What a Source must hold to before a byte of it is written: nothing that comes
// from the journal is believed for having been accepted once.
//
// Thread safety: one thread at a time for one TradeOrder.

#ifndef SKONTRO_FISCAL_SOURCE_CHECK_H_
#define SKONTRO_FISCAL_SOURCE_CHECK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "fiscal/source.h"
#include "ledger/civil_date.h"

namespace skontro::fiscal {

// From the first day of a fiscal year to the last day of a period, at most. A
// fiscal year may be longer than a calendar year once, but not than two.
inline constexpr int32_t kPeriodDaysMax = 2 * 366;

// INVALID_ARGUMENT, FIELD_INVALID where the days of `period` are not in order
// or more than kPeriodDaysMax apart, the unit code is not three capital
// letters, or decimals are not from 0 to 4.
absl::Status CheckForm(const Period& period, const NetworkInfo& network);

// Adds to a sum of the export. OUT_OF_RANGE where it does not fit in 64 bits;
// the sum is then not to be used.
absl::Status AddTo(int64_t* sum, int64_t amount);

// Takes the trades of a source one after another.
class TradeOrder {
 public:
  explicit TradeOrder(const Period& period)
      : period_(period), date_before_(period.fiscal_year_start) {}

  // DATA_LOSS where a journaled trade cannot be like `trade`, or cannot come
  // behind the one before it: sequence not ascending, booking date running back
  // or outside the period, an amount out of its bounds.
  absl::Status Take(const MemberTrade& trade);

 private:
  const Period period_;
  int64_t sequence_before_ = 0;
  ledger::CivilDate date_before_;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_SOURCE_CHECK_H_
