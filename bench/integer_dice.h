// Random numbers of the distributions that trade has, computed with integers
// alone: the same seed gives the same numbers on every machine, whatever its
// compiler and its library of mathematics.
//
// Powers and logarithms are fixed-point numbers with 16 bits behind the point.
//
// Thread safety: none; one thread owns an IntegerDice.

#ifndef SKONTRO_BENCH_INTEGER_DICE_H_
#define SKONTRO_BENCH_INTEGER_DICE_H_

#include <array>
#include <cstdint>

namespace skontro::bench {

inline constexpr int kFractionBits = 16;
inline constexpr int64_t kOne = int64_t{1} << kFractionBits;

// 2^(exponent / kOne), times kOne; at most 2^62.
class PowerOfTwo {
 public:
  PowerOfTwo();
  int64_t operator()(int64_t exponent) const;

 private:
  // 2^(1/2), 2^(1/4), 2^(1/8), ... with 62 bits behind the point.
  std::array<uint64_t, kFractionBits> roots_;
};

class IntegerDice {
 public:
  explicit IntegerDice(uint64_t seed) : state_(seed) {}

  // Uniform in 64 bits (splitmix64).
  uint64_t Next();

  // Uniform from 0 to below `bound`, which is above zero.
  uint64_t Below(uint64_t bound);

  // Normal, of mean 0 and deviation kOne: the sum of twelve uniform numbers, so
  // that nothing is further out than six deviations.
  int64_t Normal();

  // Times kOne: 2^(center + deviation * normal), both given times kOne.
  int64_t LogNormal(int64_t center, int64_t deviation);

  // Times kOne: at least 1, and above x with a probability of
  // x^-(numerator / denominator).
  int64_t Pareto(int64_t numerator, int64_t denominator);

 private:
  uint64_t state_;
  PowerOfTwo power_;
};

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_INTEGER_DICE_H_
