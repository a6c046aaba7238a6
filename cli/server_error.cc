#include "cli/server_error.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/resource_name.h"
#include "cli/table.h"

namespace skontro::cli {
namespace {

std::string ValueOf(const ServerError& error, const std::string& key) {
  const auto found = error.metadata.find(key);
  return found == error.metadata.end() ? "" : found->second;
}

// The amount under `key` in words, or nullopt where it is no amount.
std::optional<std::string> AmountOf(const ServerError& error,
                                    const std::string& key, const Unit& unit) {
  int64_t minor_units = 0;
  if (!absl::SimpleAtoi(ValueOf(error, key), &minor_units)) {
    return std::nullopt;
  }
  return UnitText(minor_units, unit);
}

// Of CREDIT_LINE_EXCEEDED and BALANCE_LIMIT_EXCEEDED; nullopt where metadata
// is missing.
std::optional<std::string> ExplainLimit(const ServerError& error,
                                        const Unit& unit) {
  const bool is_line = error.reason == "CREDIT_LINE_EXCEEDED";
  const auto amount = AmountOf(error, "amount", unit);
  const auto left = AmountOf(error, is_line ? "spendable" : "room", unit);
  const auto missing = AmountOf(error, "missing", unit);
  const std::string account = ShortName(ValueOf(error, "account"));
  if (!amount || !left || !missing || account.empty()) return std::nullopt;
  if (is_line) {
    return absl::StrCat(
        account, " cannot spend that much: ", *amount, " asked, ", *left,
        " spendable, ", *missing, " missing (", error.reason, ")\n",
        "Next: lower the amount, let ", account, " sell first, or raise its ",
        "line: skontro credit set ", account, " --limit ... --reason \"...\"");
  }
  return absl::StrCat(
      account, " cannot hold that much: ", *amount, " to come, room for ",
      *left, ", ", *missing, " too many (", error.reason, ")\n",
      "Next: lower the amount, let ", account, " spend first, or raise its ",
      "limit: skontro credit set ", account,
      " --limit ... --balance-limit ... --reason \"...\"");
}

std::string RetryHint(const ServerError& error) {
  if (!error.retry_delay.has_value()) return "";
  return absl::StrCat("\nNext: try again after ",
                      absl::FormatDuration(*error.retry_delay), ".");
}

}  // namespace

bool HasAmounts(const ServerError& error) {
  return error.reason == "CREDIT_LINE_EXCEEDED" ||
         error.reason == "BALANCE_LIMIT_EXCEEDED";
}

std::string Explain(const ServerError& error, const std::optional<Unit>& unit) {
  if (HasAmounts(error) && unit.has_value()) {
    if (const auto words = ExplainLimit(error, *unit); words.has_value()) {
      return PlainText(words->substr(0, words->find('\n'))) +
             words->substr(words->find('\n'));
    }
  }
  std::string words = PlainText(error.message);
  if (error.code == grpc::StatusCode::UNIMPLEMENTED && error.reason.empty()) {
    words = "the server does not know this call; it may be older than skontro";
  }
  if (words.empty()) words = "the server gave no explanation";
  if (!error.reason.empty()) {
    absl::StrAppend(&words, " (", PlainText(error.reason), ")");
  } else {
    absl::StrAppend(&words, " (gRPC code ", static_cast<int>(error.code), ")");
  }
  for (const auto& [field, description] : error.violations) {
    // The message of a single violation says the same already.
    if (error.violations.size() == 1) break;
    absl::StrAppend(&words, "\n  ", PlainText(field), ": ",
                    PlainText(description));
  }
  return words + RetryHint(error);
}

ExitCode ExitCodeOf(const ServerError& error, bool changes) {
  const ExitCode no_answer =
      changes ? ExitCode::kUnknownOutcome : ExitCode::kUnreachable;
  if (client::WasNotDone(error)) return ExitCode::kUnreachable;
  if (error.reason == "SHUTTING_DOWN") return no_answer;
  if (error.reason == "SEQUENCE_NOT_REACHED") return ExitCode::kUnreachable;
  switch (error.code) {
    case grpc::StatusCode::DATA_LOSS:
      return ExitCode::kBroken;
    case grpc::StatusCode::UNIMPLEMENTED:
      return ExitCode::kUnreachable;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::INTERNAL:
    // Without a reason it is not the network that answered: an answer that was
    // too large to receive, for one.
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::ABORTED:
      return error.reason.empty() ? no_answer : ExitCode::kRefused;
    default:
      return ExitCode::kRefused;
  }
}

}  // namespace skontro::cli
