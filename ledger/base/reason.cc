#include "ledger/base/reason.h"

#include <charconv>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
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
    {Reason::kFieldInvalid, "FIELD_INVALID",
     absl::StatusCode::kInvalidArgument,
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
    {Reason::kTradeState, "TRADE_STATE",
     absl::StatusCode::kFailedPrecondition,
     "{trade} is {state}; this needs it to be {needed}"},
    {Reason::kRoleMissing, "ROLE_MISSING",
     absl::StatusCode::kPermissionDenied,
     "{method} is not allowed with the role {role}; ask the operator"},
    {Reason::kQueueFull, "QUEUE_FULL", absl::StatusCode::kResourceExhausted,
     "{limit} commands are waiting already; nothing was done; retry after a "
     "short pause with the same request_id"},
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
};

const Row& RowOf(Reason reason) {
  for (const Row& row : kRows) {
    if (row.reason == reason) return row;
  }
  internal::CheckFailed(__FILE__, __LINE__, "every reason has a row");
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
  // number, then key and value in turn, each ended by a zero byte. Values never
  // hold a zero byte: the edge refuses control characters before it quotes.
  std::string payload =
      absl::StrCat(static_cast<int>(refusal.reason), std::string(1, '\0'));
  for (const auto& [key, value] : refusal.metadata) {
    payload.append(key).push_back('\0');
    payload.append(value).push_back('\0');
  }
  status.SetPayload(kPayloadUrl, absl::Cord(payload));
  return status;
}

std::optional<Refusal> RefusalOf(const absl::Status& status) {
  const absl::optional<absl::Cord> cord = status.GetPayload(kPayloadUrl);
  if (!cord.has_value()) return std::nullopt;
  const std::string payload(*cord);
  std::vector<std::string> parts;
  for (size_t at = 0; at < payload.size();) {
    const size_t end = payload.find('\0', at);
    if (end == std::string::npos) return std::nullopt;
    parts.push_back(payload.substr(at, end - at));
    at = end + 1;
  }
  if (parts.empty() || parts.size() % 2 == 0) return std::nullopt;
  int number = 0;
  std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), number);
  const std::optional<Reason> reason = ReasonFromNumber(number);
  if (!reason.has_value()) return std::nullopt;
  Refusal refusal{*reason, {}};
  for (size_t i = 1; i + 1 < parts.size(); i += 2) {
    refusal.metadata.emplace_back(parts[i], parts[i + 1]);
  }
  return refusal;
}

}  // namespace skontro
