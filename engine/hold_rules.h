// Which trades may be authorised, and what may become of their holds. Where
// goods come later than the agreement, the buyer authorises a trade: its units
// are held, and move when the seller has delivered, at once or in parts.
//
// Every function adds to `refusals` all that speaks against the command, in the
// order that the API promises, and changes nothing.
//
// Thread safety: pure functions of the state.

#ifndef SKONTRO_ENGINE_HOLD_RULES_H_
#define SKONTRO_ENGINE_HOLD_RULES_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/command.h"
#include "engine/state.h"
#include "engine/trade_rules.h"

namespace skontro::engine {

// How long a hold lasts where nobody says, and how long it may.
inline constexpr int64_t kHoldDefaultUs = int64_t{14} * 86'400 * 1'000'000;
inline constexpr int64_t kHoldMaxUs = int64_t{180} * 86'400 * 1'000'000;

// When a hold that is asked for at `time_us` ends. `asked_us` is 0 where nobody
// said. FIELD_INVALID for a time that is not to come, or too far away; a
// request that is sent again later gets its first answer, so that this is no
// matter of form.
int64_t DecideExpireTime(std::string_view field, int64_t asked_us,
                         int64_t time_us, std::vector<Refusal>* refusals);

// When and on which day a step is decided.
struct StepTime {
  int64_t time_us = 0;
  CivilDate booking_date;
};

// Return the step, or nullopt where it is refused. `fact` is what the store
// says of the trade.
//
// In this order: RESOURCE_NOT_FOUND, TRADE_STATE, MEMBER_NOT_ACTIVE (buyer,
// seller), FIELD_INVALID, CREDIT_LINE_EXCEEDED, BALANCE_LIMIT_EXCEEDED.
std::optional<TradeStep> DecideAuthoriseTrade(
    const State& state, const AuthoriseTrade& command, const StepTime& at,
    const std::optional<TradeFact>& fact, std::vector<Refusal>* refusals);

// In this order: RESOURCE_NOT_FOUND, TRADE_STATE, HOLD_EXPIRED,
// MEMBER_NOT_ACTIVE (buyer, seller: who is frozen), HOLD_EXCEEDED. No limit:
// what was held was promised.
std::optional<TradeStep> DecideSettleTrade(const State& state,
                                           const SettleTrade& command,
                                           const StepTime& at,
                                           const std::optional<TradeFact>& fact,
                                           std::vector<Refusal>* refusals);

// In this order: RESOURCE_NOT_FOUND, TRADE_STATE, HOLD_EXPIRED.
std::optional<TradeStep> DecideReleaseTrade(
    const State& state, const ReleaseTrade& command, const StepTime& at,
    const std::optional<TradeFact>& fact, std::vector<Refusal>* refusals);

// In this order: RESOURCE_NOT_FOUND, TRADE_STATE.
std::optional<TradeStep> DecideWithdrawTrade(
    const State& state, const WithdrawTrade& command,
    const std::optional<TradeFact>& fact, std::vector<Refusal>* refusals);

// What ends the hold whose time is over first, at `time_us`; nullopt if there
// is none.
std::optional<HoldExpired> DecideExpiry(const State& state, int64_t time_us);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_HOLD_RULES_H_
