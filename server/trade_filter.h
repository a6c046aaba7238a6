// What trades can be filtered by, and whether one of them passes. A trade is
// asked as little as it takes: what it was made with, then its steps, and its
// description only where the rest leaves it open.
//
// Thread safety: a TradeFilter belongs to one thread.

#ifndef SKONTRO_SERVER_TRADE_FILTER_H_
#define SKONTRO_SERVER_TRADE_FILTER_H_

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/index_reader.h"
#include "server/filter.h"

namespace skontro::server {

// The fields, by their ids.
enum TradeField : int {
  kTradeName,
  kTradeState,
  kTradeSeller,
  kTradeBuyer,
  kTradeMember,
  kTradeInitiator,
  kTradeUnits,
  kTradeCash,
  kTradeNationalValue,
  kTradeInvoiceNumber,
  kTradePurchaseOrder,
  kTradeIssueDate,
  kTradeSupplyDate,
  kTradeDueDate,
  kTradeDescription,
  kTradeBookingDate,
  kTradeValueDate,
  kTradeCreateTime,
  kTradeSettleTime,
  kTradeEndTime,
};
std::span<const FilterField> TradeFields();

class TradeFilter {
 public:
  // Looks up the members that `filter` names. Both must outlive this.
  static absl::StatusOr<TradeFilter> Make(const ledger::Snapshot& snapshot,
                                          ledger::Sequence as_of,
                                          const Filter& filter);

  // The member that every trade which passes has in `field`: nullopt where the
  // filter does not say, a row of nullopt where it names one that is not there.
  std::optional<std::optional<engine::MemberRow>> RequiredMember(
      TradeField field) const;

  // Whether a trade without steps passes, which gets them if they are needed.
  absl::StatusOr<bool> Passes(engine::TradeHistory* trade) const;

  // The states that a trade which passes may be in.
  std::set<engine::TradeState> States() const;

 private:
  // What is known of the trade that is asked.
  struct Known {
    const engine::TradeHistory& trade;
    bool steps = false;
    const std::string* description = nullptr;
  };

  TradeFilter(const ledger::Snapshot& snapshot, ledger::Sequence as_of,
              const Filter& filter)
      : snapshot_(snapshot), as_of_(as_of), filter_(filter) {}

  Truth Test(const Known& known) const;
  Truth Ask(const Known& known, const Comparison& comparison) const;
  Truth AskMade(const engine::TradeHistory& trade,
                const Comparison& comparison) const;
  Truth AskInvoice(const engine::TradeCreated& created,
                   const Comparison& comparison) const;
  Truth AskMember(const Comparison& comparison, engine::MemberNumber one,
                  engine::MemberNumber other) const;

  const ledger::Snapshot& snapshot_;
  const ledger::Sequence as_of_;
  const Filter& filter_;
  // Of each comparison with a member whom it names, if there is one.
  std::vector<std::optional<engine::MemberRow>> members_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_TRADE_FILTER_H_
