// A UnitHolding follows what a member's units have cost: each movement goes in
// with the national value that was fixed for it, and comes out with the cost of
// what was given away, so that the difference is realised.
//
// A holding may be below zero: a member of a mutual credit network owes then,
// and what it owes has a book value like what it holds. Units that come settle
// that debt at its cost. A movement across zero does both, and its value is
// split in proportion; the second part takes the rest.
//
// Thread safety: one thread at a time.

#ifndef SKONTRO_FISCAL_UNIT_HOLDING_H_
#define SKONTRO_FISCAL_UNIT_HOLDING_H_

#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/status/statusor.h"
#include "fiscal/rounding.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

enum class CostMethod {
  kMovingAverage,
  kFifo,
};

// What one movement came to, in minor units of the national currency.
struct UnitMovement {
  // Book value of what it took out of the holding, or of the debt that it
  // settled; zero or above.
  int64_t cost = 0;
  // Above zero is a gain, below a loss. Units given: their value less cost.
  // Debt settled: its cost less the value of the units.
  int64_t realised = 0;
};

// Lots of FIFO that are open at once. Neighbours of one cost are one lot, so at
// parity there is one.
inline constexpr size_t kLotsMax = 1'000'000;

class UnitHolding {
 public:
  UnitHolding(CostMethod method, Rounding rounding)
      : method_(method), rounding_(rounding) {}

  // Moves `units`, above zero where they come, worth `value` (zero or above).
  // The movement that brings the holding to zero takes all that is left of the
  // book value, so that no cent remains.
  //
  // OUT_OF_RANGE where a sum does not fit in 64 bits, RESOURCE_EXHAUSTED at
  // kLotsMax; the holding is then not to be used.
  // REQUIRES: units != 0, value >= 0.
  absl::StatusOr<UnitMovement> Move(int64_t units, int64_t value);

  // Gives the holding another book value, at the end of a period, and returns
  // by how much it grew. Lots keep their shares of it. The sign has to be that
  // of the units, or zero.
  // OUT_OF_RANGE as for Move(). REQUIRES: as said, and zero without units.
  absl::StatusOr<int64_t> Revalue(int64_t book_value);

  const UnitBalance& balance() const { return balance_; }

 private:
  struct Lot {  // Without sign, as the whole holding has one.
    int64_t units = 0;
    int64_t value = 0;
  };

  // Adds to what is held or owed. REQUIRES: not of the other side.
  absl::Status Open(int64_t units, int64_t value);
  // Takes `size` units out, and returns their cost. REQUIRES: there are so
  // many.
  absl::StatusOr<int64_t> Close(int64_t size);
  absl::StatusOr<int64_t> CloseLots(int64_t size);

  const CostMethod method_;
  const Rounding rounding_;
  UnitBalance balance_;
  std::deque<Lot> lots_;  // FIFO only; the oldest first.
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_UNIT_HOLDING_H_
