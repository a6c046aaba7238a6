#include "cli/verifier/state_book.h"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <variant>

#include "absl/strings/str_format.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/keys.h"

namespace skontro::verifier {
namespace {

// Value of `TradeCreated.initiator`.
constexpr uint32_t kBySeller = 1;

// What a row of the digest is about.
constexpr char kMemberRow = 1;
constexpr char kAccountRow = 2;
constexpr char kOpenTradeRow = 3;
constexpr char kFinishedTradeRow = 4;
constexpr char kTaxIdRow = 5;
constexpr char kApiKeyRow = 6;
constexpr char kPoliciesRow = 7;

constexpr char kMemberStatusRow = 10;

constexpr char kHoldRow = 8;

constexpr char kWebhookRow = 40;

// Values of `WebhookStateSet.state`.
constexpr uint32_t kWebhookActive = 1;
constexpr uint32_t kWebhookDeleted = 3;

// Value of `skontro.v1.Trade.State`.
constexpr uint32_t kAuthorisedState = 2;

constexpr uint32_t kRoleMax = 5;
constexpr uint32_t kKindMax = 2;

void AppendNumbers(std::initializer_list<uint64_t> numbers,
                   std::string* bytes) {
  for (const uint64_t number : numbers) AppendBig64(number, bytes);
}

std::vector<uint64_t> Ascending(const StateBook::Numbers& numbers) {
  std::vector<uint64_t> sorted(numbers.begin(), numbers.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

void AppendId(const std::string& id, std::string* bytes) {
  bytes->push_back(static_cast<char>(id.size()));
  bytes->append(id);
}

}  // namespace

void StateBook::CheckPlace(uint64_t sequence, const Event& event,
                           bool in_group) {
  const uint64_t last = std::max(digest_sequence_, missed_);
  const bool due =
      !in_group && sequence / digest_interval_ > last / digest_interval_;
  const bool is_digest = std::holds_alternative<StateDigested>(event);
  // The tool that writes it has no state, so it comes before the digest.
  const bool puts_off = std::holds_alternative<RecoveryAccepted>(event);
  if (due && !is_digest && !puts_off) {
    findings_.Add(sequence, "the state digest that belongs here is missing");
    missed_ = sequence;
  }
  if (!due && is_digest) {
    findings_.Add(sequence, "a state digest where none belongs");
  }
}

void StateBook::Apply(uint64_t sequence, const std::vector<Entry>& entries,
                      const Event& event) {
  for (const Entry& entry : entries) {
    for (const Posting& posting : entry.postings) {
      touched_accounts_.insert(posting.account);
    }
  }
  std::visit([&](const auto& what) { On(sequence, what); }, event);
}

void StateBook::On(uint64_t, const MemberCreated& event) {
  members_.try_emplace(event.number, Member{event.id, event.main_account});
  touched_accounts_.insert(event.main_account);
  for (const std::string& key : TaxIdRowKeys(event)) {
    if (tax_ids_.insert(key).second) touched_tax_ids_.insert(key);
  }
}

void StateBook::On(uint64_t, const CreditLineSet& event) {
  touched_accounts_.insert(event.account);
}

void StateBook::On(uint64_t sequence, const TradeCreated& event) {
  if (event.initiator != kBySeller && event.hold_expire_time_us == 0) return;
  OpenTrade trade = {
      .id = event.id.empty() ? absl::StrFormat("t%d", sequence) : event.id,
      .seller = event.seller,
      .buyer = event.buyer,
      .units = event.units,
      .invoice = {},
      .national_value = event.national_value,
      .cash = event.cash,
      .expire_time_us = event.hold_expire_time_us};
  if (event.invoice.has_value()) {
    trade.invoice = KeyOf(event.seller, *event.invoice);
  }
  trades_.insert_or_assign(sequence, std::move(trade));
  touched_trades_.insert(sequence);
}

void StateBook::On(uint64_t, const TradeAccepted& event) { Close(event.trade); }

void StateBook::On(uint64_t, const TradeDeclined& event) { Close(event.trade); }

void StateBook::On(uint64_t, const TradeAuthorised& event) {
  const auto trade = trades_.find(event.trade);
  if (trade == trades_.end()) return;  // It was told.
  trade->second.expire_time_us = event.expire_time_us;
  touched_trades_.insert(event.trade);
}

void StateBook::On(uint64_t sequence, const HoldSettled& event) {
  const auto trade = trades_.find(event.trade);
  if (trade == trades_.end()) return;  // It was told.
  if (event.state != kAuthorisedState) {
    Close(event.trade);
    return;
  }
  trade->second.settled += event.units;
  trade->second.settle_sequence = sequence;
  touched_trades_.insert(event.trade);
}

uint64_t StateBook::CountOpenTradesOf(uint64_t member) const {
  return static_cast<uint64_t>(
      std::count_if(trades_.begin(), trades_.end(), [&](const auto& trade) {
        return trade.second.seller == member || trade.second.buyer == member;
      }));
}

void StateBook::Close(uint64_t trade) {
  trades_.erase(trade);
  touched_trades_.insert(trade);
}

void StateBook::On(uint64_t sequence, const StateDigested& event) {
  const auto compare = [&](const char* what, __int128 said, __int128 found) {
    if (said == found) return;
    findings_.Add(sequence,
                  absl::StrFormat("the state digest says %s %s; there are %s",
                                  Decimal(said), what, Decimal(found)));
  };
  compare("members", event.members, members_.size());
  compare("accounts", event.accounts, accounts_.count());
  compare("open trades", event.open_trades, trades_.size());
  compare("as the sum of all balances", event.balances_sum, accounts_.Sum());
  const Digest computed = Compute();
  if (event.digest != computed.view()) {
    findings_.Add(sequence,
                  absl::StrFormat("the state digest is %s; members, accounts "
                                  "and open trades give %s",
                                  Hex(event.digest), Hex(computed.view())));
  }
  // The chain goes on from what the record says.
  if (event.digest.size() == kDigestLength) {
    digest_ = DigestOf32(event.digest);
  }
  digest_sequence_ = sequence;
  digest_members_ = members_.size();
  touched_accounts_.clear();
  touched_trades_.clear();
  touched_tax_ids_.clear();
  touched_api_keys_.clear();
  touched_policies_ = false;
  touched_statuses_.clear();
  touched_webhooks_.clear();
}

void StateBook::On(uint64_t sequence, const ApiKeyCreated& event) {
  const auto check = [&](bool holds, const char* what) {
    if (!holds) {
      findings_.Add(sequence, absl::StrFormat("the API key %s %s",
                                              Quoted(event.id), what));
    }
  };
  check(!event.id.empty() && !event.identity.empty(), "has no id or identity");
  check(event.role >= 1 && event.role <= kRoleMax, "has a role that is none");
  check(event.kind >= 1 && event.kind <= kKindMax, "has a kind that is none");
  check(event.digest.size() == kDigestLength, "has no digest of 32 bytes");
  check(event.spending_ceiling >= 0 && event.credit_mandate >= 0,
        "has a limit below zero");
  for (size_t i = 0; i < event.members.size(); ++i) {
    check(members_.contains(event.members[i].number),
          "is of a member that was never admitted");
    check(i == 0 || event.members[i - 1].number < event.members[i].number,
          "has members that are not ascending");
  }
  if (!event.replaces.empty()) {
    const auto replaced = api_keys_.find(event.replaces);
    if (replaced == api_keys_.end() || replaced->second.revoked) {
      check(false, "replaces a key that is not there");
    } else {
      const ApiKeyCreated& old = replaced->second.created;
      check(old.identity == event.identity && old.role == event.role &&
                old.members == event.members &&
                old.spending_ceiling == event.spending_ceiling &&
                old.credit_mandate == event.credit_mandate,
            "may do something else than the key that it replaces");
      replaced->second.expire_time_us = event.replaced_expire_time_us;
      touched_api_keys_.insert(event.replaces);
    }
  }
  check(api_keys_
            .try_emplace(event.id, ApiKey{event, event.expire_time_us, false})
            .second,
        "was there before");
  touched_api_keys_.insert(event.id);
}

void StateBook::On(uint64_t sequence, const ApiKeyRevoked& event) {
  const auto key = api_keys_.find(event.id);
  if (key == api_keys_.end() || key->second.revoked) {
    findings_.Add(sequence,
                  absl::StrFormat("the API key %s is revoked and is not there",
                                  Quoted(event.id)));
    return;
  }
  key->second.revoked = true;
  touched_api_keys_.insert(event.id);
}

void StateBook::On(uint64_t sequence, const WebhookCreated& event) {
  const auto check = [&](bool holds, const char* what) {
    if (!holds) {
      findings_.Add(sequence, absl::StrFormat("the webhook %s %s",
                                              Quoted(event.id), what));
    }
  };
  check(!event.id.empty() && !event.url.empty(), "has no id or URL");
  check(event.salt.size() == kWebhookSaltLength, "has no salt of 16 bytes");
  check(event.digest.size() == kDigestLength, "has no digest of 32 bytes");
  check(event.member == 0 || members_.contains(event.member),
        "is of a member that was never admitted");
  check(event.api_key.empty() || api_keys_.contains(event.api_key),
        "was made with a key that was never given out");
  for (size_t i = 1; i < event.types.size(); ++i) {
    check(event.types[i - 1].type < event.types[i].type,
          "has types that are not ascending");
  }
  check(webhooks_.try_emplace(event.id, Webhook{event, kWebhookActive}).second,
        "was there before");
  touched_webhooks_.insert(event.id);
  had_webhooks_ = true;
}

void StateBook::On(uint64_t sequence, const WebhookStateSet& event) {
  const auto webhook = webhooks_.find(event.id);
  if (webhook == webhooks_.end() || webhook->second.state == event.state ||
      event.state < kWebhookActive || event.state > kWebhookDeleted) {
    findings_.Add(sequence,
                  absl::StrFormat("the webhook %s cannot come to state %d",
                                  Quoted(event.id), event.state));
    return;
  }
  touched_webhooks_.insert(event.id);
  if (event.state == kWebhookDeleted) {
    webhooks_.erase(webhook);
  } else {
    webhook->second.state = event.state;
  }
}

void StateBook::AppendWebhooks(std::string* rows) const {
  for (const std::string& id : touched_webhooks_) {
    const auto webhook = webhooks_.find(id);
    rows->push_back(kWebhookRow);
    AppendId(id, rows);
    if (webhook == webhooks_.end()) {
      AppendNumbers({0}, rows);
      continue;
    }
    const WebhookCreated& created = webhook->second.created;
    AppendNumbers({webhook->second.state}, rows);
    AppendId(created.owner, rows);
    AppendId(created.api_key, rows);
    AppendNumbers({created.member, created.types.size()}, rows);
    for (const WebhookEventType& type : created.types) {
      AppendNumbers({type.type}, rows);
    }
    AppendNumbers({created.url.size()}, rows);
    rows->append(created.url);
    AppendId(created.salt, rows);
    AppendId(created.digest, rows);
  }
}

void StateBook::AppendApiKeys(std::string* rows) const {
  for (const std::string& id : touched_api_keys_) {
    const ApiKey& key = api_keys_.at(id);
    rows->push_back(kApiKeyRow);
    AppendId(id, rows);
    AppendId(key.created.identity, rows);
    AppendNumbers({key.created.role, key.created.members.size()}, rows);
    for (const ApiKeyMember& member : key.created.members) {
      AppendNumbers({member.number}, rows);
    }
    AppendNumbers({static_cast<uint64_t>(key.created.spending_ceiling),
                   static_cast<uint64_t>(key.created.credit_mandate),
                   static_cast<uint64_t>(key.expire_time_us),
                   uint64_t{key.revoked}, key.created.kind},
                  rows);
    AppendId(key.created.digest, rows);
  }
}

Digest StateBook::Compute() const {
  std::string rows;
  AppendNumbers({members_.size(), accounts_.count(), trades_.size(),
                 static_cast<uint64_t>(accounts_.Sum())},
                &rows);
  for (auto member = members_.upper_bound(digest_members_);
       member != members_.end(); ++member) {
    rows.push_back(kMemberRow);
    AppendNumbers({member->first, member->second.account}, &rows);
    AppendId(member->second.id, &rows);
  }
  for (const uint64_t number : Ascending(touched_accounts_)) {
    const AccountBook::Account* account = accounts_.Find(number);
    if (account == nullptr) continue;  // It was told.
    rows.push_back(kAccountRow);
    AppendNumbers(
        {number, account->member, static_cast<uint64_t>(account->balance),
         static_cast<uint64_t>(account->limits.credit_line),
         static_cast<uint64_t>(account->limits.balance_limit)},
        &rows);
  }
  for (const uint64_t number : Ascending(touched_trades_)) {
    const auto trade = trades_.find(number);
    rows.push_back(trade == trades_.end() ? kFinishedTradeRow : kOpenTradeRow);
    AppendNumbers({number}, &rows);
    if (trade == trades_.end()) continue;
    AppendNumbers({trade->second.seller, trade->second.buyer,
                   static_cast<uint64_t>(trade->second.units)},
                  &rows);
    AppendId(trade->second.id, &rows);
    const InvoiceKey& invoice = trade->second.invoice;
    AppendNumbers({static_cast<uint64_t>(int64_t{invoice.year})}, &rows);
    AppendId(invoice.number, &rows);
    if (trade->second.expire_time_us == 0) continue;
    rows.push_back(kHoldRow);
    AppendNumbers({number, static_cast<uint64_t>(trade->second.expire_time_us),
                   static_cast<uint64_t>(trade->second.settled)},
                  &rows);
  }
  for (const std::string& key : touched_tax_ids_) {
    rows.push_back(kTaxIdRow);
    AppendId(key, &rows);
  }
  AppendApiKeys(&rows);
  if (touched_policies_) {
    rows.push_back(kPoliciesRow);
    AppendNumbers({policies_.set().version}, &rows);
    for (const PolicyValue& value : policies_.set().values) {
      AppendNumbers({value.policy, static_cast<uint64_t>(value.value)}, &rows);
    }
  }
  for (const uint64_t number : touched_statuses_) {
    const MemberBook::Standing standing = member_book_.Of(number);
    rows.push_back(kMemberStatusRow);
    AppendNumbers({number, standing.status,
                   static_cast<uint64_t>(int64_t{standing.wind_down_day})},
                  &rows);
  }
  AppendWebhooks(&rows);
  Sha256 sha256;
  return sha256.Of({digest_.view(), rows});
}

}  // namespace skontro::verifier
