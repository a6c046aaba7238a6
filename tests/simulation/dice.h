// Dice are all that is random in a simulation: the same seed throws the same
// numbers on every machine.
//
// Belongs to one thread.

#ifndef SKONTRO_TESTS_SIMULATION_DICE_H_
#define SKONTRO_TESTS_SIMULATION_DICE_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace skontro::simulation {

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}

  // A number from 0 to `bound` - 1. REQUIRES: `bound` is above zero.
  int64_t UpTo(int64_t bound) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(bound));
  }
  size_t Below(size_t bound) { return random_() % bound; }

  // Whether it happens that happens so often in a hundred times.
  bool Percent(int percent) { return UpTo(100) < percent; }
  bool PerMille(int per_mille) { return UpTo(1'000) < per_mille; }

  // One of them. REQUIRES: there is one.
  template <typename T>
  const T& OneOf(const std::vector<T>& choices) {
    return choices[Below(choices.size())];
  }

  // Other dice, for something whose throws must not move these.
  Dice Fork() { return Dice(random_()); }

 private:
  std::mt19937_64 random_;
};

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_DICE_H_
