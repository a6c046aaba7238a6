// The refusals that several rules share, each made in one place so that its
// metadata is the same everywhere.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_REFUSALS_H_
#define SKONTRO_ENGINE_REFUSALS_H_

#include <optional>
#include <string>
#include <string_view>

#include "engine/event.h"
#include "engine/state.h"
#include "ledger/base/reason.h"

namespace skontro::engine {

// Resource names on the wire.
std::string MemberName(const NetworkCreated& terms, std::string_view id);
std::string AccountName(const NetworkCreated& terms, std::string_view member);
std::string TradeName(const NetworkCreated& terms, std::string_view id);
std::string ApiKeyName(const NetworkCreated& terms, std::string_view id);
std::string WebhookName(const NetworkCreated& terms, std::string_view id);

Refusal NotFound(std::string name);
Refusal Exists(std::string name);

// The name of a state, such as "SETTLED", and of where a membership stands,
// such as "FROZEN".
std::string_view TradeStateName(TradeState state);
std::string_view MemberStatusName(MemberStatus status);

// A time as refusals have it: RFC 3339 in UTC, with microseconds.
std::string TimeText(int64_t time_us);

// CREDIT_LINE_EXCEEDED if the account of `payer` cannot spend `amount`;
// BALANCE_LIMIT_EXCEEDED if the account of `receiver` has no room for it.
// REQUIRES: `amount` is above zero.
std::optional<Refusal> CheckCanPay(const State& state, MemberNumber payer,
                                   Amount amount);
std::optional<Refusal> CheckCanReceive(const State& state,
                                       MemberNumber receiver, Amount amount);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_REFUSALS_H_
