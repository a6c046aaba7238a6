// Lets every call of the file system that a Script makes fail in its turn, once
// or from then on, with EIO or ENOSPC. Each time a process of its own
//
//   - goes on, where nothing depends on the call: every answer is right;
//   - or refuses to open, or to flush, with an error that says why;
//   - or stops itself, with a message that names the sequence that could not be
//     written.
//
// After each, the network is started on what a kill would leave and on what a
// power cut would leave: nothing that was answered is lost, and all that
// crash_points.h checks holds.
//
// The parent must have no threads: see child.h.

#ifndef SKONTRO_TESTS_FAULTS_FAILING_CALLS_H_
#define SKONTRO_TESTS_FAULTS_FAILING_CALLS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/faults/script.h"
#include "tests/ledger/storage/fault_file_system.h"

namespace skontro::faults {

struct FailingCallOptions {
  ledger::FaultFileSystem::Fault fault =
      ledger::FaultFileSystem::Fault::kIoError;
  bool forever = false;  // Every later call fails too.
  uint64_t seed = 1;     // Chooses the calls.
  // So many of the calls, spread over the script; 0 for every one.
  uint64_t sample = 0;
};

struct FailingCallReport {
  uint64_t calls_total = 0;
  uint64_t tried = 0;
  uint64_t went_on = 0;
  uint64_t refused = 0;
  uint64_t stopped = 0;
  std::vector<std::string> failures;
};

// Works in directories below `scratch`; those of failures stay.
FailingCallReport RunFailingCalls(const Script& script,
                                  const FailingCallOptions& options,
                                  const std::string& scratch);

}  // namespace skontro::faults

#endif  // SKONTRO_TESTS_FAULTS_FAILING_CALLS_H_
