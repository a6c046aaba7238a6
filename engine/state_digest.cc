#include "engine/state_digest.h"

#include <algorithm>
#include <string>

#include "engine/state.h"
#include "ledger/base/check.h"
#include "ledger/big_endian.h"

namespace skontro::engine {
namespace {

using ledger::AppendBigEndian;

// What a row is about; the numbers are hashed.
enum class RowKind : uint8_t {
  kMember = 1,
  kAccount = 2,
  kOpenTrade = 3,
  kFinishedTrade = 4,
  kTaxId = 5,
  kApiKey = 6,
  kPolicies = 7,
  kHold = 8,
  kMemberStatus = 10,
  kWebhook = 40,
};

size_t IndexOf(AccountId account) { return static_cast<uint64_t>(account) - 1; }

// Hashes rows as they come, some at a time.
class Rows {
 public:
  explicit Rows(const ledger::Digest& previous) {
    hash_.Begin();
    hash_.Add(ledger::BytesOf(previous));
  }

  Rows& Kind(RowKind kind) {
    bytes_.push_back(static_cast<char>(kind));
    return *this;
  }
  template <typename T>
  Rows& Number(T number) {
    AppendBigEndian(&bytes_, static_cast<uint64_t>(number));
    if (bytes_.size() >= kFlushBytes) Flush();
    return *this;
  }
  Rows& Id(const std::string& id) {
    SKONTRO_CHECK(id.size() <= UINT8_MAX);
    bytes_.push_back(static_cast<char>(id.size()));
    bytes_.append(id);
    return *this;
  }
  // What may be longer than an id.
  Rows& Text(const std::string& text) {
    Number(text.size());
    bytes_.append(text);
    return *this;
  }
  ledger::Digest Finish() {
    Flush();
    return hash_.Finish();
  }

 private:
  static constexpr size_t kFlushBytes = 16 * 1024;

  void Flush() {
    hash_.Add(bytes_);
    bytes_.clear();
  }

