// A Failure is an absl::Status that knows the exit code that it ends with. Its
// message is for the person at the terminal: what is wrong, with which values,
// and from the second line on, what to do next.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_FAILURE_H_
#define SKONTRO_CLI_FAILURE_H_

#include <string_view>

#include "absl/status/status.h"
#include "cli/exit_code.h"

namespace skontro::cli {

// REQUIRES: `code` is not kDone.
absl::Status Failure(ExitCode code, std::string_view message);

// A failure of what was typed, configured or read: exit code kUsage.
absl::Status UsageFailure(std::string_view message);

// A failure of a file: kLocalFailure with the words of errno `error`.
absl::Status FileFailure(std::string_view what, std::string_view path,
                         int error);

// `status` with `prefix` and ": " before its message, same exit code.
absl::Status Prefixed(std::string_view prefix, const absl::Status& status);

// The exit code of `status`. One that no function of this file made is kUsage:
// it comes from the parsers of ledger/ and fiscal/, which read input.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_FAILURE_H_
