// Which points of a script a sample tries. A sample has a size, never a time:
// a slow machine takes longer and tries as much.

#ifndef SKONTRO_TESTS_FAULTS_SAMPLE_H_
#define SKONTRO_TESTS_FAULTS_SAMPLE_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <random>
#include <vector>

namespace skontro::faults {

// `size` of the numbers from `first` to `last`, which `seed` chooses, rising;
// all of them where `size` is 0 or no less than there are.
inline std::vector<uint64_t> SampleOf(uint64_t first, uint64_t last,
                                      uint64_t size, uint64_t seed) {
  std::vector<uint64_t> all(last - first + 1);
  std::iota(all.begin(), all.end(), first);
  if (size == 0) return all;
  std::vector<uint64_t> chosen;
  // Keeps their order.
  std::sample(all.begin(), all.end(), std::back_inserter(chosen), size,
              std::mt19937_64(seed));
  return chosen;
}

}  // namespace skontro::faults

#endif  // SKONTRO_TESTS_FAULTS_SAMPLE_H_
