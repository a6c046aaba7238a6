// The member's statement of units in ISO 20022: camt.053 (statement, with
// balances) and camt.054 (notification, entries alone), in the version that
// banks use now (.08) and the one that older programs read (.02).
//
// docs/fiscal/camt.md describes every element.
//
// Thread safety: pure functions on a Source of the caller.

#ifndef SKONTRO_FISCAL_CAMT_H_
#define SKONTRO_FISCAL_CAMT_H_

#include "absl/status/statusor.h"
#include "fiscal/export_manifest.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

struct CamtVariant {
  enum class Message { kStatement, kNotification };
  enum class Version { k02, k08 };

  Message message = Message::kStatement;
  Version version = Version::k08;
  // Whether entries have AmtDtls: their national value and its rate. Some
  // programs multiply by the rate where they see it.
  bool values = true;
};

// The manifest of the file before a byte is written.
// REQUIRES: the source's period has its dates.
ExportManifest BeginCamt(const Source& source, const CamtVariant& variant);

// Writes the period of `source` to `sink`, in bounded memory: it is read twice,
// since the sums come first. Any national currency, any period. The same source
// gives the same bytes; the manifest that comes back has no hash yet.
//
// Returns the errors of VisitStatement(), and OUT_OF_RANGE for a sum or a
// balance of more than the 18 digits that ISO 20022 has.
absl::StatusOr<ExportManifest> WriteCamt(Source& source,
                                         const CamtVariant& variant,
                                         const Sink& sink);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_CAMT_H_
