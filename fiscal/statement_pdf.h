// The member's statement of units as PDF: for people, and for a folder of
// documents. docs/fiscal/statement_pdf.md describes it.
//
// Thread safety: pure functions on a Source of the caller.

#ifndef SKONTRO_FISCAL_STATEMENT_PDF_H_
#define SKONTRO_FISCAL_STATEMENT_PDF_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "fiscal/export_manifest.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// Some 540 pages. The document is in memory until its end, with some 50 MB at
// this limit.
inline constexpr int64_t kStatementRowsMax = 20'000;

// The manifest of the file before a byte is written.
// REQUIRES: the source's period has its dates.
ExportManifest BeginStatementPdf(const Source& source);

// Writes the period of `source` to `sink`. The source is read twice, since
// sums and the number of pages come first. The same source gives the same
// bytes; the manifest that comes back has no hash yet.
//
// Returns the errors of VisitStatement() and of PdfDocument::Write(), and
// OUT_OF_RANGE, before the first byte, for more than kStatementRowsMax rows.
absl::StatusOr<ExportManifest> WriteStatementPdf(Source& source,
                                                 const Sink& sink);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_STATEMENT_PDF_H_
