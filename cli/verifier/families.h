// The families of a network's store, as docs/journal_format.md names them.

#ifndef SKONTRO_CLI_VERIFIER_FAMILIES_H_
#define SKONTRO_CLI_VERIFIER_FAMILIES_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace skontro::verifier {

// First what must survive, then the projections, in the order of the document.
enum class Family {
  kJournal,
  kPersonal,
  kMeta,
  kAccount,
  kAccountEntry,
  kBookingDay,
  kRequest,
  kMember,
  kMemberId,
  kTaxId,
  kTrade,
  kTradeId,
  kTradeStep,
  kMemberTrade,
  kInvoice,
  kLimit,
  kTree,
  kHeadKey,
  kCheckpoint,
  kApiKey,
  kPolicies,
  kInvoiceNumber,
  kTradeState,
  kMemberStatus,
  kHold,
  kWebhook,
};

inline constexpr std::array<std::string_view, 26> kFamilyNames = {
    "journal",       "personal",       "meta",        "account",
    "account_entry", "booking_day",    "request",     "member",
    "member_id",     "tax_id",         "trade",       "trade_id",
    "trade_step",    "member_trade",   "invoice",     "limit",
    "tree",          "head_key",       "checkpoint",  "api_key",
    "policies",      "invoice_number", "trade_state", "member_status",
    "hold",          "webhook"};
inline constexpr size_t kFamilyCount = kFamilyNames.size();

inline constexpr std::string_view NameOf(Family family) {
  return kFamilyNames[static_cast<size_t>(family)];
}

// Whether it is rebuilt from the journal, row by row: all from `account` on
// but `checkpoint`, which has a pass of its own.
inline constexpr bool IsProjection(Family family) {
  return family >= Family::kAccount && family != Family::kCheckpoint;
}

// Whether stores of earlier builds may lack it: `meta`/`families` says that it
// is whole.
inline constexpr bool IsLate(Family family) {
  return family == Family::kInvoiceNumber || family == Family::kTradeState;
}

// Whether a key, once it is there, may never be written again: the families
// that make sure that something happens once.
inline constexpr bool IsUnique(Family family) {
  return family == Family::kRequest || family == Family::kMemberId ||
         family == Family::kTaxId || family == Family::kTradeId;
}

// The value of a row in the one form that equal values share. DATA_LOSS if it
// is no value of this family. A value of `personal` becomes empty: its digest
// is compared, not its text.
absl::StatusOr<std::string> CanonicalValue(Family family,
                                           std::string_view value);

// The same into `canonical`, whatever was there. After an error it holds
// anything.
absl::Status Canonicalise(Family family, std::string_view value,
                          std::string* canonical);

// The key as a person reads it: "account 5, sequence 17, leg 0".
std::string DescribeKey(Family family, std::string_view key);

// The first fields in which two canonical values differ:
// "balance is 90, not 100".
std::string DescribeDifference(Family family, std::string_view expected,
                               std::string_view actual);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_FAMILIES_H_
