// Dice are random numbers that are the same on every machine and with every
// library: SplitMix64 (Steele, Lea, Flood 2014).
//
// Thread safety: none; one thread owns its Dice.

#ifndef SKONTRO_TESTS_INTEGRATION_DICE_H_
#define SKONTRO_TESTS_INTEGRATION_DICE_H_

#include <cstdint>
#include <initializer_list>

namespace skontro::integration {

class Dice {
 public:
  // The same seeds in the same order give the same numbers.
  Dice(std::initializer_list<uint64_t> seeds) {
    for (const uint64_t seed : seeds) state_ = Next() ^ seed;
  }

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // A number from `low` to `high`, both included. REQUIRES: low <= high.
  int64_t Between(int64_t low, int64_t high) {
    const auto span = static_cast<uint64_t>(high - low) + 1;
    return low + static_cast<int64_t>(Next() % span);
  }

  bool OneIn(int64_t n) { return Between(1, n) == 1; }

 private:
  uint64_t state_ = 0;
};

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_DICE_H_
