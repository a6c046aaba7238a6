#include "fiscal/source_check.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/base/limits.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

using ledger::CivilDate;

bool IsUnitCode(const std::string& code) {
  if (code.size() != 3) return false;
  for (char c : code) {
    if (c < 'A' || c > 'Z') return false;
  }
  return true;
}

absl::Status CheckPeriod(const Period& period) {
  if (!period.fiscal_year_start.has_value() || !period.first_day.has_value() ||
      !period.last_day.has_value() ||
      period.fiscal_year_start > period.first_day ||
      period.first_day > period.last_day ||
      period.last_day.days() - period.fiscal_year_start.days() >
          kPeriodDaysMax) {
    return ToStatus(FieldInvalid(
        "period",
        absl::StrCat(ledger::FormatDate(period.fiscal_year_start), " ",
                     ledger::FormatDate(period.first_day), " ",
                     ledger::FormatDate(period.last_day)),
        "fiscal_year_start <= first_day <= last_day, within two years"));
  }
  return absl::OkStatus();
}

absl::Status CheckNetwork(const NetworkInfo& network) {
  constexpr int kMoneyDecimalsMax = 4;
  if (!IsUnitCode(network.unit_code)) {
    return ToStatus(FieldInvalid("network.unit_code", network.unit_code,
                                 "three capital letters"));
  }
  for (const int decimals :
       {network.unit_decimals, network.national_decimals}) {
    if (decimals >= 0 && decimals <= kMoneyDecimalsMax) continue;
    return ToStatus(
        FieldInvalid("network.decimals", absl::StrCat(decimals), "0 to 4"));
  }
  return absl::OkStatus();
}

bool IsAmount(int64_t amount) { return amount >= 0 && amount <= kAmountMax; }

bool IsSignedAmount(int64_t amount) {
  return amount >= -kAmountMax && amount <= kAmountMax;
}

// What a journaled trade cannot be without. `before` is the trade before it.
const char* WhatIsWrong(const MemberTrade& trade, const Period& period,
                        int64_t sequence_before, CivilDate date_before) {
  if (trade.sequence <= sequence_before) return "its sequence is not ascending";
  if (!trade.booking_date.has_value() || !trade.value_date.has_value()) {
    return "a date is missing";
  }
  if (trade.booking_date < date_before) return "its booking date runs back";
  if (trade.booking_date < period.fiscal_year_start ||
      trade.booking_date > period.last_day) {
    return "its booking date is outside the period";
  }
  if (trade.units == 0 || !IsAmount(trade.units)) return "its units";
  if (!IsAmount(trade.national_value)) return "its national value";
  if (!IsAmount(trade.gross) || !IsAmount(trade.prepaid)) return "its gross";
  if (!IsAmount(trade.cash.minor_units)) return "its cash leg";
  if (trade.rate.numerator <= 0 || trade.rate.denominator <= 0) {
    return "its rate";
  }
  if (trade.kind == MemberTrade::Kind::kReversed &&
      (trade.reversed_sequence <= 0 ||
       trade.reversed_sequence >= trade.sequence)) {
    return "the sequence that it reverses";
  }
  if (trade.tax_lines.size() > kTaxLinesMax) return "its number of tax lines";
  for (const TaxLine& line : trade.tax_lines) {
    if (!IsSignedAmount(line.base) || !IsSignedAmount(line.tax) ||
        line.rate_ppm.value_or(0) < 0 || line.rate_ppm.value_or(0) > kRateOne) {
      return "a tax line";
    }
  }
  return nullptr;
}

}  // namespace

absl::Status CheckForm(const Period& period, const NetworkInfo& network) {
  SKONTRO_RETURN_IF_ERROR(CheckPeriod(period));
  return CheckNetwork(network);
}

absl::Status AddTo(int64_t* sum, int64_t amount) {
  if (!__builtin_add_overflow(*sum, amount, sum)) return absl::OkStatus();
  return absl::OutOfRangeError(
      "a sum of the export does not fit in 64 bits; export a shorter period");
}

absl::Status TradeOrder::Take(const MemberTrade& trade) {
  const char* wrong =
      WhatIsWrong(trade, period_, sequence_before_, date_before_);
  if (wrong != nullptr) {
    return absl::DataLossError(absl::StrCat("record ", trade.sequence,
                                            " cannot be exported: ", wrong,
                                            "; verify the journal"));
  }
  sequence_before_ = trade.sequence;
  date_before_ = trade.booking_date;
  return absl::OkStatus();
}

}  // namespace skontro::fiscal
