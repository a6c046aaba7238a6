// Copies a data directory for a recovery: the original is only read, and no
// server can have it meanwhile. The file SKONTRO comes last, so that a copy
// that was cut short, or is still worked on, is one that no server starts.
//
// Thread safety: functions that touch the disk.

#ifndef SKONTRO_CLI_RECOVERY_COPY_H_
#define SKONTRO_CLI_RECOVERY_COPY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::cli {

struct CopyRequest {
  std::string from;     // A data directory.
  std::string anchors;  // Where its head anchors are; empty for from/anchors.
  std::string to;       // Where nothing is.
};

struct CopySummary {
  uint64_t files = 0;
  uint64_t bytes = 0;
  std::vector<std::string> networks;  // Ascending.
};

// Called with the bytes that are copied and that there are in all.
using OnCopyProgress = std::function<void(uint64_t, uint64_t)>;

// Copies the networks and their anchors and syncs them. A usage failure where
// `from` is no data directory or in use, or where there is something at `to`;
// a local failure where a file cannot be read or written. What was copied
// until then stays, without its file SKONTRO.
absl::StatusOr<CopySummary> CopyForRecovery(const CopyRequest& request,
                                            const OnCopyProgress& on_progress);

// Makes the copy a data directory. Failures as above.
absl::Status FinishCopy(const CopyRequest& request);

// The folder of a network with the keys that it signs heads with.
inline constexpr char kKeysFolder[] = "keys";

// Paths in a data directory.
std::string NetworkDirectory(const std::string& data, const std::string& id);
std::string AnchorPath(const std::string& data, const std::string& id);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_RECOVERY_COPY_H_
