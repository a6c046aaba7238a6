#include "server/account_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/refusals.h"
#include "engine/visibility.h"
#include "ledger/base/status.h"
#include "ledger/statement.h"
#include "server/convert_amount.h"

namespace skontro::server {

bool IsBoundToZero(engine::MemberStatus status) {
  return status == engine::MemberStatus::kClosing ||
         status == engine::MemberStatus::kClosed;
}

absl::StatusOr<AccountView> ReadAccount(const ReadScope& scope,
                                        const NameParts& parts,
                                        std::string name) {
  const ledger::Snapshot& snapshot = *scope.view.snapshot;
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<engine::MemberRow> member,
      engine::FindMember(snapshot, parts.member, scope.as_of));
  if (!member.has_value() || parts.account != kMainAccount ||
      !engine::SeesMember(scope.actor, member->created.number)) {
    return ToStatus(engine::NotFound(std::move(name)));
  }
  AccountView account;
  account.member_id = std::move(member->created.id);
  account.owner = member->created.number;
  account.account = member->created.main_account;
  SKONTRO_ASSIGN_OR_RETURN(account.state,
                           AccountAt(snapshot, account.account, scope.as_of));
  SKONTRO_ASSIGN_OR_RETURN(account.limits,
                           engine::LimitsAt(snapshot, scope.network.terms(),
                                            account.account, scope.as_of));
  SKONTRO_ASSIGN_OR_RETURN(
      const engine::Standing standing,
      engine::StandingAt(snapshot, account.owner, scope.as_of));
  account.is_bound_to_zero = IsBoundToZero(standing.status);
  SKONTRO_ASSIGN_OR_RETURN(
      account.holds, engine::HoldsAt(snapshot, account.account, scope.as_of));
  return account;
}

int64_t SpendableOf(const AccountView& account) {
  const int64_t line =
      account.is_bound_to_zero ? 0 : account.limits.credit_line.minor_units();
  return account.state.balance.minor_units() + line -
         account.holds.out.minor_units();
}

int32_t LineUsedPercentOf(const AccountView& account) {
  const int64_t drawn = -account.state.balance.minor_units();
  const int64_t line = account.limits.credit_line.minor_units();
  if (drawn <= 0) return 0;
  if (line <= 0) return kLineUsedPercentMax;
  return static_cast<int32_t>(
      std::min<int64_t>(kLineUsedPercentMax, drawn * 100 / line));
}

void WriteAccount(const std::string& network, const AccountView& account,
                  v1::Account* out) {
  out->set_name(AccountName(network, account.member_id));
  WriteAmount(account.state.balance, out->mutable_balance());
  WriteAmount(account.limits.credit_line, out->mutable_credit_line());
  WriteAmount(account.limits.balance_limit, out->mutable_balance_limit());
  out->mutable_spendable()->set_minor_units(SpendableOf(account));
  WriteAmount(account.holds.out, out->mutable_holds_out());
  WriteAmount(account.holds.in, out->mutable_holds_in());
  out->set_has_own_limits(account.limits.own);
  out->set_posting_count(static_cast<int64_t>(account.state.posting_count));
  out->set_line_used_percent(LineUsedPercentOf(account));
}

void WriteCreditLine(const std::string& network, const AccountView& account,
                     v1::CreditLine* out) {
  out->set_name(CreditLineName(network, account.member_id));
  WriteAmount(account.limits.credit_line, out->mutable_credit_line());
  WriteAmount(account.limits.balance_limit, out->mutable_balance_limit());
  out->set_has_own_limits(account.limits.own);
  out->mutable_overshoot()->set_minor_units(
      std::max<int64_t>(0, -SpendableOf(account)));
}

}  // namespace skontro::server
