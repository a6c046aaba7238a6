#include "fiscal/journal_csv.h"

#include <array>
#include <iterator>
#include <string>
#include <vector>

#include "fiscal/csv_row.h"
#include "fiscal/fec_fields.h"
#include "fiscal/journal_entries.h"
#include "fiscal/label.h"
#include "fiscal/trade_entries.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

const char* const kMoreNames[] = {"TxId", "EntryHash",  "PrevHash",
                                  "Rate", "RateSource", "VatCode"};

std::string NamesRow() {
  std::vector<std::string> names(std::begin(kFecNames), std::end(kFecNames));
  names.insert(names.end(), std::begin(kMoreNames), std::end(kMoreNames));
  return CsvRow(names);
}

std::string DataRow(const NetworkInfo& network, const Journal& journal,
                    const FiscalEntry& entry, const FiscalLine& line) {
  const std::array<std::string, kFecFields> fec =
      FecFields(network, journal, entry, line);
  std::vector<std::string> fields(fec.begin(), fec.end());
  fields.push_back(entry.sequence > 0 ? RecordName(entry.sequence) : "");
  fields.push_back(CleanLabel(entry.digest));
  fields.push_back(CleanLabel(entry.previous_digest));
  fields.push_back(entry.rate);
  fields.push_back(entry.rate_source);
  fields.push_back(line.vat_code);
  return CsvRow(fields);
}

}  // namespace

ExportManifest BeginJournalCsv(const Source& source) {
  return BeginManifest(source, "JOURNAL_CSV", "journal", ".csv");
}

absl::StatusOr<ExportManifest> WriteJournalCsv(Source& source,
                                               const ChartOfAccounts& chart,
                                               const Sink& sink) {
  ExportManifest manifest = BeginJournalCsv(source);
  BufferedSink out(sink);
  SKONTRO_RETURN_IF_ERROR(out.Write(NamesRow()));
  const auto write = [&](const FiscalEntry& entry) -> absl::Status {
    for (const FiscalLine& line : entry.lines) {
      SKONTRO_RETURN_IF_ERROR(out.Write(DataRow(
          manifest.network, chart.journal(entry.journal), entry, line)));
    }
    return absl::OkStatus();
  };
  SKONTRO_ASSIGN_OR_RETURN(manifest.summary,
                           VisitJournalEntries(source, chart, write));
  SKONTRO_RETURN_IF_ERROR(out.Flush());
  manifest.bytes = out.bytes();
  return manifest;
}

}  // namespace skontro::fiscal
