// Credit lines to try a problem with, where those of a network are not known or
// not the question: what would clear if members had so much credit?
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_NETTING_WHAT_IF_H_
#define SKONTRO_ENGINE_NETTING_WHAT_IF_H_

#include <cstdint>
#include <limits>

#include "engine/netting/netting.h"

namespace skontro::netting {

inline constexpr int64_t kWholePartsPerMillion = 1'000'000;

// What a party may take where nothing limits it.
inline constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

// Gives every party with debts or claims a credit line in proportion to both
// together, rounded down. All lines come to `share_ppm` millionths of the total
// debt, less what the rounding takes; nothing limits what a party receives.
//
// REQUIRES: Solve() would not refuse the problem; it has no credit lines;
// 0 <= share_ppm <= kWholePartsPerMillion.
void AddLinesByTurnover(int64_t share_ppm, Problem* problem);

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_WHAT_IF_H_
