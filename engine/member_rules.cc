#include "engine/member_rules.h"

#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/refusals.h"

namespace skontro::engine {
namespace {

constexpr std::array kStatuses = {
    MemberStatus::kActive, MemberStatus::kEarnOnly, MemberStatus::kSpendOnly,
    MemberStatus::kFrozen, MemberStatus::kClosing,  MemberStatus::kClosed};

// Whether the member goes on as one: the four that lead to one another.
bool GoesOn(MemberStatus status) {
  return status != MemberStatus::kClosing && status != MemberStatus::kClosed;
}

bool MayBecome(MemberStatus from, MemberStatus to) {
  if (from == MemberStatus::kClosed) return false;
  // Again, with another last day.
  if (from == MemberStatus::kClosing) return !GoesOn(to);
  if (from == to) return false;
  return GoesOn(to) || to == MemberStatus::kClosing;
}

std::string AllowedFrom(MemberStatus from) {
  std::vector<std::string> names;
  for (const MemberStatus to : kStatuses) {
    if (MayBecome(from, to)) names.emplace_back(MemberStatusName(to));
  }
  return names.empty() ? "nothing: it is final" : absl::StrJoin(names, ", ");
}

Refusal NotActive(const State& state, const Member& member, std::string what) {
  return {Reason::kMemberNotActive,
          {{"who", MemberName(state.terms(), member.id)},
           {"state", std::move(what)}}};
}

}  // namespace

MemberCreated DecideCreateMember(const State& state,
                                 const CreateMember& command,
                                 std::vector<Refusal>* refusals) {
  if (state.FindMember(command.member_id).has_value()) {
    refusals->push_back(Exists(MemberName(state.terms(), command.member_id)));
  }
  if (!command.vat_id.empty() &&
      state.HasTaxId(TaxIdKey(NormaliseTaxId(command.vat_id), kVatScope))) {
    refusals->push_back(
        Exists(absl::StrCat("a member with VAT id ", command.vat_id)));
  }
  for (const CompanyId& id : command.company_ids) {
    if (state.HasTaxId(TaxIdKey(NormaliseTaxId(id.value),
                                CompanyIdScope(command.country, id.scheme)))) {
      refusals->push_back(
          Exists(absl::StrCat("a member with ", id.scheme, " ", id.value)));
    }
  }
  return {state.next_member(), command.member_id,   command.country,
          command.vat_id,      command.company_ids, state.next_account()};
}

std::optional<MemberStatusSet> DecideChangeMemberStatus(
    const State& state, const ChangeMemberStatus& command,
    CivilDate booking_date, std::vector<Refusal>* refusals) {
  const std::string name = MemberName(state.terms(), command.member_id);
  const std::optional<MemberNumber> number =
      state.FindMember(command.member_id);
  if (!number.has_value()) {
    refusals->push_back(NotFound(name));
    return std::nullopt;
  }
  if (command.status == MemberStatus::kClosing &&
      command.wind_down_date.has_value() &&
      command.wind_down_date < booking_date) {
    refusals->push_back(
        FieldInvalid("wind_down_date", FormatDate(command.wind_down_date),
                     absl::StrCat(FormatDate(booking_date), " or later")));
  }
  const Member& member = state.member(*number);
  if (!MayBecome(member.status, command.status)) {
    refusals->push_back(
        {Reason::kMemberState,
         {{"member", name},
          {"state", std::string(MemberStatusName(member.status))},
          {"wanted", std::string(MemberStatusName(command.status))},
          {"allowed", AllowedFrom(member.status)}}});
  } else if (command.status == MemberStatus::kClosed) {
    const Amount balance = state.account(member.main_account).balance;
    const size_t open_trades = state.CountOpenTradesOf(*number);
    if (balance != Amount() || open_trades > 0) {
      refusals->push_back({Reason::kMemberNotSettled,
                           {{"member", name},
                            {"balance", absl::StrCat(balance.minor_units())},
                            {"open_trades", absl::StrCat(open_trades)}}});
    }
  }
  return MemberStatusSet{*number, member.status, command.status,
                         command.wind_down_date};
}

std::optional<Refusal> CheckMayBuy(const State& state, MemberNumber buyer,
                                   CivilDate booking_date) {
  const Member& member = state.member(buyer);
  switch (member.status) {
    case MemberStatus::kActive:
    case MemberStatus::kSpendOnly:
      return std::nullopt;
    case MemberStatus::kClosing:
      if (booking_date <= member.wind_down_date) return std::nullopt;
      return NotActive(state, member,
                       absl::StrCat("CLOSING, and could spend until ",
                                    FormatDate(member.wind_down_date)));
    default:
      return NotActive(state, member,
                       std::string(MemberStatusName(member.status)));
  }
}

std::optional<Refusal> CheckMaySell(const State& state, MemberNumber seller) {
  const Member& member = state.member(seller);
  switch (member.status) {
    case MemberStatus::kActive:
    case MemberStatus::kEarnOnly:
    case MemberStatus::kClosing:
      return std::nullopt;
    default:
      return NotActive(state, member,
                       std::string(MemberStatusName(member.status)));
  }
}

std::optional<Refusal> CheckMayGiveBack(const State& state,
                                        MemberNumber seller) {
  const Member& member = state.member(seller);
  if (member.status != MemberStatus::kFrozen) return std::nullopt;
  return NotActive(state, member, std::string(MemberStatusName(member.status)));
}

std::optional<Refusal> CheckMaySettle(const State& state, MemberNumber party) {
  const Member& member = state.member(party);
  if (member.status != MemberStatus::kFrozen &&
      member.status != MemberStatus::kClosed) {
    return std::nullopt;
  }
  return NotActive(state, member, std::string(MemberStatusName(member.status)));
}

}  // namespace skontro::engine
