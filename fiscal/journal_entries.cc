#include "fiscal/journal_entries.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "fiscal/trade_entries.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

using ledger::CivilDate;

absl::Status AddTo(int64_t* sum, int64_t amount) {
  if (!__builtin_add_overflow(*sum, amount, sum)) return absl::OkStatus();
  return absl::OutOfRangeError(
      "a sum of the export does not fit in 64 bits; export a shorter period");
}

bool IsUnitCode(const std::string& code) {
  if (code.size() != 3) return false;
  for (char c : code) {
    if (c < 'A' || c > 'Z') return false;
  }
  return true;
}

// --- What the source must hold to
// ----------------------------------------------

absl::Status CheckPeriod(const Period& period) {
  // A fiscal year may be longer than a calendar year once, but not than two.
  constexpr int32_t kDaysMax = 2 * 366;
  if (!period.fiscal_year_start.has_value() || !period.first_day.has_value() ||
      !period.last_day.has_value() ||
      period.fiscal_year_start > period.first_day ||
      period.first_day > period.last_day ||
      period.last_day.days() - period.fiscal_year_start.days() > kDaysMax) {
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

// --- One pass
// ---------------------------------------------------------------------

class Pass {
 public:
  Pass(Source& source, const ChartOfAccounts& chart,
       absl::FunctionRef<absl::Status(const FiscalEntry&)> visit)
      : source_(source),
        period_(source.GetPeriod()),
        visit_(visit),
        entries_(source.Network(), chart, &warnings_) {
    for (size_t i = 0; i < kJournalKinds; ++i) {
      const Journal& journal = chart.journal(static_cast<JournalKind>(i));
      summary_.journals[i].code = journal.code;
      summary_.journals[i].label = journal.label;
    }
  }

  absl::StatusOr<JournalSummary> Run() {
    SKONTRO_RETURN_IF_ERROR(CheckPeriod(period_));
    SKONTRO_RETURN_IF_ERROR(CheckNetwork(source_.Network()));
    summary_.opening = source_.Opening();
    balance_ = summary_.opening;
    date_before_ = period_.fiscal_year_start;
    SKONTRO_RETURN_IF_ERROR(TakeOpening());
    SKONTRO_RETURN_IF_ERROR(source_.ForEachTrade(
        [this](const MemberTrade& trade) { return TakeTrade(trade); }));
    SKONTRO_RETURN_IF_ERROR(CheckClosing());
    summary_.closing = balance_;
    summary_.warnings = warnings_.Take();
    return summary_;
  }

 private:
  bool IsInPeriod(CivilDate date) const { return date >= period_.first_day; }

  absl::Status TakeOpening();
  absl::Status TakeTrade(const MemberTrade& trade);
  absl::Status Emit(const FiscalEntry& entry);
  absl::Status CheckClosing() const;

  Source& source_;
  const Period period_;
  const absl::FunctionRef<absl::Status(const FiscalEntry&)> visit_;
  WarningCounter warnings_;
  TradeEntries entries_;
  JournalSummary summary_;
  int64_t credit_ = 0;
  UnitBalance balance_;  // After the last record taken.
  int64_t sequence_before_ = 0;
  CivilDate date_before_;
};

absl::Status Pass::TakeOpening() {
  const std::vector<FiscalEntry> opening =
      entries_.Opening(summary_.opening, period_.fiscal_year_start);
  if (!IsInPeriod(period_.fiscal_year_start)) {
    warnings_ = WarningCounter();  // It is no concern of this period.
    return AddTo(&summary_.units_before, summary_.opening.units);
  }
  if (opening.empty()) {
    return AddTo(&summary_.units_without_value, summary_.opening.units);
  }
  return Emit(opening.front());
}

absl::Status Pass::TakeTrade(const MemberTrade& trade) {
  const char* wrong =
      WhatIsWrong(trade, period_, sequence_before_, date_before_);
  if (wrong != nullptr) {
    return absl::DataLossError(absl::StrCat("record ", trade.sequence,
                                            " cannot be exported: ", wrong,
                                            "; verify the journal"));
  }
  sequence_before_ = trade.sequence;
  date_before_ = trade.booking_date;
  const int64_t units = UnitsSign(trade) * trade.units;
  const int64_t value = UnitsSign(trade) * trade.national_value;
  SKONTRO_RETURN_IF_ERROR(AddTo(&balance_.units, units));
  SKONTRO_RETURN_IF_ERROR(AddTo(&balance_.national_value, value));
  const std::vector<FiscalEntry> entries = entries_.From(trade);
  if (!IsInPeriod(trade.booking_date)) {
    warnings_ = WarningCounter();
    return AddTo(&summary_.units_before, units);
  }
  ++summary_.trades;
  if (trade.kind == MemberTrade::Kind::kReversed) ++summary_.reversals;
  if (value == 0) {
    SKONTRO_RETURN_IF_ERROR(AddTo(&summary_.units_without_value, units));
  }
  for (const FiscalEntry& entry : entries) {
    SKONTRO_RETURN_IF_ERROR(Emit(entry));
  }
  return absl::OkStatus();
}

absl::Status Pass::Emit(const FiscalEntry& entry) {
  int64_t debit = 0;
  int64_t credit = 0;
  for (const FiscalLine& line : entry.lines) {
    // Exactly one of the two; both or none of lettering; see FiscalLine.
    SKONTRO_CHECK((line.debit > 0) != (line.credit > 0));
    SKONTRO_CHECK(line.debit >= 0 && line.credit >= 0);
    SKONTRO_CHECK(line.lettering.empty() != line.lettering_date.has_value());
    SKONTRO_RETURN_IF_ERROR(AddTo(&debit, line.debit));
    SKONTRO_RETURN_IF_ERROR(AddTo(&credit, line.credit));
    SKONTRO_RETURN_IF_ERROR(
        AddTo(&summary_.units_written, line.units.value_or(0)));
  }
  SKONTRO_CHECK(debit == credit && debit > 0);
  SKONTRO_RETURN_IF_ERROR(AddTo(&summary_.debit, debit));
  SKONTRO_RETURN_IF_ERROR(AddTo(&credit_, credit));
  summary_.rows += static_cast<int64_t>(entry.lines.size());
  ++summary_.entries;
  JournalRange& range = summary_.journals[static_cast<size_t>(entry.journal)];
  if (++range.entries == 1) range.first = entry.number;
  range.last = entry.number;
  return visit_(entry);
}

absl::Status Pass::CheckClosing() const {
  SKONTRO_CHECK(summary_.debit == credit_);
  const UnitBalance closing = source_.Closing();
  if (balance_ != closing) {
    return absl::DataLossError(absl::StrCat(
        "the trades of the period end at ", balance_.units,
        " minor units worth ", balance_.national_value, ", the account at ",
        closing.units, " worth ", closing.national_value,
        "; the export is not made: verify the journal"));
  }
  // A second way to the same figure: what the rows show and what they cannot.
  int64_t shown = summary_.units_written;
  SKONTRO_RETURN_IF_ERROR(AddTo(&shown, summary_.units_without_value));
  SKONTRO_RETURN_IF_ERROR(AddTo(&shown, summary_.units_before));
  SKONTRO_CHECK(shown == closing.units);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<JournalSummary> VisitJournalEntries(
    Source& source, const ChartOfAccounts& chart,
    absl::FunctionRef<absl::Status(const FiscalEntry&)> visit) {
  return Pass(source, chart, visit).Run();
}

}  // namespace skontro::fiscal
