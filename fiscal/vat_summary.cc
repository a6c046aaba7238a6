#include "fiscal/vat_summary.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/csv_row.h"
#include "fiscal/fec_fields.h"
#include "fiscal/journal_entries.h"
#include "fiscal/label.h"
#include "fiscal/source_check.h"
#include "fiscal/statement_name.h"
#include "fiscal/trade_entries.h"
#include "fiscal/unit_statement.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

enum class Side { kSales, kPurchases };
constexpr size_t kSides = 2;
constexpr const char* kSideNames[kSides] = {"sales", "purchases"};

// A payment belongs to no invoice of this record: a later part of one that was
// invoiced before, or a transfer.
enum class RowKind { kInvoice, kReversal, kPayment };
constexpr const char* kRowKindNames[] = {"invoice", "reversal", "payment"};

constexpr int64_t kNoRate = -1;

// What tax a row is of; empty where it is not known.
struct TaxKey {
  std::string category;
  int64_t rate_ppm = kNoRate;

  friend auto operator<=>(const TaxKey&, const TaxKey&) = default;
};

struct RowKey {
  int month = 0;  // 202503.
  Side side = Side::kSales;
  RowKind kind = RowKind::kInvoice;
  TaxKey tax;

  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

// Signed: below zero in a reversal. Money in minor units of the national
// currency.
struct Sums {
  int64_t invoices = 0;
  int64_t base = 0;
  int64_t vat = 0;
  int64_t gross = 0;
  int64_t units_value = 0;
  int64_t cash = 0;
  int64_t units = 0;
};

constexpr int64_t Sums::*kSums[] = {
    &Sums::invoices,    &Sums::base, &Sums::vat,  &Sums::gross,
    &Sums::units_value, &Sums::cash, &Sums::units};

// Adds `more`, or takes it back for a `sign` of -1.
absl::Status Add(const Sums& more, int64_t sign, Sums* sums) {
  for (int64_t Sums::*sum : kSums) {
    SKONTRO_RETURN_IF_ERROR(AddTo(&(sums->*sum), sign * more.*sum));
  }
  return absl::OkStatus();
}

Side SideOf(const MemberTrade& trade) {
  return trade.role == MemberTrade::Role::kSeller ? Side::kSales
                                                  : Side::kPurchases;
}

int MonthOf(ledger::CivilDate date) {
  const std::chrono::year_month_day ymd = date.ymd();
  return static_cast<int>(ymd.year()) * 100 +
         static_cast<int>(static_cast<unsigned>(ymd.month()));
}

// `amount` x `part` / `whole`, half up. OUT_OF_RANGE where it does not fit in
// 64 bits: an allowance may be of any size. REQUIRES: whole > 0.
absl::StatusOr<int64_t> ShareOf(int64_t amount, int64_t part, int64_t whole) {
  const absl::int128 top = absl::int128(2) * amount * part + whole;
  const absl::int128 bottom = absl::int128(2) * whole;
  absl::int128 share = top / bottom;
  if (top % bottom < 0) --share;
  if (share < -INT64_MAX || share > INT64_MAX) {
    return absl::OutOfRangeError("a part of a payment does not fit in 64 bits");
  }
  return static_cast<int64_t>(share);
}

// Parts of `amount` for the tax lines, in proportion to their gross so far: no
// part is more than one minor unit off, and they always add up.
absl::Status Spread(int64_t amount, const MemberTrade& trade,
                    int64_t Sums::*sum, std::vector<Sums>* lines) {
  int64_t gross = 0;
  int64_t given = 0;
  for (Sums& line : *lines) {
    SKONTRO_RETURN_IF_ERROR(AddTo(&gross, line.gross));
    SKONTRO_ASSIGN_OR_RETURN(const int64_t until,
                             ShareOf(amount, gross, trade.gross));
    line.*sum = until;
    SKONTRO_RETURN_IF_ERROR(AddTo(&(line.*sum), -given));
    given = until;
  }
  SKONTRO_CHECK(given == amount);
  return absl::OkStatus();
}

// What `trade` comes to, by tax, all above zero but an allowance.
absl::StatusOr<std::map<TaxKey, Sums>> PartsOf(const MemberTrade& trade) {
  std::map<TaxKey, Sums> parts;
  if (trade.gross == 0 || !TaxLinesAddUp(trade)) {
    parts[TaxKey()] = {
        trade.gross > 0, trade.gross,          0,
        trade.gross,     trade.national_value, trade.cash.minor_units,
        trade.units};
    return parts;
  }
  std::vector<Sums> lines;
  for (const TaxLine& line : trade.tax_lines) {
    Sums& sums =
        lines.emplace_back(Sums{0, line.base, line.tax, line.base, 0, 0, 0});
    SKONTRO_RETURN_IF_ERROR(AddTo(&sums.gross, line.tax));
  }
  SKONTRO_RETURN_IF_ERROR(
      Spread(trade.national_value, trade, &Sums::units_value, &lines));
  SKONTRO_RETURN_IF_ERROR(
      Spread(trade.cash.minor_units, trade, &Sums::cash, &lines));
  SKONTRO_RETURN_IF_ERROR(Spread(trade.units, trade, &Sums::units, &lines));
  for (size_t i = 0; i < lines.size(); ++i) {
    const TaxLine& line = trade.tax_lines[i];
    Sums& part =
        parts[{CleanLabel(line.category), line.rate_ppm.value_or(kNoRate)}];
    SKONTRO_RETURN_IF_ERROR(Add(lines[i], 1, &part));
    part.invoices = 1;  // However many of its lines are here.
  }
  return parts;
}

class Summary {
 public:
  explicit Summary(const NetworkInfo& network) : network_(network) {}

