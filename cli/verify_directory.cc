#include "cli/verify_directory.h"

#include "cli/failure.h"

namespace skontro::cli {

absl::StatusOr<ExitCode> VerifyDirectory(Session& session,
                                         const std::string& directory) {
  (void)session;
  return Failure(ExitCode::kIncomplete,
                 "this build cannot read " + directory + " yet");
}

}  // namespace skontro::cli
