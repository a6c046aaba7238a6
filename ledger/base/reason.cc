#include "ledger/base/reason.h"

#include <charconv>

#include "absl/strings/cord.h"
#include "ledger/base/check.h"

namespace skontro {
namespace {

constexpr absl::string_view kPayloadUrl = "skontro/refusal";

struct Row {
  Reason reason;
  const char* name;
  absl::StatusCode code;
  // The sentence for people; {key} stands for the value of that key.
  const char* text;
};

// One row per reason, in the order of the numbers.
const Row kRows[] = {
    {Reason::kFieldInvalid, "FIELD_INVALID", absl::StatusCode::kInvalidArgument,
     "{field}: {value} is not allowed; allowed is {allowed}"},
    {Reason::kResourceNotFound, "RESOURCE_NOT_FOUND",
     absl::StatusCode::kNotFound,
     "{name} does not exist, or you may not see it; check the name"},
    {Reason::kRequestIdReused, "REQUEST_ID_REUSED",
     absl::StatusCode::kAlreadyExists,
     "request_id {request_id} was used before with another {field}; resend "
     "the first request unchanged, or choose a new request_id"},
    {Reason::kDuplicateInvoice, "DUPLICATE_INVOICE",
     absl::StatusCode::kAlreadyExists,
     "invoice {number} of this seller is already traded in {trade}; decline "
     "or reverse that trade first, or correct the number"},
    {Reason::kResourceExists, "RESOURCE_EXISTS",
     absl::StatusCode::kAlreadyExists,
     "{name} exists already; choose another id or use the one that is there"},
    {Reason::kCreditLineExceeded, "CREDIT_LINE_EXCEEDED",
     absl::StatusCode::kFailedPrecondition,
     "{account} can spend {spendable} minor units and {amount} were asked: "
     "{missing} are missing; lower the amount or ask the broker for a higher "
     "credit line"},
    {Reason::kBalanceLimitExceeded, "BALANCE_LIMIT_EXCEEDED",
     absl::StatusCode::kFailedPrecondition,
     "{account} has room for {room} minor units and {amount} were to come: "
     "{missing} too many; lower the amount or ask the broker for a higher "
     "balance limit"},
    {Reason::kMemberNotActive, "MEMBER_NOT_ACTIVE",
     absl::StatusCode::kFailedPrecondition,
     "{who} is {state} and may not do this; ask the broker"},
    {Reason::kTradeState, "TRADE_STATE", absl::StatusCode::kFailedPrecondition,
     "{trade} is {state}; this needs it to be {needed}"},
    {Reason::kEtagMismatch, "ETAG_MISMATCH", absl::StatusCode::kAborted,
     "somebody changed this since you read it: its etag is {etag} and you gave "
     "{given}; read it again, merge, and write once more"},
    {Reason::kDealCapExceeded, "DEAL_CAP_EXCEEDED",
     absl::StatusCode::kFailedPrecondition,
     "a buyer may pay at most {limit} minor units at once without the seller's "
     "consent and {amount} were asked; let the seller request the trade, and "
     "accept it"},
    {Reason::kHoldExpired, "HOLD_EXPIRED",
     absl::StatusCode::kFailedPrecondition,
     "the hold of {trade} was void from {expire_time} on, and what was held is "
     "given back; let the buyer pay or authorise once more"},
    {Reason::kHoldExceeded, "HOLD_EXCEEDED",
     absl::StatusCode::kFailedPrecondition,
     "{held} minor units of {trade} are still held and {amount} were asked: "
     "{missing} too many; settle less, and request the rest as another trade"},
    {Reason::kBelowAcceptanceRate, "BELOW_ACCEPTANCE_RATE",
     absl::StatusCode::kFailedPrecondition,
     "units pay {value} of 10000 parts of the invoice and this network asks "
     "for "
     "{limit} at least; raise the unit leg and lower the cash leg"},
    {Reason::kVatInUnits, "VAT_IN_UNITS", absl::StatusCode::kFailedPrecondition,
     "units worth {value} would pay tax, and this network has tax paid in "
     "cash: "
     "at most {limit}, the invoice without its tax, may be paid in units; "
     "raise "
     "the cash leg"},
    {Reason::kRoleMissing, "ROLE_MISSING", absl::StatusCode::kPermissionDenied,
     "{method} is not allowed with the role {role}; ask the operator"},
    {Reason::kCredentialInvalid, "CREDENTIAL_INVALID",
     absl::StatusCode::kUnauthenticated,
     "the API key or certificate of the call is {kind}; send a valid key as "
     "the header `authorization: Bearer KEY`, or ask the operator for one"},
    {Reason::kQueueFull, "QUEUE_FULL", absl::StatusCode::kResourceExhausted,
     "{limit} commands are waiting already; nothing was done; retry after a "
     "short pause with the same request_id"},
    {Reason::kRateLimited, "RATE_LIMITED", absl::StatusCode::kResourceExhausted,
     "{what} of this client are at {limit}, the most that one client may have; "
     "nothing was done; retry in {retry_ms} ms with the same request_id"},
    {Reason::kDiskNearlyFull, "DISK_NEARLY_FULL",
     absl::StatusCode::kResourceExhausted,
     "the disk of the server is {used} % full and changes stop at {limit} %; "
     "nothing was done, and reads go on; retry later with the same "
     "request_id"},
    {Reason::kShuttingDown, "SHUTTING_DOWN", absl::StatusCode::kUnavailable,
     "the server is shutting down; retry with the same request_id when it is "
     "back"},
    {Reason::kJournalChainBroken, "JOURNAL_CHAIN_BROKEN",
     absl::StatusCode::kDataLoss,
     "the journal does not hold at sequence {sequence}; page the operator"},
    {Reason::kIncompleteProfile, "INCOMPLETE_PROFILE",
     absl::StatusCode::kFailedPrecondition,
     "{who} has no {field}, which {purpose} needs; complete the profile"},
    {Reason::kSequenceNotReached, "SEQUENCE_NOT_REACHED",
     absl::StatusCode::kOutOfRange,
     "sequence {wanted} is not reached; the newest is {sequence}; wait for "
     "it or ask for an earlier one"},
    {Reason::kHeadKeyMissing, "HEAD_KEY_MISSING",
     absl::StatusCode::kFailedPrecondition,
     "{network} cannot sign heads: the server does not have the secret half "
     "of the head key {key_id}; the operator puts its file back from the copy "
     "(skontrod's log has the path) or makes a new key with: skontro head "
     "rotate-key"},
    {Reason::kApiKeyState, "API_KEY_STATE",
     absl::StatusCode::kFailedPrecondition,
     "{api_key} is {state}; this needs it to be {needed}"},
    {Reason::kMandateExceeded, "MANDATE_EXCEEDED",
     absl::StatusCode::kFailedPrecondition,
     "you may go up to {limit} minor units and {amount} were asked: {missing} "
     "too many; lower the amount or ask the operator"},
    {Reason::kMemberState, "MEMBER_STATE",
     absl::StatusCode::kFailedPrecondition,
     "{member} is {state} and cannot become {wanted}; from there it can become "
     "{allowed}"},
    {Reason::kMemberNotSettled, "MEMBER_NOT_SETTLED",
     absl::StatusCode::kFailedPrecondition,
     "{member} has a balance of {balance} minor units and {open_trades} open "
     "trades; both must be zero before it is closed: let it spend or earn the "
     "balance, and have the trades accepted, declined, settled or released"},
    {Reason::kWebhookState, "WEBHOOK_STATE",
     absl::StatusCode::kFailedPrecondition,
     "{webhook} is {state}; this needs it to be {needed}"},
    {Reason::kWebhookLimit, "WEBHOOK_LIMIT",
     absl::StatusCode::kFailedPrecondition,
     "a {of} may have {limit} webhooks and has them; delete one that is of no "
     "use any more"},
    {Reason::kNetworkState, "NETWORK_STATE",
     absl::StatusCode::kFailedPrecondition,
     "{network} is {state}; this needs it to be {needed}; its operator "
     "archives "
     "and restores it"},
};

const Row& RowOf(Reason reason) {
  for (const Row& row : kRows) {
    if (row.reason == reason) return row;
  }
  internal::CheckFailed(__FILE__, __LINE__, "every reason has a row");
}

std::optional<size_t> ReadNumber(std::string_view text) {
  size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

// The payload of a status is a row of parts: number of the reason, then key and
// value in turn. A part is its length, a colon and its bytes, so that a value
// may hold whatever a client sent.
void AppendPart(std::string* out, std::string_view part) {
  out->append(std::to_string(part.size())).push_back(':');
  out->append(part);
}

// Takes the first part off `rest`, or returns nullopt where there is none.
std::optional<std::string_view> TakePart(std::string_view* rest) {
  const size_t colon = rest->find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<size_t> length = ReadNumber(rest->substr(0, colon));
  rest->remove_prefix(colon + 1);
  if (!length.has_value() || *length > rest->size()) return std::nullopt;
  const std::string_view part = rest->substr(0, *length);
  rest->remove_prefix(*length);
  return part;
}

}  // namespace

const std::vector<Reason>& AllReasons() {
  static const auto* const kAll = [] {
    auto* all = new std::vector<Reason>;
    for (const Row& row : kRows) all->push_back(row.reason);
    return all;
  }();
  return *kAll;
}

std::string_view ReasonName(Reason reason) { return RowOf(reason).name; }

absl::StatusCode ReasonCode(Reason reason) { return RowOf(reason).code; }

std::optional<Reason> ReasonFromNumber(int number) {
  for (const Row& row : kRows) {
    if (static_cast<int>(row.reason) == number) return row.reason;
  }
  return std::nullopt;
}

Refusal FieldInvalid(std::string_view field, std::string_view value,
                     std::string_view allowed) {
  return {Reason::kFieldInvalid,
          {{"field", std::string(field)},
           {"value", std::string(value)},
           {"allowed", std::string(allowed)}}};
}

std::string_view MetadataOf(const Refusal& refusal, std::string_view key) {
  for (const auto& [name, value] : refusal.metadata) {
    if (name == key) return value;
  }
  return {};
}

std::string Explain(const Refusal& refusal) {
  const std::string_view text = RowOf(refusal.reason).text;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t open = text.find('{', at);
    out.append(text.substr(at, open - at));
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    const std::string_view value =
        MetadataOf(refusal, text.substr(open + 1, close - open - 1));
    out.append(value.empty() ? "(empty)" : value);
    at = close + 1;
  }
  return out;
}

absl::Status ToStatus(const Refusal& refusal) {
  absl::Status status(ReasonCode(refusal.reason), Explain(refusal));
  std::string payload;
  AppendPart(&payload, std::to_string(static_cast<int>(refusal.reason)));
  for (const auto& [key, value] : refusal.metadata) {
    AppendPart(&payload, key);
    AppendPart(&payload, value);
  }
  status.SetPayload(kPayloadUrl, absl::Cord(payload));
  return status;
}

std::optional<Refusal> RefusalOf(const absl::Status& status) {
  const absl::optional<absl::Cord> cord = status.GetPayload(kPayloadUrl);
  if (!cord.has_value()) return std::nullopt;
  const std::string payload(*cord);
  std::vector<std::string> parts;
  for (std::string_view rest = payload; !rest.empty();) {
    std::optional<std::string_view> part = TakePart(&rest);
    if (!part.has_value()) return std::nullopt;
    parts.emplace_back(*part);
  }
  if (parts.size() % 2 == 0) return std::nullopt;
  const std::optional<size_t> number = ReadNumber(parts[0]);
  if (!number.has_value() || *number > UINT16_MAX) return std::nullopt;
  const std::optional<Reason> reason =
      ReasonFromNumber(static_cast<int>(*number));
  if (!reason.has_value()) return std::nullopt;
  Refusal refusal{*reason, {}};
  for (size_t i = 1; i + 1 < parts.size(); i += 2) {
    refusal.metadata.emplace_back(parts[i], parts[i + 1]);
  }
  return refusal;
}

}  // namespace skontro
