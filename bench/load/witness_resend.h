// Sends again what a witness saw sent and not answered, with the same request
// ids and keys, until all has an outcome: what a client does that lost answers.

#ifndef SKONTRO_BENCH_LOAD_WITNESS_RESEND_H_
#define SKONTRO_BENCH_LOAD_WITNESS_RESEND_H_

#include <string>

#include "absl/status/status.h"
#include "bench/load/job.h"

namespace skontro::bench {

// Reads the log at `path`, which the scene's witness writes, and tells it the
// outcomes. Returns the error of a call that failed five times, DATA_LOSS for a
// log that contradicts itself. REQUIRES: scene->witness is set, and no job is
// on its way.
absl::Status ResendUnknown(JobScene* scene, const std::string& path);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_WITNESS_RESEND_H_
