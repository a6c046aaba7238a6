#include "fiscal/export_format.h"

namespace skontro::fiscal {
namespace {

constexpr FormatInfo kFormats[] = {
    {ExportFormat::kFec, "fec", "French FEC of a year (LPF art. A47 A-1)"},
    {ExportFormat::kJournal, "journal",
     "Entries as CSV, with trades, digests, rates and tax codes"},
    {ExportFormat::kCamt05308, "camt.053.001.08",
     "ISO 20022 statement of units, as banks send it now"},
    {ExportFormat::kCamt05308Plain, "camt.053.001.08.plain",
     "The same without national values and rates"},
    {ExportFormat::kCamt05302, "camt.053.001.02",
     "ISO 20022 statement of units, for older programs"},
    {ExportFormat::kCamt05302Plain, "camt.053.001.02.plain",
     "The same without national values and rates"},
    {ExportFormat::kCamt05408, "camt.054.001.08",
     "ISO 20022 notification of entries, without balances"},
    {ExportFormat::kCamt05408Plain, "camt.054.001.08.plain",
     "The same without national values and rates"},
    {ExportFormat::kCamt05402, "camt.054.001.02",
     "ISO 20022 notification of entries, for older programs"},
    {ExportFormat::kCamt05402Plain, "camt.054.001.02.plain",
     "The same without national values and rates"},
    {ExportFormat::kBeancount, "beancount", "Entries for beancount"},
    {ExportFormat::kLedger, "ledger", "Entries for ledger and hledger"},
    {ExportFormat::kMt940, "mt940", "SWIFT MT940 statement of units"},
    {ExportFormat::kOfx, "ofx", "OFX 1.02 statement of units"},
    {ExportFormat::kCoda, "coda", "CODA statement of units, for Belgium"},
    {ExportFormat::kVatSummary, "vat-summary",
     "Sales, purchases and their VAT by month and rate, as CSV"},
    {ExportFormat::kStatementPdf, "pdf", "Statement of units as PDF"},
};

}  // namespace

std::span<const FormatInfo> Formats() { return kFormats; }

std::optional<ExportFormat> FormatById(std::string_view id) {
  for (const FormatInfo& info : kFormats) {
    if (id == info.id) return info.format;
  }
  return std::nullopt;
}

std::string FormatIds() {
  std::string ids;
  for (const FormatInfo& info : kFormats) {
    if (!ids.empty()) ids.append(", ");
    ids.append(info.id);
  }
  return ids;
}

}  // namespace skontro::fiscal
