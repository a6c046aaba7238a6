// The member's statement of units as CODA, the coded statement of account of
// Belgian banks, in the layout of version 2. docs/fiscal/coda.md describes the
// records, and says what they were checked by: there is no official validator.
//
// Thread safety: pure functions on a Source of the caller.

#ifndef SKONTRO_FISCAL_CODA_H_
#define SKONTRO_FISCAL_CODA_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "fiscal/export_manifest.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// The continuous number of a movement has four digits.
inline constexpr int64_t kCodaMovementsMax = 9'999;

// The manifest of the file before a byte is written.
// REQUIRES: the source's period has its dates.
ExportManifest BeginCoda(const Source& source);

// Writes the period of `source` to `sink`, in bounded memory: it is read twice,
// since the opening balance comes first. One statement of ASCII records of 128
// characters, each ended by CR LF. The same source gives the same bytes; the
// manifest that comes back has no hash yet.
//
// Returns the errors of VisitStatement(), and OUT_OF_RANGE, before or behind
// the first byte, for an amount that is not one of 12 digits and 3 decimals and
// for more than kCodaMovementsMax movements.
absl::StatusOr<ExportManifest> WriteCoda(Source& source, const Sink& sink);

// The twelve digits of a Belgian structured communication, such as
// "+++090/9337/55493+++" or the same between `***`; empty where `text` is none
// or its check digits are wrong. Twelve bare digits are none: one invoice
// number in 97 would pass for one.
std::string StructuredCommunication(std::string_view text);

// The number of a Belgian company in `vat_id`, such as "BE 0123.456.749", as 11
// digits with a zero before them: "00123456749". Zeros alone where it is none
// or its check digits are wrong.
std::string BelgianCompanyNumber(std::string_view vat_id);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_CODA_H_
