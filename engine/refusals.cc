#include "engine/refusals.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
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

std::string WebhookName(const NetworkCreated& terms, std::string_view id) {
  return absl::StrCat("networks/", terms.id, "/webhooks/", std::string(id));
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
    case TradeState::kAuthorised:
      return "AUTHORISED";
    case TradeState::kSettled:
      return "SETTLED";
    case TradeState::kDeclined:
      return "DECLINED";
    case TradeState::kWithdrawn:
      return "WITHDRAWN";
    case TradeState::kExpired:
      return "EXPIRED";
    case TradeState::kReversed:
      return "REVERSED";
  }
  return "UNKNOWN";
}

std::string_view MemberStatusName(MemberStatus status) {
  switch (status) {
    case MemberStatus::kActive:
      return "ACTIVE";
    case MemberStatus::kEarnOnly:
      return "EARN_ONLY";
    case MemberStatus::kSpendOnly:
      return "SPEND_ONLY";
    case MemberStatus::kFrozen:
      return "FROZEN";
    case MemberStatus::kClosing:
      return "CLOSING";
    case MemberStatus::kClosed:
      return "CLOSED";
  }
  return "UNKNOWN";
}

std::string TimeText(int64_t time_us) {
  constexpr int64_t kSecondUs = 1'000'000;
  constexpr int64_t kDayUs = 86'400 * kSecondUs;
  constexpr int64_t kLastDay = 2'932'896;  // 9999-12-31
  const int64_t day = time_us / kDayUs;
  if (time_us < 0 || day > kLastDay) return absl::StrCat(time_us, " us");
  const int64_t rest = time_us % kDayUs;
  const int64_t seconds = rest / kSecondUs;
  return absl::StrFormat(
      "%sT%02d:%02d:%02d.%06dZ",
      FormatDate(CivilDate::FromDays(static_cast<int32_t>(day))),
      seconds / 3'600, seconds / 60 % 60, seconds % 60, rest % kSecondUs);
}

std::optional<Refusal> CheckCanPay(const State& state, MemberNumber payer,
                                   Amount amount) {
  SKONTRO_CHECK(amount > Amount());
  const Member& member = state.member(payer);
  const Wide spendable = state.SpendableOf(member.main_account);
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
  const Wide room = state.RoomOf(member.main_account);
  const Wide coming = amount.minor_units();
  if (coming <= room) return std::nullopt;
  return Refusal{Reason::kBalanceLimitExceeded,
                 {{"account", AccountName(state.terms(), member.id)},
                  {"room", Text(room)},
                  {"amount", Text(coming)},
                  {"missing", Text(coming - room)}}};
}

}  // namespace skontro::engine
