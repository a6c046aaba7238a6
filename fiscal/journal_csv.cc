#include "fiscal/journal_csv.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "fiscal/fec_fields.h"
#include "fiscal/journal_entries.h"
#include "fiscal/label.h"
#include "fiscal/trade_entries.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

const char* const kMoreNames[] = {"TxId", "EntryHash",  "PrevHash",
                                  "Rate", "RateSource", "VatCode"};

void AppendField(std::string_view field, std::string* row) {
  if (!row->empty()) row->push_back(';');
  if (field.find_first_of(";\"\r\n") == std::string_view::npos) {
    row->append(field);
    return;
  }
  row->push_back('"');
  for (char c : field) {
    if (c == '"') row->push_back('"');
    row->push_back(c);
  }
  row->push_back('"');
}

std::string NamesRow() {
  std::string row;
  for (const char* name : kFecNames) AppendField(name, &row);
  for (const char* name : kMoreNames) AppendField(name, &row);
  return row + "\r\n";
}

std::string DataRow(const NetworkInfo& network, const Journal& journal,
                    const FiscalEntry& entry, const FiscalLine& line) {
  std::string row;
  for (const std::string& field : FecFields(network, journal, entry, line)) {
    AppendField(field, &row);
  }
  AppendField(entry.sequence > 0 ? RecordName(entry.sequence) : "", &row);
  AppendField(CleanLabel(entry.digest), &row);
  AppendField(CleanLabel(entry.previous_digest), &row);
  AppendField(entry.rate, &row);
  AppendField(entry.rate_source, &row);
  AppendField(line.vat_code, &row);
  return row + "\r\n";
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
