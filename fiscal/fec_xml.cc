#include "fiscal/fec_xml.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fiscal/fec_fields.h"
#include "fiscal/xml_writer.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

using Fields = std::array<std::string, kFecFields>;

void AddText(FecField field, const Fields& fields, XmlWriter* xml) {
  xml->Text(kFecNames[field], fields[field]);
}

// What the law leaves blank where it is not used is left out.
void AddIfAny(FecField field, const Fields& fields, XmlWriter* xml) {
  if (!fields[field].empty()) AddText(field, fields, xml);
}

void AddDate(FecField field, ledger::CivilDate date, XmlWriter* xml) {
  xml->Text(kFecNames[field], ledger::FormatDate(date));
}

void AddLettering(const FiscalLine& line, XmlWriter* xml) {
  xml->Text(kFecNames[kFecEcritureLet], line.lettering);
  AddDate(kFecDateLet, line.lettering_date, xml);
}

// A line with the lettering that all lettered lines of `entry` have; null where
// none is lettered, or two differ.
const FiscalLine* LetteredLine(const FiscalEntry& entry) {
  const FiscalLine* found = nullptr;
  for (const FiscalLine& line : entry.lines) {
    if (line.lettering.empty()) continue;
    if (found != nullptr && (line.lettering != found->lettering ||
                             line.lettering_date != found->lettering_date)) {
      return nullptr;
    }
    found = &line;
  }
  return found;
}

void AddLine(const NetworkInfo& network, const FiscalLine& line,
             const Fields& fields, XmlWriter* xml) {
  xml->Open("ligne");
  AddText(kFecCompteNum, fields, xml);
  AddText(kFecCompteLib, fields, xml);
  AddIfAny(kFecCompAuxNum, fields, xml);
  AddIfAny(kFecCompAuxLib, fields, xml);
  if (line.units.has_value()) {
    xml->Text(kFecNames[kFecMontantdevise],
              ledger::FormatDecimal(*line.units, network.unit_decimals));
    AddText(kFecIdevise, fields, xml);
  }
  // The schema has one of the two: the other is zero.
  const bool debit = line.debit > 0;
  xml->Text(kFecNames[debit ? kFecDebit : kFecCredit],
            ledger::FormatDecimal(debit ? line.debit : line.credit,
                                  network.national_decimals));
  if (!line.lettering.empty()) AddLettering(line, xml);
  xml->Close("ligne").LineEnd();
}

std::string Head(const Period& period) {
  XmlWriter xml;
  xml.Declaration();
  xml.Open(absl::StrCat(
      "comptabilite xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:noNamespaceSchemaLocation=\"",
      kFecXmlSchema, "\""));
  xml.LineEnd().Open("exercice");
  xml.Text("DateCloture", ledger::FormatDate(period.last_day)).LineEnd();
  return xml.Take();
}

std::string JournalHead(const NetworkInfo& network, const Journal& journal) {
  XmlWriter xml;
  xml.Open("journal").Text(kFecNames[kFecJournalCode], journal.code);
  xml.Text(kFecNames[kFecJournalLib], FecJournalLib(network, journal));
  return xml.LineEnd().Take();
}

std::string Closed(std::string_view element) {
  return XmlWriter().Close(element).LineEnd().Take();
}

// Whether two readings of one source saw the same entries.
bool IsSameReading(const JournalSummary& a, const JournalSummary& b) {
  return a.journals == b.journals && a.rows == b.rows && a.debit == b.debit &&
         a.units_written == b.units_written;
}

}  // namespace

std::string FecXmlEntry(const NetworkInfo& network, const Journal& journal,
                        const FiscalEntry& entry) {
  SKONTRO_CHECK(entry.lines.size() >= 2);
  XmlWriter xml;
  const Fields first = FecFields(network, journal, entry, entry.lines.front());
  xml.Open("ecriture");
  AddText(kFecEcritureNum, first, &xml);
  AddDate(kFecEcritureDate, entry.entry_date, &xml);
  AddText(kFecEcritureLib, first, &xml);
  AddText(kFecPieceRef, first, &xml);
  AddDate(kFecPieceDate, entry.document_date, &xml);
  const FiscalLine* const lettered = LetteredLine(entry);
  if (lettered != nullptr) AddLettering(*lettered, &xml);
  AddDate(kFecValidDate, entry.entry_date, &xml);
  xml.LineEnd();
  for (const FiscalLine& line : entry.lines) {
    AddLine(network, line, FecFields(network, journal, entry, line), &xml);
  }
  return xml.Close("ecriture").LineEnd().Take();
}

absl::StatusOr<JournalSummary> WriteFecXml(Source& source,
                                           const ChartOfAccounts& chart,
                                           BufferedSink* out) {
  const NetworkInfo network = source.Network();
  std::optional<JournalSummary> summary;  // Of the first reading.
  int64_t rows = 0;                       // Written.
  SKONTRO_RETURN_IF_ERROR(out->Write(Head(source.GetPeriod())));
  for (size_t i = 0; i < kJournalKinds; ++i) {
    const auto kind = static_cast<JournalKind>(i);
    const Journal& journal = chart.journal(kind);
    SKONTRO_RETURN_IF_ERROR(out->Write(JournalHead(network, journal)));
    const auto write = [&](const FiscalEntry& entry) -> absl::Status {
      if (entry.journal != kind) return absl::OkStatus();
      rows += static_cast<int64_t>(entry.lines.size());
      return out->Write(FecXmlEntry(network, journal, entry));
    };
    // The first reading counts the entries of every journal, so that one
    // without any needs no reading of its own.
    if (!summary.has_value() || summary->journals[i].entries > 0) {
      SKONTRO_ASSIGN_OR_RETURN(JournalSummary seen,
                               VisitJournalEntries(source, chart, write));
      if (!summary.has_value()) summary = seen;
      if (!IsSameReading(seen, *summary)) {
        return absl::DataLossError(absl::StrCat(
            "the entries of journal ", journal.code,
            " are not those that were there when the export began; the export "
            "is not made: verify the journal"));
      }
    }
    SKONTRO_RETURN_IF_ERROR(out->Write(Closed("journal")));
  }
  // A second way to the same figure: every row is in exactly one journal.
  SKONTRO_CHECK(rows == summary->rows);
  SKONTRO_RETURN_IF_ERROR(out->Write(Closed("exercice")));
  SKONTRO_RETURN_IF_ERROR(out->Write(Closed("comptabilite")));
  return *std::move(summary);
}

}  // namespace skontro::fiscal
