#include "engine/hold_rules.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/member_rules.h"
#include "engine/national_value.h"
#include "engine/refusals.h"
#include "ledger/base/check.h"

namespace skontro::engine {
namespace {

void Add(std::optional<Refusal> refusal, std::vector<Refusal>* refusals) {
  if (refusal.has_value()) refusals->push_back(*std::move(refusal));
}

// The trade, if it is authorised and its hold is not over; nullopt after a
// refusal.
std::optional<State::FoundTrade> FindHeld(const State& state,
                                          const std::string& id,
                                          const StepTime& at,
                                          const std::optional<TradeFact>& fact,
                                          std::vector<Refusal>* refusals) {
  const size_t before = refusals->size();
  std::optional<State::FoundTrade> found =
      FindInState(state, id, fact, TradeState::kAuthorised, refusals);
  if (refusals->size() > before) return std::nullopt;
  const int64_t expire_time_us = found->trade.hold_expire_time_us;
  if (expire_time_us <= at.time_us) {
    refusals->push_back({Reason::kHoldExpired,
                         {{"trade", TradeName(state.terms(), id)},
                          {"expire_time", TimeText(expire_time_us)}}});
    return std::nullopt;
  }
  return found;
}

// The part of an authorised trade that `units` are, with their shares of its
// value and of its cash leg.
HoldSettled PartOf(const State& state, const State::FoundTrade& found,
                   Amount units, bool ends) {
  const Trade& trade = found.trade;
  const Amount after = *ledger::Add(trade.settled, units);
  const auto share = [&](int64_t total) {
    return ShareOf(total, after, trade.units) -
           ShareOf(total, trade.settled, trade.units);
  };
  HoldSettled part;
  part.trade = found.number;
  part.units = units;
  part.national_value = share(trade.national_value);
  part.cash = share(trade.cash);
  part.state = ends ? TradeState::kSettled : TradeState::kAuthorised;
  part.holds = state.HoldsWith(trade.seller, trade.buyer,
                               *Negate(ends ? trade.Held() : units));
  return part;
}

// What gives back all that is held of an authorised trade.
template <typename Ended>
Ended End(const State& state, TradeNumber number, const Trade& trade,
          TradeState unsettled) {
  Ended ended;
  ended.trade = number;
  ended.state = trade.settled > Amount() ? TradeState::kSettled : unsettled;
  if (ended.state == unsettled) ended.freed_invoice = trade.invoice;
  ended.holds =
      state.HoldsWith(trade.seller, trade.buyer, *Negate(trade.Held()));
  return ended;
}

TradeStep StepOf(Event event, const State::FoundTrade& found, Amount units) {
  return {std::move(event), found.number, found.trade.buyer, found.trade.seller,
          units};
}

}  // namespace

int64_t DecideExpireTime(std::string_view field, int64_t asked_us,
                         int64_t time_us, std::vector<Refusal>* refusals) {
  if (asked_us == 0) return time_us + kHoldDefaultUs;
  if (asked_us <= time_us || asked_us > time_us + kHoldMaxUs) {
    refusals->push_back(FieldInvalid(field, TimeText(asked_us),
                                     "a time to come, at most 180 days ahead"));
  }
  return asked_us;
}

std::optional<TradeStep> DecideAuthoriseTrade(
    const State& state, const AuthoriseTrade& command, const StepTime& at,
    const std::optional<TradeFact>& fact, std::vector<Refusal>* refusals) {
  const size_t before = refusals->size();
  const std::optional<State::FoundTrade> found = FindInState(
      state, command.trade_id, fact, TradeState::kProposed, refusals);
  if (!found.has_value()) return std::nullopt;
  const Trade& trade = found->trade;
  Add(CheckMayBuy(state, trade.buyer, at.booking_date), refusals);
  Add(CheckMaySell(state, trade.seller), refusals);
  const int64_t expire_time_us = DecideExpireTime(
      "expire_time", command.expire_time_us, at.time_us, refusals);
  Add(CheckCanPay(state, trade.buyer, trade.units), refusals);
  Add(CheckCanReceive(state, trade.seller, trade.units), refusals);
  if (refusals->size() > before) return std::nullopt;
  return StepOf(
      TradeAuthorised{found->number, expire_time_us,
                      state.HoldsWith(trade.seller, trade.buyer, trade.units)},
      *found, Amount());
}

std::optional<TradeStep> DecideSettleTrade(const State& state,
                                           const SettleTrade& command,
                                           const StepTime& at,
                                           const std::optional<TradeFact>& fact,
                                           std::vector<Refusal>* refusals) {
  const std::optional<State::FoundTrade> found =
      FindHeld(state, command.trade_id, at, fact, refusals);
  if (!found.has_value()) return std::nullopt;
  const size_t before = refusals->size();
  const Trade& trade = found->trade;
  Add(CheckMaySettle(state, trade.buyer), refusals);
  Add(CheckMaySettle(state, trade.seller), refusals);
  const Amount held = trade.Held();
  const Amount units = command.units.value_or(held);
  if (units > held) {
    // Each is at most 10^15 and none is below zero.
    refusals->push_back({Reason::kHoldExceeded,
                         {{"trade", TradeName(state.terms(), trade.id)},
                          {"held", absl::StrCat(held.minor_units())},
                          {"amount", absl::StrCat(units.minor_units())},
                          {"missing", absl::StrCat(units.minor_units() -
                                                   held.minor_units())}}});
  }
  // An amount of bad form moves nothing.
  if (refusals->size() > before || units <= Amount()) return std::nullopt;
  const bool ends = command.release_rest || units == held;
  return StepOf(PartOf(state, *found, units, ends), *found, units);
}

std::optional<TradeStep> DecideReleaseTrade(
    const State& state, const ReleaseTrade& command, const StepTime& at,
    const std::optional<TradeFact>& fact, std::vector<Refusal>* refusals) {
  const std::optional<State::FoundTrade> found =
      FindHeld(state, command.trade_id, at, fact, refusals);
  if (!found.has_value()) return std::nullopt;
  return StepOf(End<HoldReleased>(state, found->number, found->trade,
                                  TradeState::kWithdrawn),
                *found, Amount());
}

std::optional<TradeStep> DecideWithdrawTrade(
    const State& state, const WithdrawTrade& command,
    const std::optional<TradeFact>& fact, std::vector<Refusal>* refusals) {
  const size_t before = refusals->size();
  const std::optional<State::FoundTrade> found = FindInState(
      state, command.trade_id, fact, TradeState::kProposed, refusals);
  if (refusals->size() > before) return std::nullopt;
  return StepOf(TradeWithdrawn{found->number, found->trade.invoice}, *found,
                Amount());
}

std::optional<HoldExpired> DecideExpiry(const State& state, int64_t time_us) {
  const std::optional<State::Deadline> next = state.NextDeadline();
  if (!next.has_value() || next->time_us > time_us) return std::nullopt;
  const Trade* const trade = state.FindOpenTrade(next->trade);
  SKONTRO_CHECK(trade != nullptr);
  return End<HoldExpired>(state, next->trade, *trade, TradeState::kExpired);
}

}  // namespace skontro::engine