  absl::Status Take(const MemberTrade& trade);

  // DATA_LOSS where the entries of the journal are not what was taken.
  absl::Status Compare(const std::array<Sums, kSides>& booked) const;

  // The names, a row for each key, the total of each side.
  std::vector<std::string> Rows(const std::string& note) const;

 private:
  std::string Row(std::vector<std::string> start, const Sums& sums,
                  const std::string& note) const;

  const NetworkInfo network_;
  std::map<RowKey, Sums> rows_;
  std::array<Sums, kSides> totals_;
};

absl::Status Summary::Take(const MemberTrade& trade) {
  if (trade.cash.minor_units != 0 &&
      trade.cash.currency != network_.national_currency) {
    return absl::DataLossError(
        absl::StrCat("record ", trade.sequence,
                     " cannot be summed up: its cash leg is in another "
                     "currency; verify the journal"));
  }
  const bool reversal = trade.kind == MemberTrade::Kind::kReversed;
  const int64_t sign = reversal ? -1 : 1;
  RowKey key{MonthOf(trade.booking_date),
             SideOf(trade),
             trade.gross > 0 ? RowKind::kInvoice : RowKind::kPayment,
             {}};
  if (reversal) key.kind = RowKind::kReversal;
  Sums& total = totals_[static_cast<size_t>(key.side)];
  SKONTRO_ASSIGN_OR_RETURN(const auto parts, PartsOf(trade));
  for (const auto& [tax, part] : parts) {
    key.tax = tax;
    SKONTRO_RETURN_IF_ERROR(Add(part, sign, &rows_[key]));
    SKONTRO_RETURN_IF_ERROR(Add(part, sign, &total));
    // An invoice of two rates is one invoice in the total.
    total.invoices -= sign * part.invoices;
  }
  if (trade.gross > 0) total.invoices += sign;
  if (rows_.size() <= kVatSummaryRowsMax) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat("a VAT summary has at most ", kVatSummaryRowsMax,
                   " rows, and these are more months, categories and rates; "
                   "export a shorter period, or the journal"));
}

absl::Status Summary::Compare(const std::array<Sums, kSides>& booked) const {
  for (size_t side = 0; side < kSides; ++side) {
    if (totals_[side].base == booked[side].base &&
        totals_[side].vat == booked[side].vat) {
      continue;
    }
    return absl::DataLossError(absl::StrCat(
        "the ", kSideNames[side], " of the period come to ", totals_[side].base,
        " and VAT of ", totals_[side].vat, ", the journal books ",
        booked[side].base, " and ", booked[side].vat,
        " minor units; the summary is not made: verify the journal"));
  }
  return absl::OkStatus();
}

