#include "bench/integer_dice.h"

#include <cstddef>

namespace skontro::bench {
namespace {

constexpr int kRootBits = 62;
constexpr int64_t kPowerMax = int64_t{1} << 62;

__extension__ using Wide = unsigned __int128;

// The largest whole number whose square is at most `square`.
uint64_t RootOf(Wide square) {
  uint64_t root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const uint64_t tried = root | uint64_t{1} << bit;
    if (Wide{tried} * tried <= square) root = tried;
  }
  return root;
}

// -log2 of a uniform number between 0 and 1, times kOne. One bit of the
// fraction for each squaring.
int64_t NegativeLog(uint64_t uniform) {
  const uint64_t number = uniform | 1;
  int top = 63;
  while ((number >> top) == 0) --top;
  Wide mantissa = Wide{number} << (63 - top);  // From 1 to 2, as 2^63 to 2^64.
  int64_t fraction = 0;
  for (int i = 0; i < kFractionBits; ++i) {
    mantissa = (mantissa * mantissa) >> 63;
    fraction <<= 1;
    if (mantissa >> 64 != 0) {
      fraction |= 1;
      mantissa >>= 1;
    }
  }
  return (int64_t{64} - top) * kOne - fraction;
}

}  // namespace

PowerOfTwo::PowerOfTwo() {
  uint64_t root = uint64_t{1} << 63;  // 2, with 62 bits behind the point.
  for (uint64_t& each : roots_) {
    root = RootOf(Wide{root} << kRootBits);
    each = root;
  }
}

int64_t PowerOfTwo::operator()(int64_t exponent) const {
  const int64_t whole = exponent >> kFractionBits;
  if (whole + kFractionBits >= kRootBits) return kPowerMax;
  if (whole + kFractionBits < -1) return 0;
  uint64_t power = uint64_t{1} << kRootBits;
  for (size_t i = 0; i < roots_.size(); ++i) {
    if ((exponent >> (kFractionBits - 1 - static_cast<int>(i)) & 1) == 0) {
      continue;
    }
    power = static_cast<uint64_t>(Wide{power} * roots_[i] >> kRootBits);
  }
  return static_cast<int64_t>(power >> (kRootBits - kFractionBits - whole));
}

uint64_t IntegerDice::Next() {
  uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

uint64_t IntegerDice::Below(uint64_t bound) {
  return static_cast<uint64_t>(Wide{Next()} * bound >> 64);
}

int64_t IntegerDice::Normal() {
  int64_t sum = 0;
  for (int word = 0; word < 3; ++word) {
    const uint64_t uniform = Next();
    for (int shift = 0; shift < 64; shift += 16) {
      sum += static_cast<int64_t>(uniform >> shift & 0xffff);
    }
  }
  return sum - 6 * 0xffff;
}

int64_t IntegerDice::LogNormal(int64_t center, int64_t deviation) {
  return power_(center + ((deviation * Normal()) >> kFractionBits));
}

int64_t IntegerDice::Pareto(int64_t numerator, int64_t denominator) {
  return power_(NegativeLog(Next()) * denominator / numerator);
}

}  // namespace skontro::bench
