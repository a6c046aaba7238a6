// The flags that say where the servers are and who calls them: --server,
// --echo,
// --ca_file, --key_file.

#ifndef SKONTRO_BENCH_LOAD_TARGET_FLAGS_H_
#define SKONTRO_BENCH_LOAD_TARGET_FLAGS_H_

#include <string>

#include "absl/flags/declare.h"
#include "absl/status/statusor.h"
#include "bench/load/caller.h"

ABSL_DECLARE_FLAG(std::string, server);
ABSL_DECLARE_FLAG(std::string, echo);

namespace skontro::bench {

// Returns INVALID_ARGUMENT for a file that cannot be read or is empty. The echo
// is asked without keys.
absl::StatusOr<Target> ServerTarget();
absl::StatusOr<Target> EchoTarget();

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_TARGET_FLAGS_H_
