#include "fiscal/journal_entries.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "fiscal/source_check.h"
#include "fiscal/trade_entries.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

using ledger::CivilDate;

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
    SKONTRO_RETURN_IF_ERROR(CheckForm(period_, source_.Network()));
    summary_.opening = source_.Opening();
    balance_ = summary_.opening;
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
  TradeOrder order_{period_};
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
  SKONTRO_RETURN_IF_ERROR(order_.Take(trade));
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