std::string Summary::Row(std::vector<std::string> start, const Sums& sums,
                         const std::string& note) const {
  const int decimals = network_.national_decimals;
  start.push_back(absl::StrCat(sums.invoices));
  for (const int64_t amount :
       {sums.base, sums.vat, sums.gross, sums.units_value, sums.cash}) {
    start.push_back(DecimalComma(amount, decimals));
  }
  start.push_back(CleanLabel(network_.national_currency));
  start.push_back(DecimalComma(sums.units, network_.unit_decimals));
  start.push_back(network_.unit_code);
  start.push_back(CleanLabel(note));
  return CsvRow(start);
}

std::vector<std::string> Summary::Rows(const std::string& note) const {
  std::vector<std::string> rows = {
      CsvRow({"Month", "Side", "Kind", "VatCode", "Category", "Rate",
              "Invoices", "Base", "Vat", "Gross", "PaidInUnits", "PaidInCash",
              "Currency", "Units", "UnitCode", "Note"})};
  for (const auto& [key, sums] : rows_) {
    const TaxKey& tax = key.tax;
    std::string rate;
    std::string code = tax.category;
    if (tax.rate_ppm != kNoRate) {
      rate = RatePercent(tax.rate_ppm);
      absl::StrAppend(&code, " ", rate);
      std::replace(rate.begin(), rate.end(), '.', ',');
    }
    rows.push_back(
        Row({absl::StrFormat("%04d-%02d", key.month / 100, key.month % 100),
             kSideNames[static_cast<size_t>(key.side)],
             kRowKindNames[static_cast<size_t>(key.kind)], code, tax.category,
             rate},
            sums, note));
  }
  for (size_t side = 0; side < kSides; ++side) {
    rows.push_back(
        Row({"total", kSideNames[side], "", "", "", ""}, totals_[side], note));
  }
  return rows;
}

// Base and VAT as the accounts of the journal have them.
absl::Status AddBooked(const FiscalEntry& entry,
                       std::array<Sums, kSides>* booked) {
  Sums& sales = (*booked)[static_cast<size_t>(Side::kSales)];
  Sums& purchases = (*booked)[static_cast<size_t>(Side::kPurchases)];
  for (const FiscalLine& line : entry.lines) {
    int64_t* sum = nullptr;
    int64_t amount = line.credit - line.debit;
    switch (line.kind) {
      case AccountKind::kSales:
        sum = &sales.base;
        break;
      case AccountKind::kVatCollected:
        sum = &sales.vat;
        break;
      case AccountKind::kPurchases:
        sum = &purchases.base;
        amount = -amount;
        break;
      case AccountKind::kVatDeductible:
        sum = &purchases.vat;
        amount = -amount;
        break;
      default:
        continue;
    }
    SKONTRO_RETURN_IF_ERROR(AddTo(sum, amount));
  }
  return absl::OkStatus();
}

}  // namespace

ExportManifest BeginVatSummary(const Source& source) {
  return BeginManifest(source, "VAT_SUMMARY", "vat-summary", ".csv");
}

absl::StatusOr<ExportManifest> WriteVatSummary(Source& source,
                                               const Sink& sink) {
  ExportManifest manifest = BeginVatSummary(source);
  Summary summary(manifest.network);
  SKONTRO_RETURN_IF_ERROR(
      VisitStatement(source, [&](const StatementEntry& entry) {
        return summary.Take(entry.trade);
      }).status());
  // Which account a line is on does not matter here, so neither does the chart.
  const ChartOfAccounts chart =
      ChartOfAccounts::Default(manifest.network.unit_code);
  std::array<Sums, kSides> booked;
  SKONTRO_ASSIGN_OR_RETURN(
      manifest.summary,
      VisitJournalEntries(source, chart, [&](const FiscalEntry& entry) {
        return AddBooked(entry, &booked);
      }));
  SKONTRO_RETURN_IF_ERROR(summary.Compare(booked));
  BufferedSink out(sink);
  for (const std::string& row : summary.Rows(StatementNote(manifest))) {
    SKONTRO_RETURN_IF_ERROR(out.Write(row));
  }
  SKONTRO_RETURN_IF_ERROR(out.Flush());
  manifest.bytes = out.bytes();
  return manifest;
}

}  // namespace skontro::fiscal