  ledger::Sha256 hash_;
  std::string bytes_;
};

void AddMembers(const State& state, Rows* rows) {
  for (uint64_t i = state.touched().member_count; i < state.member_count();
       ++i) {
    const Member& member = state.member(MemberNumber{i + 1});
    rows->Kind(RowKind::kMember).Number(i + 1);
    rows->Number(static_cast<uint64_t>(member.main_account)).Id(member.id);
  }
}

void AddAccounts(const State& state, Rows* rows) {
  const std::vector<bool>& touched = state.touched().accounts;
  for (size_t i = 0; i < touched.size(); ++i) {
    if (!touched[i]) continue;
    const Account& account = state.account(AccountId{i + 1});
    rows->Kind(RowKind::kAccount).Number(i + 1);
    rows->Number(static_cast<uint64_t>(account.owner))
        .Number(account.balance.minor_units())
        .Number(account.credit_line.minor_units())
        .Number(account.balance_limit.minor_units());
  }
}

void AddTrades(const State& state, Rows* rows) {
  std::vector<TradeNumber> numbers = state.touched().trades;
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  for (const TradeNumber number : numbers) {
    const Trade* trade = state.FindOpenTrade(number);
    rows->Kind(trade == nullptr ? RowKind::kFinishedTrade : RowKind::kOpenTrade)
        .Number(static_cast<uint64_t>(number));
    if (trade == nullptr) continue;
    rows->Number(static_cast<uint64_t>(trade->seller))
        .Number(static_cast<uint64_t>(trade->buyer))
        .Number(trade->units.minor_units())
        .Id(trade->id);
    const InvoiceKey invoice = trade->invoice.value_or(InvoiceKey());
    rows->Number(invoice.year).Id(invoice.number);
    if (trade->state != TradeState::kAuthorised) continue;
    rows->Kind(RowKind::kHold)
        .Number(static_cast<uint64_t>(number))
        .Number(trade->hold_expire_time_us)
        .Number(trade->settled.minor_units());
  }
}

void AddTaxIds(const State& state, Rows* rows) {
  std::vector<std::string> keys = state.touched().tax_ids;
  std::sort(keys.begin(), keys.end());
  for (const std::string& key : keys) rows->Kind(RowKind::kTaxId).Id(key);
}

void AddApiKeys(const State& state, Rows* rows) {
  for (const std::string& id : state.touched().api_keys) {
    const ApiKey& key = state.api_keys().at(id);
    rows->Kind(RowKind::kApiKey)
        .Id(id)
        .Id(key.created.identity)
        .Number(static_cast<uint64_t>(key.created.role))
        .Number(key.created.members.size());
    for (const MemberNumber member : key.created.members) {
      rows->Number(static_cast<uint64_t>(member));
    }
    rows->Number(key.created.spending_ceiling.minor_units())
        .Number(key.created.credit_mandate.minor_units())
        .Number(key.expire_time_us)
        .Number(key.revoked ? 1 : 0)
        .Number(static_cast<uint64_t>(key.created.kind))
        .Id(key.created.digest);
  }
}

// Those that are not at their defaults, so that policies of later versions
// leave the digests of today as they are.
void AddPolicies(const State& state, Rows* rows) {
  if (!state.touched().policies) return;
  rows->Kind(RowKind::kPolicies).Number(state.policies_version());
  for (const PolicyRule& rule : PolicyRules()) {
    const int64_t value = state.policies().Get(rule.policy);
    if (value == rule.by_default) continue;
    rows->Number(static_cast<uint32_t>(rule.policy)).Number(value);
  }
}

void AddStatuses(const State& state, Rows* rows) {
  for (const MemberNumber number : state.touched().statuses) {
    const Member& member = state.member(number);
    rows->Kind(RowKind::kMemberStatus)
        .Number(static_cast<uint64_t>(number))
        .Number(static_cast<uint64_t>(member.status))
        .Number(member.wind_down_date.has_value() ? member.wind_down_date.days()
                                                  : 0);
  }
}

void AddWebhooks(const State& state, Rows* rows) {
  for (const std::string& id : state.touched().webhooks) {
    const Webhook* webhook = state.FindWebhook(id);
    rows->Kind(RowKind::kWebhook).Id(id);
    if (webhook == nullptr) {
      rows->Number(0);  // It is gone.
      continue;
    }
    const WebhookCreated& created = webhook->created;
    rows->Number(static_cast<uint32_t>(webhook->state))
        .Id(created.owner)
        .Id(created.api_key)
        .Number(static_cast<uint64_t>(created.member))
        .Number(created.types.size());
    for (const uint32_t type : created.types) rows->Number(type);
    rows->Text(created.url).Id(created.salt).Id(created.digest);
  }
}

}  // namespace

bool Touched::Has(AccountId account) const {
  return IndexOf(account) < accounts.size() && accounts[IndexOf(account)];
}

void Touched::Touch(AccountId account, bool touched) {
  if (IndexOf(account) >= accounts.size()) {
    accounts.resize(IndexOf(account) + 1);
  }
  accounts[IndexOf(account)] = touched;
}

void Touched::Begin(const ledger::Digest& of_digest, Sequence sequence,
                    uint64_t members) {
  digest = of_digest;
  since = sequence;
  member_count = members;
  accounts.assign(accounts.size(), false);
  trades.clear();
  tax_ids.clear();
  api_keys.clear();
  webhooks.clear();
  statuses.clear();
  policies = false;
}

StateDigested DigestOf(const State& state) {
  // The sum of all balances is zero, or the process stops here.
  state.CheckInvariants();
  StateDigested out;
  out.members = state.member_count();
  out.accounts = state.account_count();
  out.open_trades = state.open_trade_count();
  Rows rows(state.touched().digest);
  rows.Number(out.members)
      .Number(out.accounts)
      .Number(out.open_trades)
      .Number(out.balances_sum);
  AddMembers(state, &rows);
  AddAccounts(state, &rows);
  AddTrades(state, &rows);
  AddTaxIds(state, &rows);
  AddApiKeys(state, &rows);
  AddPolicies(state, &rows);
  AddStatuses(state, &rows);
  AddWebhooks(state, &rows);
  out.digest = rows.Finish();
  return out;
}

}  // namespace skontro::engine
