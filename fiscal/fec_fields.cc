#include "fiscal/fec_fields.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/label.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

std::string OptionalDate(ledger::CivilDate date) {
  return date.has_value() ? CompactDate(date) : "";
}

}  // namespace

const std::array<const char*, kFecFields> kFecNames = {
    "JournalCode", "JournalLib",    "EcritureNum", "EcritureDate", "CompteNum",
    "CompteLib",   "CompAuxNum",    "CompAuxLib",  "PieceRef",     "PieceDate",
    "EcritureLib", "Debit",         "Credit",      "EcritureLet",  "DateLet",
    "ValidDate",   "Montantdevise", "Idevise"};

std::string DecimalComma(int64_t amount, int decimals) {
  std::string text = ledger::FormatDecimal(amount, decimals);
  std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

std::string CompactDate(ledger::CivilDate date) {
  const std::chrono::year_month_day ymd = date.ymd();
  return absl::StrFormat("%04d%02d%02d", static_cast<int>(ymd.year()),
                         static_cast<unsigned>(ymd.month()),
                         static_cast<unsigned>(ymd.day()));
}

std::string FecJournalLib(const NetworkInfo& network, const Journal& journal) {
  return absl::StrCat(journal.label, network.simulated ? " (SIMULATION)" : "");
}

std::array<std::string, kFecFields> FecFields(const NetworkInfo& network,
                                              const Journal& journal,
                                              const FiscalEntry& entry,
                                              const FiscalLine& line) {
  const bool has_units = line.units.has_value();
  return {
      journal.code,
      FecJournalLib(network, journal),
      entry.number,
      CompactDate(entry.entry_date),
      line.account.number,
      line.account.label,
      line.auxiliary_number,
      line.auxiliary_label,
      CleanLabel(entry.document),
      CompactDate(entry.document_date),
      CleanLabel(entry.label),
      DecimalComma(line.debit, network.national_decimals),
      DecimalComma(line.credit, network.national_decimals),
      line.lettering,
      OptionalDate(line.lettering_date),
      CompactDate(entry.entry_date),
      has_units ? DecimalComma(*line.units, network.unit_decimals) : "",
      has_units ? network.unit_code : "",
  };
}

}  // namespace skontro::fiscal
