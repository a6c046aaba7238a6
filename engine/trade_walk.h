// TradeWalks go through numbers of trades in one order, each once, by way of
// the index families; what several say at once, and what any of them says, are
// walks too. So a list looks at the trades that may be on it, and not at all.
//
// A walk touches rows until its budget is spent. Then it stands at a place that
// may be no trade of its own, and nothing before that place was missed: a later
// walk can go on there.
//
// Thread safety: a walk belongs to one thread. Its snapshot and its budget must
// outlive it.

#ifndef SKONTRO_ENGINE_TRADE_WALK_H_
#define SKONTRO_ENGINE_TRADE_WALK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/event.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

// How many rows may still be touched.
class WalkBudget {
 public:
  explicit WalkBudget(size_t rows) : left_(rows) {}

  // Takes `rows`; what is not there is not taken.
  void Spend(size_t rows = 1) { left_ -= rows < left_ ? rows : left_; }
  bool spent() const { return left_ == 0; }

 private:
  size_t left_;
};

enum class WalkOrder { kNewestFirst, kOldestFirst };

// Whether `a` comes before `b`.
inline bool ComesBefore(WalkOrder order, TradeNumber a, TradeNumber b) {
  return order == WalkOrder::kNewestFirst ? a > b : a < b;
}

class TradeWalk {
 public:
  explicit TradeWalk(WalkOrder order) : order_(order) {}
  virtual ~TradeWalk() = default;

  // Moves to the first trade that does not come before `number`, never back.
  // With a spent budget it may stop at any place on the way.
  absl::Status SeekTo(TradeNumber number) {
    return SeekWithin(number, order_ == WalkOrder::kNewestFirst
                                  ? TradeNumber{0}
                                  : TradeNumber{UINT64_MAX});
  }

  // The same for who needs no trade behind `bound`: there it may stop at any
  // place, and goes on from it when it is asked for more.
  virtual absl::Status SeekWithin(TradeNumber number, TradeNumber bound) = 0;

  // Whether it stands somewhere, and where. Before the first SeekTo() it does
  // not.
  virtual bool Valid() const = 0;
  virtual TradeNumber number() const = 0;

 protected:
  bool Before(TradeNumber a, TradeNumber b) const {
    return ComesBefore(order_, a, b);
  }
  WalkOrder order() const { return order_; }

 private:
  const WalkOrder order_;
};

using TradeWalkPtr = std::unique_ptr<TradeWalk>;

// Every trade.
TradeWalkPtr WalkAllTrades(const ledger::Snapshot& snapshot, WalkOrder order,
                           WalkBudget* budget);

// The trades of one member, whose main account is `account`.
TradeWalkPtr WalkTradesOf(const ledger::Snapshot& snapshot, MemberNumber member,
                          AccountId account, WalkOrder order,
                          WalkBudget* budget);

// The trades whose invoice has this number, normalised.
TradeWalkPtr WalkInvoiceNumber(const ledger::Snapshot& snapshot,
                               std::string_view normalised, WalkOrder order,
                               WalkBudget* budget);

// The trades in the rows of RowsOfState(): those that are open now, or those
// that ended in that state, now or before.
TradeWalkPtr WalkRowsOfState(const ledger::Snapshot& snapshot, uint32_t rows,
                             WalkOrder order, WalkBudget* budget);

// The trade that is no more what it was before this event; nullopt for none.
std::optional<TradeNumber> SteppedTrade(const Event& event);

// These trades, whatever their order.
TradeWalkPtr WalkThese(std::vector<TradeNumber> numbers, WalkOrder order);

// The trades of any of the walks, and those of all of them.
// REQUIRES: `walks` is not empty, and all have this order.
TradeWalkPtr WalkAnyOf(std::vector<TradeWalkPtr> walks, WalkOrder order);
TradeWalkPtr WalkAllOf(std::vector<TradeWalkPtr> walks, WalkOrder order,
                       WalkBudget* budget);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_TRADE_WALK_H_
