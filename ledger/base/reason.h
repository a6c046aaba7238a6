// A Reason says why a request was refused, in a way that a program can act on.
// Its number and name are those of skontro.v1.ErrorReason; they are written to
// the journal with each refusal and are never reused.
//
// A Refusal is a Reason with the values that explain it: what was asked, what
// the limit is, what is missing. The metadata keys of each reason are listed in
// docs/api.md and in proto/skontro/v1/error_reason.proto; amounts are minor
// units as decimal integers.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_LEDGER_BASE_REASON_H_
#define SKONTRO_LEDGER_BASE_REASON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace skontro {

enum class Reason : uint16_t {
  kFieldInvalid = 1,
  kResourceNotFound = 2,
  kRequestIdReused = 3,
  kDuplicateInvoice = 4,
  kResourceExists = 5,
  kCreditLineExceeded = 6,
  kBalanceLimitExceeded = 7,
  kMemberNotActive = 8,
  kTradeState = 9,
  kEtagMismatch = 10,
  kDealCapExceeded = 11,
  kHoldExpired = 12,
  kHoldExceeded = 13,
  kBelowAcceptanceRate = 14,
  kVatInUnits = 15,
  kRoleMissing = 18,
  kCredentialInvalid = 19,
  kQueueFull = 20,
  kRateLimited = 21,
  kDiskNearlyFull = 22,
  kShuttingDown = 24,
  kJournalChainBroken = 25,
  kIncompleteProfile = 26,
  kSequenceNotReached = 27,
  kHeadKeyMissing = 28,
  kApiKeyState = 29,
  kMandateExceeded = 30,
  kMemberState = 50,
  kMemberNotSettled = 51,
  kWebhookState = 60,
  kWebhookLimit = 61,
  kNetworkState = 62,
};

// Every reason, in the order of the numbers.
const std::vector<Reason>& AllReasons();

// The name on the wire, such as "CREDIT_LINE_EXCEEDED".
std::string_view ReasonName(Reason reason);

// The canonical status code that the reason travels with.
absl::StatusCode ReasonCode(Reason reason);

// The reason with this number, or nullopt for a number of no reason.
std::optional<Reason> ReasonFromNumber(int number);

struct Refusal {
  Reason reason;
  // Key and value, in the order of the contract.
  std::vector<std::pair<std::string, std::string>> metadata;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// A refusal for a field whose value is not allowed. `field` is the path in the
// request, `value` what came, `allowed` what would do.
Refusal FieldInvalid(std::string_view field, std::string_view value,
                     std::string_view allowed);

// The value of `key`, or an empty view.
std::string_view MetadataOf(const Refusal& refusal, std::string_view key);

// One sentence or two for a person: what was wrong, with which values, and
// what to do next. A function of the refusal alone, so that a repeated request
// gets the same words.
std::string Explain(const Refusal& refusal);

// The refusal as an error that keeps it whole; RefusalOf() gives it back.
absl::Status ToStatus(const Refusal& refusal);

// The refusal inside `status`, or nullopt where there is none.
std::optional<Refusal> RefusalOf(const absl::Status& status);

}  // namespace skontro

#endif  // SKONTRO_LEDGER_BASE_REASON_H_
