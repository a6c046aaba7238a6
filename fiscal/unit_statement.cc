#include "fiscal/unit_statement.h"

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "fiscal/source_check.h"
#include "fiscal/trade_entries.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

absl::Status Move(const MemberTrade& trade, UnitBalance* balance) {
  const int64_t sign = UnitsSign(trade);
  SKONTRO_RETURN_IF_ERROR(AddTo(&balance->units, sign * trade.units));
  return AddTo(&balance->national_value, sign * trade.national_value);
}

absl::Status Count(const MemberTrade& trade, StatementSummary* summary) {
  const bool credit = UnitsSign(trade) > 0;
  ++(credit ? summary->credit_count : summary->debit_count);
  if (trade.kind == MemberTrade::Kind::kReversed) ++summary->reversals;
  SKONTRO_RETURN_IF_ERROR(
      AddTo(credit ? &summary->credits : &summary->debits, trade.units));
  return AddTo(&summary->turnover, trade.units);
}

absl::Status CheckClosing(const StatementSummary& summary,
                          const UnitBalance& closing) {
  if (summary.closing != closing) {
    return absl::DataLossError(absl::StrCat(
        "the trades of the period end at ", summary.closing.units,
        " minor units worth ", summary.closing.national_value,
        ", the account at ", closing.units, " worth ", closing.national_value,
        "; the statement is not made: verify the journal"));
  }
  // A second way to the same figure, in a width where nothing overflows.
  using Wide = absl::int128;
  SKONTRO_CHECK(Wide(summary.opening.units) + summary.credits -
                    summary.debits ==
                Wide(closing.units));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StatementSummary> VisitStatement(
    Source& source,
    absl::FunctionRef<absl::Status(const StatementEntry&)> visit) {
  const Period period = source.GetPeriod();
  SKONTRO_RETURN_IF_ERROR(CheckForm(period, source.Network()));
  StatementSummary summary;
  summary.opening = source.Opening();
  summary.closing = summary.opening;
  TradeOrder order(period);
  const auto take = [&](const MemberTrade& trade) -> absl::Status {
    SKONTRO_RETURN_IF_ERROR(order.Take(trade));
    SKONTRO_RETURN_IF_ERROR(Move(trade, &summary.closing));
    if (trade.booking_date < period.first_day) {
      summary.opening = summary.closing;
      return absl::OkStatus();
    }
    SKONTRO_RETURN_IF_ERROR(Count(trade, &summary));
    return visit({trade, UnitsSign(trade) * trade.units, summary.closing});
  };
  SKONTRO_RETURN_IF_ERROR(source.ForEachTrade(take));
  SKONTRO_RETURN_IF_ERROR(CheckClosing(summary, source.Closing()));
  return summary;
}

absl::StatusOr<StatementSummary> SumUpStatement(Source& source) {
  return VisitStatement(source,
                        [](const StatementEntry&) { return absl::OkStatus(); });
}

std::string PartyName(const Counterparty& party, size_t length_max) {
  const std::string name = CleanText(party.legal_name, length_max);
  if (!name.empty()) return name;
  const std::string id = CleanText(party.member_id, length_max);
  return id.empty() ? "?" : id;
}

}  // namespace skontro::fiscal
