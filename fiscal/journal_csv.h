// A member's entries as a table that any accounting program imports: RFC 4180
// with semicolons, the 18 fields of the FEC and six more that lead back to the
// journal. For members outside France, and for periods shorter than a year.
//
// docs/fiscal/journal_csv.md describes the bytes.
//
// Thread safety: pure functions on a Source of the caller.

#ifndef SKONTRO_FISCAL_JOURNAL_CSV_H_
#define SKONTRO_FISCAL_JOURNAL_CSV_H_

#include "absl/status/statusor.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/export_manifest.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// The manifest of the file before a byte is written: everything but bytes, hash
// and summary, the name of the file above all.
// REQUIRES: the source's period has its dates.
ExportManifest BeginJournalCsv(const Source& source);

// Writes the period of `source` to `sink`, in bounded memory: UTF-8 without a
// mark, one row of names, `;` between fields, lines ended by CR LF. Any
// national currency, any period inside a fiscal year; numbers are those that
// the FEC of the year has. The manifest that comes back has no hash yet. The
// same source gives the same bytes.
//
// Returns the errors of VisitJournalEntries().
// REQUIRES: the source's period has its dates.
absl::StatusOr<ExportManifest> WriteJournalCsv(Source& source,
                                               const ChartOfAccounts& chart,
                                               const Sink& sink);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_JOURNAL_CSV_H_
