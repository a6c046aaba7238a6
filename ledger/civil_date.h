// A CivilDate is a day on the calendar, without a clock and without a zone:
// what a bookkeeper writes beside an entry. Which day an instant falls on is
// computed at the edge, in the network's time zone, and stored; it is never
// computed again.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_LEDGER_CIVIL_DATE_H_
#define SKONTRO_LEDGER_CIVIL_DATE_H_

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace skontro::ledger {

class CivilDate {
 public:
  // No date: before every date, never valid in a posting.
  constexpr CivilDate() = default;

  // The date `days` days after 1970-01-01.
  static constexpr CivilDate FromDays(int32_t days) {
    CivilDate date;
    date.days_ = days;
    return date;
  }

  // REQUIRES: `date` is a day of the calendar.
  static CivilDate From(std::chrono::year_month_day date);

  constexpr bool has_value() const { return days_ != kNone; }

  // Days since 1970-01-01. REQUIRES: has_value().
  constexpr int32_t days() const { return days_; }

  // REQUIRES: has_value().
  std::chrono::year_month_day ymd() const;

  friend constexpr auto operator<=>(const CivilDate&,
                                    const CivilDate&) = default;

 private:
  static constexpr int32_t kNone = INT32_MIN;
  int32_t days_ = kNone;
};

// Reads "YYYY-MM-DD", from 1900-01-01 to 9999-12-31. Returns INVALID_ARGUMENT
// for another form and for a day that the calendar does not have.
absl::StatusOr<CivilDate> ParseDate(std::string_view text);

// Whether a request may name `date`: it exists and is from 1900 to 9999.
bool IsUsableDate(std::chrono::year_month_day date);

// Writes "YYYY-MM-DD", or an empty string for no date.
std::string FormatDate(CivilDate date);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_CIVIL_DATE_H_
