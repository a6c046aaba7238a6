// What an export is, in a form that a program can check: which file, of whom,
// over which days, from which place in the journal, and the sums that are in
// it. It goes beside the file as JSON; docs/fiscal/fec.md lists its keys.

#ifndef SKONTRO_FISCAL_EXPORT_MANIFEST_H_
#define SKONTRO_FISCAL_EXPORT_MANIFEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fiscal/journal_entries.h"
#include "fiscal/source.h"
#include "fiscal/unit_statement.h"

namespace skontro::fiscal {

struct ExportManifest {
  std::string format;     // "FEC", "CAMT.053.001.08" and so on.
  std::string file_name;  // Safe as a file name; with its marks, see below.
  int64_t bytes = 0;
  // Lower-case hex of the file's bytes. The format leaves it empty: whoever
  // owns the sink sees every byte, and has the library for it.
  std::string sha256;
  ReportingMember member;
  NetworkInfo network;
  Period period;
  JournalPosition position;
  JournalSummary summary;
  // What a statement of units adds up to; `summary` is then empty.
  std::optional<StatementSummary> statement;
};

// The manifest of `format` before a byte is written: everything but bytes, hash
// and sums. The file is named "<member>-<what>-20250101-20251231<extension>",
// with NameMarks() before it.
// REQUIRES: the source's period has its dates.
ExportManifest BeginManifest(const Source& source, std::string_view format,
                             std::string_view what, std::string_view extension);

// "SIMULATED-" and "PROVISIONAL-", those that hold, to be put before the name
// of the file: neither kind may be taken for books.
std::string NameMarks(const NetworkInfo& network, const Period& period);

// `manifest` as one JSON object in UTF-8, indented, with a line end behind it.
// Amounts are decimal strings, dates "2025-12-31"; keys have a fixed order, so
// that the same manifest gives the same bytes.
std::string ToJson(const ExportManifest& manifest);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_EXPORT_MANIFEST_H_
