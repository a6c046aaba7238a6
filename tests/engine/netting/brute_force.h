// The best there is, found by trying everything.

#ifndef SKONTRO_TESTS_ENGINE_NETTING_BRUTE_FORCE_H_
#define SKONTRO_TESTS_ENGINE_NETTING_BRUTE_FORCE_H_

#include <cstdint>
#include <vector>

#include "engine/netting/netting.h"

namespace skontro::netting {

// The scores of the best result, by class that occurs: of all amounts that each
// obligation can be set off by, those that balance, or that the credit lines
// make balance. For problems of a dozen obligations of a few units.
std::vector<int64_t> BestScores(const Problem& problem);

}  // namespace skontro::netting

#endif  // SKONTRO_TESTS_ENGINE_NETTING_BRUTE_FORCE_H_
