// The seed of a run of samples: $SKONTRO_FAULT_SEED, or one that the machine
// chooses and that the test prints.

#ifndef SKONTRO_TESTS_FAULTS_SEED_H_
#define SKONTRO_TESTS_FAULTS_SEED_H_

#include <cstdint>
#include <cstdlib>
#include <random>

#include "absl/strings/numbers.h"

namespace skontro::faults {

inline uint64_t SeedOfThisRun() {
  const char* const text = std::getenv("SKONTRO_FAULT_SEED");
  uint64_t seed = 0;
  if (text != nullptr && absl::SimpleAtoi(text, &seed)) return seed;
  return std::random_device()();
}

}  // namespace skontro::faults

#endif  // SKONTRO_TESTS_FAULTS_SEED_H_
