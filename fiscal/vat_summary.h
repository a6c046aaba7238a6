// What a member has to declare of its trades: taxable base, VAT and gross of
// sales and purchases by month and rate, and how they were paid. As a table
// (RFC 4180, semicolons, UTF-8); docs/fiscal/vat_summary.md describes it.
//
// The figures are those of the journal: base and VAT are compared with what
// journal_entries.h books on the accounts of sales, purchases and VAT before a
// byte is written.
//
// Thread safety: pure functions on a Source of the caller.

#ifndef SKONTRO_FISCAL_VAT_SUMMARY_H_
#define SKONTRO_FISCAL_VAT_SUMMARY_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "fiscal/export_manifest.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// Rows are kept in memory until all trades were read: a hundred rates in each
// of the 25 months of the longest period, on both sides, twice over.
inline constexpr size_t kVatSummaryRowsMax = 10'000;

// The manifest of the file before a byte is written.
// REQUIRES: the source's period has its dates.
ExportManifest BeginVatSummary(const Source& source);

// Writes the period of `source` to `sink`; it is read twice. The same source
// gives the same bytes. The manifest that comes back has the sums and warnings
// of the journal's entries, and no hash yet.
//
// Returns the errors of VisitStatement() and VisitJournalEntries(), and
// - DATA_LOSS, where a cash leg is in another currency than the network's, or
//   the rows do not add up to what the journal books
// - OUT_OF_RANGE, where there are more than kVatSummaryRowsMax rows, or a sum
//   does not fit in 64 bits
absl::StatusOr<ExportManifest> WriteVatSummary(Source& source,
                                               const Sink& sink);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_VAT_SUMMARY_H_
