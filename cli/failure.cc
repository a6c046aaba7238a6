#include "cli/failure.h"

#include <system_error>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"

namespace skontro::cli {
namespace {

constexpr absl::string_view kPayloadUrl = "skontro/exit-code";

absl::string_view View(std::string_view text) {
  return {text.data(), text.size()};
}

absl::StatusCode StatusCodeOf(ExitCode code) {
  switch (code) {
    case ExitCode::kUsage:
      return absl::StatusCode::kInvalidArgument;
    case ExitCode::kUnreachable:
      return absl::StatusCode::kUnavailable;
    case ExitCode::kBroken:
      return absl::StatusCode::kDataLoss;
    case ExitCode::kRefused:
      return absl::StatusCode::kFailedPrecondition;
    default:
      return absl::StatusCode::kUnknown;
  }
}

}  // namespace

absl::Status Failure(ExitCode code, std::string_view message) {
  SKONTRO_CHECK(code != ExitCode::kDone);
  absl::Status status(StatusCodeOf(code), View(message));
  status.SetPayload(kPayloadUrl, absl::Cord(absl::StrCat(code)));
  return status;
}

absl::Status UsageFailure(std::string_view message) {
  return Failure(ExitCode::kUsage, message);
}

absl::Status FileFailure(std::string_view what, std::string_view path,
                         int error) {
  return Failure(ExitCode::kLocalFailure,
                 absl::StrCat("cannot ", View(what), " ", View(path), ": ",
                              std::generic_category().message(error)));
}

absl::Status Prefixed(std::string_view prefix, const absl::Status& status) {
  return Failure(
      ExitCodeOf(status),
      std::string(absl::StrCat(View(prefix), ": ", status.message())));
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return ExitCode::kDone;
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  int code = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &code)) {
    return ExitCode::kUsage;
  }
  return static_cast<ExitCode>(code);
}

}  // namespace skontro::cli
