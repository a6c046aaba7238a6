// The formats of an export, by the ids that the API and the command line know
// them by. A new format is a row here and a writer in export.cc; no method and
// no message changes.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_EXPORT_FORMAT_H_
#define SKONTRO_FISCAL_EXPORT_FORMAT_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace skontro::fiscal {

enum class ExportFormat {
  kFec,
  kJournal,
  kCamt05308,
  kCamt05308Plain,
  kCamt05302,
  kCamt05302Plain,
  kCamt05408,
  kCamt05408Plain,
  kCamt05402,
  kCamt05402Plain,
  kBeancount,
  kLedger,
  kMt940,
  kOfx,
  kCoda,
  kVatSummary,
  kStatementPdf,
};

struct FormatInfo {
  ExportFormat format;
  const char* id;           // "camt.053.001.08"
  const char* description;  // One line, for people.
};

// Every format, in the order of the enumeration.
std::span<const FormatInfo> Formats();

std::optional<ExportFormat> FormatById(std::string_view id);

// "fec, journal, camt.053.001.08, ...": what an error says is allowed.
std::string FormatIds();

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_EXPORT_FORMAT_H_
