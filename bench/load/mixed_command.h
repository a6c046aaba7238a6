// The mixed load of skontro_load, with --mix: its flags, its rounds, its end.

#ifndef SKONTRO_BENCH_LOAD_MIXED_COMMAND_H_
#define SKONTRO_BENCH_LOAD_MIXED_COMMAND_H_

#include "absl/status/status.h"
#include "bench/load/caller.h"

namespace skontro::bench {

// Whether a mixed load, or something that goes with one, is asked for.
bool WantsMixedLoad();

// Does it; the exit code: 0, 1 where there was an error, 2 for flags that make
// no sense, 130 where it was interrupted after it said what was measured.
int RunMixedLoad(const Target& server, int members);

// Makes as many keys of operators as --make_keys says, writes them to
// --keys_file, a line each, with mode 0600, and takes them for `target`.
absl::Status MakeKeys(Target* target);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_MIXED_COMMAND_H_
