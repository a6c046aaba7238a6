// Problems for tests of clearing: in few words, and at random from a seed.

#ifndef SKONTRO_TESTS_ENGINE_NETTING_PROBLEMS_H_
#define SKONTRO_TESTS_ENGINE_NETTING_PROBLEMS_H_

#include <cstdint>
#include <random>
#include <vector>

#include "engine/netting/netting.h"

namespace skontro::netting {

struct Owed {
  uint32_t debtor;
  uint32_t creditor;
  int64_t minor_units;
  int32_t due_day = 0;
  uint8_t priority_class = 0;
};

// Obligations with ids from 1 on, in the order given.
Problem Debts(uint32_t party_count, const std::vector<Owed>& debts);

void AddLine(Problem* problem, uint32_t party, int64_t spendable,
             int64_t receivable);

// Numbers from a seed, the same on every machine.
class Chance {
 public:
  explicit Chance(uint64_t seed) : engine_(seed) {}

  // From 0 to below `bound`, which is above zero.
  uint64_t Below(uint64_t bound) { return engine_() % bound; }
  int64_t Between(int64_t low, int64_t high) {
    return low +
           static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1));
  }

 private:
  std::mt19937_64 engine_;
};

struct Shape {
  uint32_t parties = 5;
  uint32_t debts = 10;
  int64_t amount_max = 3;
  uint32_t lines = 0;
  uint8_t classes = 1;
  int32_t leverage_max = 0;
};

// Parallel debts, debts both ways and parties without any all occur.
Problem RandomProblem(const Shape& shape, Chance* chance);

// Solves, and fails the test unless both verifiers agree with the solution.
Solution SolveAndVerify(const Problem& problem);

// What is left to clear after a solution: what of each obligation is above
// zero, and the credit lines after what was spent and received.
Problem After(const Problem& problem, const Solution& solution);

}  // namespace skontro::netting

#endif  // SKONTRO_TESTS_ENGINE_NETTING_PROBLEMS_H_
