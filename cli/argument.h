// What people type on a command line or write into a file, read into values.
// Every function names the argument (`--units`) or column in its error, what it
// was, and what would do. All errors are usage failures: nothing was sent.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_ARGUMENT_H_
#define SKONTRO_CLI_ARGUMENT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/unit.h"
#include "ledger/civil_date.h"

namespace skontro::cli {

// One line of an invoice's tax breakdown, in minor units of the peg currency.
struct TaxLineArgument {
  std::string category;
  int64_t rate_ppm = 0;
  int64_t base = 0;
  int64_t tax = 0;
};

// How much of an invoice is paid in units: a share of it, or so many units.
struct UnitShare {
  bool is_share = false;
  int64_t share_ppm = 0;    // 60 % is 600000. Above 0, at most 1000000.
  int64_t unit_amount = 0;  // Minor units, above zero.
};

// `text` as it may be quoted in an error: valid UTF-8, no control characters,
// at most 60 bytes.
std::string Shown(std::string_view text);

// OK if `text` is UTF-8 without control characters.
absl::Status CheckText(std::string_view argument, std::string_view text);

// An amount in units: `720`, `720.00`, `720.00 RES`. Minor units.
absl::StatusOr<int64_t> ParseUnits(std::string_view argument,
                                   std::string_view text, const Unit& unit);

// An amount in the peg currency: `480`, `480.00`, `480.00 EUR`. Minor units.
absl::StatusOr<int64_t> ParseCash(std::string_view argument,
                                  std::string_view text, const Unit& unit);

// `CATEGORY:RATE:BASE:TAX` in the peg currency: `S:20%:1000.00:200.00`. The
// rate has at most four decimals; of a category without a rate it may be empty.
absl::StatusOr<TaxLineArgument> ParseTaxLine(std::string_view argument,
                                             std::string_view text,
                                             const Unit& unit);

// `60%` or what ParseUnits() takes, above zero.
absl::StatusOr<UnitShare> ParseUnitShare(std::string_view argument,
                                         std::string_view text,
                                         const Unit& unit);

// `YYYY-MM-DD`.
absl::StatusOr<ledger::CivilDate> ParseDay(std::string_view argument,
                                           std::string_view text);

// The first second of a day, `YYYY-MM-DD`, in UTC: seconds since 1970. A day
// and not a number of days: the same command sent again means the same.
absl::StatusOr<int64_t> ParseDaySeconds(std::string_view argument,
                                        std::string_view text);

// `30`, `30s`, `500ms`, `2m`: above zero, at most a day.
absl::StatusOr<absl::Duration> ParseTimeout(std::string_view argument,
                                            std::string_view text);

// OK if `text` is `HOST:PORT` with an IPv6 host in brackets. Nothing is looked
// up.
absl::Status CheckEndpoint(std::string_view text);

// OK if `text` is 1 to 64 printable characters of ASCII.
absl::Status CheckRequestId(std::string_view text);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_ARGUMENT_H_
