// Checks a solution against its problem without solving anything: that it keeps
// the rules, and that nothing better does.
//
// It shares no code with the solver and knows none of its data but the problem
// and the solution, so that a fault would have to be made twice, and it is
// small enough to be read in one sitting. Time and memory are linear in parties
// and obligations.
//
// The proof. Give each party, and the pool, a number p. A unit of debt from u
// to v that is set off scores s and costs the fee s + p(u) - p(v). Around any
// circle the p cancel, so all fees of a balanced result add up to its score.
// The highest sum of fees is had by taking all of every arc with a fee above
// zero and none of those below: no balanced result scores more than that sum,
// whatever the numbers. A result that takes exactly so much is the best.
//
// Of two stages, the second decides only where the first one's fee is zero.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_NETTING_CERTIFICATE_H_
#define SKONTRO_ENGINE_NETTING_CERTIFICATE_H_

#include "absl/status/status.h"
#include "engine/netting/netting.h"

namespace skontro::netting {

// OK if:
//  - the solution is of the shape of the problem, and its classes are those
//    that occur, in their order, complete if it says that it is optimal;
//  - no obligation is set off by less than nothing or more than all of it, and
//    no credit line is overdrawn, in either direction;
//  - for every party, claims set off and spending equal debts set off and what
//    is received, and what all spend equals what all receive;
//  - the totals and the scores are the sums that they are said to be;
//  - the potentials prove the bound of each stage, and a stage's score is its
//    bound, except for the last stage of a solution that is not optimal.
// Else INTERNAL, naming the first that does not hold, where, and with which
// numbers.
//
// REQUIRES: Solve() did not refuse `problem`.
absl::Status Verify(const Problem& problem, const Solution& solution);

// OK if between the same two parties and within a class no obligation is set
// off before all that come before it, by due day and id, are set off in full.
// Else INTERNAL. Takes a table of the pairs of parties, so it costs more than
// Verify().
absl::Status VerifyAllocation(const Problem& problem, const Solution& solution);

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_CERTIFICATE_H_
