// What the best result is compared with: bounds, and what simpler methods clear
// of the same obligations without any credit.
//
// Thread safety: pure functions. REQUIRES of all: Solve() would not refuse the
// problem.

#ifndef SKONTRO_ENGINE_NETTING_BASELINES_H_
#define SKONTRO_ENGINE_NETTING_BASELINES_H_

#include <cstdint>

#include "engine/netting/netting.h"

namespace skontro::netting {

// All that is owed.
int64_t TotalDebt(const Problem& problem);

// The claims that parties have beyond their debts, added up: the least money
// that pays everything. No set-off can reduce it, so what can be cleared is at
// most the total debt less this.
int64_t NetInternalDebt(const Problem& problem);

// What clears if each two parties set off what they owe one another.
int64_t BilateralTotal(const Problem& problem);

// What clears if rings are removed one by one, in the order of the parties,
// until there is none.
int64_t RingByRingTotal(const Problem& problem);

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_BASELINES_H_
