// Multilateral set-off: what members owe one another is reduced along closed
// chains of debt, so that everybody's net position stays what it was.
//
// This library knows no account, no journal and no clock. It is a function from
// numbers to numbers, which is why it can be tested against brute force and
// measured on its own.
//
// With credit lines, a chain need not be closed by debts alone: its last
// creditor takes units of the network, and its first debtor spends them. In the
// graph that is one more node, the pool: an arc pool -> party carries what the
// party spends, an arc party -> pool what it takes. Units are never made: what
// goes into the pool comes out of it.
//
// docs/clearing.md derives the model, the proofs and the bounds.
//
// Thread safety: pure functions. One call uses one thread.

#ifndef SKONTRO_ENGINE_NETTING_NETTING_H_
#define SKONTRO_ENGINE_NETTING_NETTING_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"

namespace skontro::netting {

// Index of a party in the problem, from 0 to party_count - 1.
enum class Party : uint32_t {};

// What the caller knows an obligation by. Unique in a problem; the order of the
// numbers decides between obligations that are due on the same day.
enum class ObligationId : uint64_t {};

// All obligations of a problem together, in minor units. Below 2^62, so that no
// sum on the way can leave an int64.
inline constexpr int64_t kTotalMax = (int64_t{1} << 62) - 1;

// Nodes and arcs have numbers of 27 bits, in a word with five bits of flags.
inline constexpr uint32_t kPartiesMax = (1U << 27) - 2;
inline constexpr size_t kObligationsMax = size_t{1} << 27;

// Different priority classes in one problem; each is one solve.
inline constexpr size_t kClassesMax = 16;

inline constexpr int32_t kLeverageMax = 1'000;

inline constexpr uint64_t kNoWorkLimit = std::numeric_limits<uint64_t>::max();

// `debtor` owes `creditor` this much.
struct Obligation {
  ObligationId id{};
  Party debtor{};
  Party creditor{};
  int64_t minor_units = 0;  // Above zero.
  // Between the same two parties, what is due first is set off first.
  int32_t due_day = 0;
  // All that can be cleared of class 0 is, then of class 1, and so on.
  uint8_t priority_class = 0;
};

// What a party may spend out of its balance and its credit line, and what it
// may take before it reaches its balance limit. Neither below zero.
struct CreditLine {
  Party party{};
  int64_t spendable_minor_units = 0;
  int64_t receivable_minor_units = 0;
};

struct Problem {
  uint32_t party_count = 0;
  std::vector<Obligation> obligations;
  // At most one for each party; who has none takes part with debts alone.
  std::vector<CreditLine> credit_lines;
  // A unit is spent only where it clears more than this many units of debt: 0
  // spends whatever helps, 1 wants chains of two debts and more. It is a whole
  // number because the debts that one more unit clears are. Above 0 only where
  // all obligations are of one class.
  int32_t leverage = 0;
  // The work of the solver, counted in arcs looked at and never in time, so
  // that every machine stops at the same place.
  uint64_t work_limit = kNoWorkLimit;
};

// One solve of those that make up a solution. Score: 2 for each unit of debt of
// `priority_class` that is cleared; in the last stage less 2 * leverage + 1 for
// each unit spent. So the last stage clears the most debt, and with the least
// spending that does so.
struct Stage {
  uint8_t priority_class = 0;
  absl::int128 score = 0;
  // No result that is as good in the stages before has a higher score.
  absl::int128 bound = 0;
  // The proof of the bound: one number for each party, and one for the pool
  // behind them. engine/netting/certificate.h says what they prove.
  std::vector<int64_t> potentials;
};

struct CreditUse {
  int64_t spent_minor_units = 0;
  int64_t received_minor_units = 0;
};

struct Solution {
  // How much of each obligation is set off, in the order of the problem. From
  // zero to the whole obligation.
  std::vector<int64_t> set_off_minor_units;
  // In the order of the credit lines of the problem.
  std::vector<CreditUse> credit_use;
  int64_t total_minor_units = 0;
  int64_t spent_minor_units = 0;
  // One for each class that occurs, in their order. Fewer where the work limit
  // was reached; then the last one's score may be below its bound.
  std::vector<Stage> stages;
  // Every stage was solved, and reached its bound.
  bool is_optimal = false;
  uint64_t steps = 0;
};

// Returns a solution of the best possible stage scores, in the order of the
// stages.
//
// For every party, what is set off of its claims plus what it spends equals
// what is set off of its debts plus what it receives.
//
// The solution depends on the set of obligations and credit lines and on
// nothing else: not on their order, the machine, or the time.
//
// At the work limit, what was found is made to balance: the solution keeps all
// rules above, is as good as removing rings one by one, and its last stage says
// how far from the best it can be at most.
//
// Returns INVALID_ARGUMENT, naming the field and what would do, if a party is
// unknown, owes itself or has two credit lines; if an obligation id occurs
// twice, an amount of an obligation is not above zero or one of a credit line
// is below it; if the obligations add up to more than kTotalMax; or if a number
// of parties, obligations, classes or the leverage is out of its bounds.
absl::StatusOr<Solution> Solve(const Problem& problem);

}  // namespace skontro::netting

#endif  // SKONTRO_ENGINE_NETTING_NETTING_H_
