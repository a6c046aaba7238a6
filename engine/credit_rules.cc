#include "engine/credit_rules.h"

#include "engine/refusals.h"

namespace skontro::engine {

std::optional<CreditLineSet> DecideSetCreditLine(
    const State& state, const SetCreditLine& command,
    std::vector<Refusal>* refusals) {
  const std::optional<MemberNumber> member =
      state.FindMember(command.member_id);
  if (!member.has_value()) {
    refusals->push_back(NotFound(MemberName(state.terms(), command.member_id)));
    return std::nullopt;
  }
  const AccountId number = state.member(*member).main_account;
  const Account& account = state.account(number);
  return CreditLineSet{number, account.credit_line, command.credit_line,
                       account.balance_limit,
                       command.balance_limit.value_or(account.balance_limit)};
}

}  // namespace skontro::engine
