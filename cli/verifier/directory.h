// Verifies what is on disk: a whole data directory, one network of it, a
// journal file, or a backup.

#ifndef SKONTRO_CLI_VERIFIER_DIRECTORY_H_
#define SKONTRO_CLI_VERIFIER_DIRECTORY_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/verifier/report.h"
#include "cli/verifier/verifier.h"

namespace skontro::verifier {

struct DirectoryOptions {
  // Only this network; empty for all that there are.
  std::string network = {};

  // See VerifyOptions.
  uint64_t progress_interval = 65'536;
};

// One network and its report, or why it could not be opened; CANCELLED if its
// turn did not come.
struct NetworkResult {
  std::string network;
  absl::StatusOr<Report> report;
};

// Called as OnProgress is, with the network that is being read.
using OnNetworkProgress =
    std::function<bool(const std::string& network, const Progress&)>;

// Verifies `path`: a data directory, which has the file SKONTRO, network by
// network in the order of their ids; or the directory of one network, such as
// DATA/networks/res or a copy of it; or a journal file, which has no
// projections, and whose verification is incomplete if it was cut short; or a
// backup, which has the file SKONTRO-BACKUP, network by network. A server may
// be writing to it. Nothing is written. An empty data directory gives an empty
// list.
//
// Where the network is in a data directory, its journal must be of the id that
// its directory has.
//
//   NOT_FOUND            `path`, or the network, is not there
//   INVALID_ARGUMENT     `path` is none of these
//   FAILED_PRECONDITION  its format is newer than this program
//   PERMISSION_DENIED    it may not be read
//
// The message says what to do next. `on_progress` may be empty.
absl::StatusOr<std::vector<NetworkResult>> VerifyDirectory(
    const std::string& path, const DirectoryOptions& options,
    const OnNetworkProgress& on_progress);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_DIRECTORY_H_
