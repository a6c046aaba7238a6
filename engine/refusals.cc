#include "engine/refusals.h"

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"

namespace skontro::engine {
namespace {

// Differences of balances and limits, each at most 10^15 and a little away from
// zero, in 128 bits so that no order of them can overflow.
using Wide = __int128;

std::string Text(Wide value) {
  // Bounded by the sum of two limits and an amount.
  return absl::StrCat(static_cast<int64_t>(value));
}

}  // namespace

std::string MemberName(const NetworkCreated& terms, std::string_view id) {
  return absl::StrCat("networks/", terms.id, "/members/", std::string(id));
}

std::string AccountName(const NetworkCreated& terms, std::string_view member) {
  return MemberName(terms, member) + "/accounts/main";
}

std::string TradeName(const NetworkCreated& terms, std::string_view id) {
  return absl::StrCat("networks/", terms.id, "/trades/", std::string(id));
}

std::string ApiKeyName(const NetworkCreated& terms, std::string_view id) {
  return absl::StrCat("networks/", terms.id, "/apiKeys/", std::string(id));
}

Refusal NotFound(std::string name) {
  return {Reason::kResourceNotFound, {{"name", std::move(name)}}};
}

Refusal Exists(std::string name) {
  return {Reason::kResourceExists, {{"name", std::move(name)}}};
}

std::string_view TradeStateName(TradeState state) {
  switch (state) {
    case TradeState::kProposed:
      return "PROPOSED";
    case TradeState::kSettled:
      return "SETTLED";
    case TradeState::kDeclined:
      return "DECLINED";
    case TradeState::kReversed:
      return "REVERSED";
  }
  return "UNKNOWN";
}

std::optional<Refusal> CheckCanPay(const State& state, MemberNumber payer,
                                   Amount amount) {
  SKONTRO_CHECK(amount > Amount());
  const Member& member = state.member(payer);
  const Account& account = state.account(member.main_account);
  const Wide spendable =
      Wide{account.balance.minor_units()} + account.credit_line.minor_units();
  const Wide asked = amount.minor_units();
  if (asked <= spendable) return std::nullopt;
  return Refusal{Reason::kCreditLineExceeded,
                 {{"account", AccountName(state.terms(), member.id)},
                  {"spendable", Text(spendable)},
                  {"amount", Text(asked)},
                  {"missing", Text(asked - spendable)}}};
}

std::optional<Refusal> CheckCanReceive(const State& state,
                                       MemberNumber receiver, Amount amount) {
  SKONTRO_CHECK(amount > Amount());
  const Member& member = state.member(receiver);
  const Account& account = state.account(member.main_account);
  const Wide room =
      Wide{account.balance_limit.minor_units()} - account.balance.minor_units();
  const Wide coming = amount.minor_units();
  if (coming <= room) return std::nullopt;
  return Refusal{Reason::kBalanceLimitExceeded,
                 {{"account", AccountName(state.terms(), member.id)},
                  {"room", Text(room)},
                  {"amount", Text(coming)},
                  {"missing", Text(coming - room)}}};
}

}  // namespace skontro::engine
