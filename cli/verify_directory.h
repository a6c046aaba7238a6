// Verifies networks on the disk, with the independent reader of cli/verifier.

#ifndef SKONTRO_CLI_VERIFY_DIRECTORY_H_
#define SKONTRO_CLI_VERIFY_DIRECTORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace skontro::cli {

// Verifies what is in `directory` and prints the report. kDone if everything
// holds, kBroken if something does not, kIncomplete if it holds as far as it
// could be read.
absl::StatusOr<ExitCode> VerifyDirectory(Session& session,
                                         const std::string& directory);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_VERIFY_DIRECTORY_H_
