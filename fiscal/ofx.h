// The member's statement of units as OFX 1.02, which most programs for small
// companies import. docs/fiscal/ofx.md describes the elements.
//
// Thread safety: pure functions on a Source of the caller.

#ifndef SKONTRO_FISCAL_OFX_H_
#define SKONTRO_FISCAL_OFX_H_

#include "absl/status/statusor.h"
#include "fiscal/export_manifest.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// The manifest of the file before a byte is written.
// REQUIRES: the source's period has its dates.
ExportManifest BeginOfx(const Source& source);

// Writes the period of `source` to `sink`, in bounded memory and in ASCII. The
// same source gives the same bytes; the manifest that comes back has no hash
// yet. Returns the errors of VisitStatement().
absl::StatusOr<ExportManifest> WriteOfx(Source& source, const Sink& sink);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_OFX_H_
