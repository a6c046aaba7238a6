#include "ledger/civil_date.h"

#include "absl/strings/str_format.h"
#include "ledger/base/check.h"

namespace skontro::ledger {
namespace {

// The value of the digits in `text`, or -1 if one is not a digit.
int Digits(std::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

CivilDate CivilDate::From(std::chrono::year_month_day date) {
  SKONTRO_CHECK(date.ok());
  return FromDays(static_cast<int32_t>(
      std::chrono::sys_days(date).time_since_epoch().count()));
}

std::chrono::year_month_day CivilDate::ymd() const {
  SKONTRO_CHECK(has_value());
  return std::chrono::sys_days(std::chrono::days(days_));
}

bool IsUsableDate(std::chrono::year_month_day date) {
  return date.ok() && date.year() >= std::chrono::year(1900) &&
         date.year() <= std::chrono::year(9999);
}

absl::StatusOr<CivilDate> ParseDate(std::string_view text) {
  if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
    const int year = Digits(text.substr(0, 4));
    const int month = Digits(text.substr(5, 2));
    const int day = Digits(text.substr(8, 2));
    if (year >= 0 && month >= 0 && day >= 0) {
      const std::chrono::year_month_day date{
          std::chrono::year(year),
          std::chrono::month(static_cast<unsigned>(month)),
          std::chrono::day(static_cast<unsigned>(day))};
      if (IsUsableDate(date)) return CivilDate::From(date);
    }
  }
  return absl::InvalidArgumentError(
      "not a date of the form 2026-12-31, from 1900 to 9999");
}

std::string FormatDate(CivilDate date) {
  if (!date.has_value()) return "";
  const std::chrono::year_month_day ymd = date.ymd();
  return absl::StrFormat("%04d-%02d-%02d", static_cast<int>(ymd.year()),
                         static_cast<unsigned>(ymd.month()),
                         static_cast<unsigned>(ymd.day()));
}

}  // namespace skontro::ledger
