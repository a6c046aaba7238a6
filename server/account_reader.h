// Reads the account of a member from a view: whose it is, its balance and its
// limits.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_ACCOUNT_READER_H_
#define SKONTRO_SERVER_ACCOUNT_READER_H_

#include "absl/status/statusor.h"
#include "engine/index_reader.h"
#include "ledger/account_codec.h"
#include "server/call.h"
#include "server/resource_name.h"
#include "skontro/v1/account_service.pb.h"
#include "skontro/v1/credit_service.pb.h"

namespace skontro::server {

// An account as of a sequence.
struct AccountView {
  std::string member_id;
  engine::MemberNumber owner{};
  ledger::AccountId account{};
  ledger::AccountState state;
  engine::Limits limits;
  engine::Holds holds;
  // It winds down or left: its balance may move towards zero and not past it.
  bool is_bound_to_zero = false;
};

// Returns RESOURCE_NOT_FOUND with `name` where there was no such account then.
absl::StatusOr<AccountView> ReadAccount(const ReadScope& scope,
                                        const NameParts& parts,
                                        std::string name);

// Whether the balance of a member that stands there may move towards zero only:
// State::LimitsOf() of the engine.
bool IsBoundToZero(engine::MemberStatus status);

// What a trade may take: balance plus credit line, or the balance alone of who
// winds down or left, less what is held. Each is at most 10^15 either way.
int64_t SpendableOf(const AccountView& account);

// How much of the credit line is drawn, in whole percent, rounded down: at most
// kLineUsedPercentMax, which is also what something drawn without a line is.
inline constexpr int32_t kLineUsedPercentMax = 1'000'000;
int32_t LineUsedPercentOf(const AccountView& account);

void WriteAccount(const std::string& network, const AccountView& account,
                  v1::Account* out);
void WriteCreditLine(const std::string& network, const AccountView& account,
                     v1::CreditLine* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_ACCOUNT_READER_H_
