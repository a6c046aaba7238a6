// How statements name things: themselves, an account, a time, a payment. What
// is unique here stays unique however short the field of a format is.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_STATEMENT_NAME_H_
#define SKONTRO_FISCAL_STATEMENT_NAME_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fiscal/export_manifest.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

// "20250101-20251231-0123456789abcdef", 34 characters: first day, last day and
// the start of the SHA-256 of network, member, days, `format` and, while the
// period is open, the sequence. So no two statements have one id, nor one end
// of 16 digits, and a closed period has the same one at every later sequence.
std::string StatementId(const ExportManifest& manifest,
                        std::string_view format);

// The number of the statement among those of its kind, without gaps: a year has
// its own number (2025), a month counts from January of year 0, a day from
// 1970-01-01. Nullopt for another period, and for a day before 1970-01-02.
std::optional<int64_t> StatementNumber(const Period& period);

// `id` where it fits into `length_max` characters; else its start, `-` and
// eight hex digits of its SHA-256.
// REQUIRES: length_max >= 16.
std::string AccountId(std::string_view id, size_t length_max);

// When the statement came to be, as UtcTime(): the time of the position for an
// open period. For a closed one the time that it was closed, or the midnight
// in Greenwich behind its last day where the source does not know: never a time
// that a later position would change.
// REQUIRES: the period has its dates.
std::string StatementTime(const ExportManifest& manifest);

// What a reader must know before he takes the file for books: that it is
// simulated, provisional or both, as sentences. Empty for a closed period of a
// real network.
std::string StatementNote(const ExportManifest& manifest);

// "2025-07-01T00:05:00Z".
std::string UtcTime(int64_t time_us);

// "F2025-0001 t101", "Reversal of TX-0000000101 F2025-0001 t101": what a person
// reads as the purpose of a payment. As long as it comes, not cleaned.
std::string RemittanceText(const MemberTrade& trade);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_STATEMENT_NAME_H_
