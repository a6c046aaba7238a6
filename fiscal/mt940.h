// The member's statement of units as SWIFT MT940, for programs that read
// nothing newer. docs/fiscal/mt940.md describes the lines.
//
// Thread safety: pure functions on a Source of the caller.

#ifndef SKONTRO_FISCAL_MT940_H_
#define SKONTRO_FISCAL_MT940_H_

#include "absl/status/statusor.h"
#include "fiscal/export_manifest.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// The manifest of the file before a byte is written.
// REQUIRES: the source's period has its dates.
ExportManifest BeginMt940(const Source& source);

// Writes the period of `source` to `sink`, in bounded memory: it is read twice,
// since the opening balance comes first. SWIFT's letters, lines ended by CR LF.
// The same source gives the same bytes; the manifest that comes back has no
// hash yet.
//
// Returns the errors of VisitStatement(), and OUT_OF_RANGE for an amount of
// more than the 15 characters that the format has.
absl::StatusOr<ExportManifest> WriteMt940(Source& source, const Sink& sink);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_MT940_H_
