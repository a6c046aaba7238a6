// Which trades may be made, and which step a trade may take next. Every
// function adds to `refusals` all that speaks against the command, in the order
// that the API promises, and changes nothing.
//
// Thread safety: pure functions of the state.

#ifndef SKONTRO_ENGINE_TRADE_RULES_H_
#define SKONTRO_ENGINE_TRADE_RULES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/command.h"
#include "engine/state.h"
#include "ledger/entry.h"

namespace skontro::engine {

// Returns the event that creates the trade, or nullopt where a party does not
// exist. `facts` is what the store says of the trade's id and invoice; it is
// made at `time_us` and booked on `booking_date`.
//
// In this order: RESOURCE_EXISTS (the id), RESOURCE_NOT_FOUND (buyer, seller),
// DUPLICATE_INVOICE, MEMBER_NOT_ACTIVE (buyer, seller); where the buyer pays at
// once or authorises DEAL_CAP_EXCEEDED, FIELD_INVALID (the time of a hold);
// BELOW_ACCEPTANCE_RATE, VAT_IN_UNITS; and of such a buyer again
// CREDIT_LINE_EXCEEDED, BALANCE_LIMIT_EXCEEDED.
std::optional<TradeCreated> DecideCreateTrade(const State& state,
                                              const CreateTrade& command,
                                              int64_t time_us,
                                              CivilDate booking_date,
                                              const Facts::NewTrade& facts,
                                              std::vector<Refusal>* refusals);

// The step that a command asks of a trade.
struct TradeStep {
  Event event;
  TradeNumber number{};
  MemberNumber payer{};     // Who pays, where the step moves units.
  MemberNumber receiver{};  // Who receives them.
  Amount units;             // Zero where the step moves none.
};

// The trade of that id. Adds RESOURCE_NOT_FOUND where there is none,
// TRADE_STATE where it is not in the state that the step needs.
std::optional<State::FoundTrade> FindInState(
    const State& state, const std::string& id,
    const std::optional<TradeFact>& fact, TradeState needed,
    std::vector<Refusal>* refusals);

// Return the step, or nullopt where there is no such trade. `fact` is what the
// store says of the trade.
//
// In this order: RESOURCE_NOT_FOUND, TRADE_STATE; to accept also
// MEMBER_NOT_ACTIVE (buyer, seller); to accept and to reverse
// CREDIT_LINE_EXCEEDED (of who pays), BALANCE_LIMIT_EXCEEDED (of who receives).
std::optional<TradeStep> DecideAcceptTrade(const State& state,
                                           const AcceptTrade& command,
                                           CivilDate booking_date,
                                           const std::optional<TradeFact>& fact,
                                           std::vector<Refusal>* refusals);
std::optional<TradeStep> DecideDeclineTrade(
    const State& state, const DeclineTrade& command,
    const std::optional<TradeFact>& fact, std::vector<Refusal>* refusals);
std::optional<TradeStep> DecideReverseTrade(
    const State& state, const ReverseTrade& command,
    const std::optional<TradeFact>& fact, std::vector<Refusal>* refusals);

// The entry that moves `units` from the account of `payer` to that of
// `receiver`. REQUIRES: CheckCanPay() and CheckCanReceive() found nothing.
ledger::Entry MoveUnits(const State& state, ledger::EntryKind kind,
                        TradeNumber trade, CivilDate value_date,
                        MemberNumber payer, MemberNumber receiver,
                        Amount units);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_TRADE_RULES_H_
