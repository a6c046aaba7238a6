#include "engine/state.h"

#include <algorithm>
#include <utility>

#include "ledger/base/check.h"
#include "ledger/base/limits.h"

namespace skontro::engine {
namespace {

size_t IndexOf(MemberNumber number) {
  return static_cast<uint64_t>(number) - 1;
}
size_t IndexOf(AccountId account) { return static_cast<uint64_t>(account) - 1; }

// As the tables look for it.
absl::string_view ToAbsl(std::string_view text) {
  return {text.data(), text.size()};
}

// The kind of a record with this event, the genesis aside.
ledger::RecordKind KindOf(const Event& event) {
  if (std::holds_alternative<RequestRefused>(event)) {
    return ledger::RecordKind::kRefusal;
  }
  if (std::holds_alternative<RecoveryAccepted>(event)) {
    return ledger::RecordKind::kRecovery;
  }
  return std::holds_alternative<StateDigested>(event)
             ? ledger::RecordKind::kStateDigest
             : ledger::RecordKind::kEvent;
}

// Whether a record with this event may have entries.
bool MayMoveUnits(const Event& event) {
  return std::holds_alternative<TradeCreated>(event) ||
         std::holds_alternative<TradeAccepted>(event) ||
         std::holds_alternative<TradeReversed>(event) ||
         std::holds_alternative<HoldSettled>(event);
}

}  // namespace

State::State(const ledger::Record& genesis, NetworkCreated terms,
             uint64_t digest_interval)
    : terms_(std::move(terms)),
      digest_interval_(digest_interval),
      time_us_(genesis.time_us),
      booking_date_(genesis.booking_date) {
  SKONTRO_CHECK(genesis.kind == ledger::RecordKind::kGenesis);
}

State::State(StateContents contents, uint64_t digest_interval)
    : terms_(std::move(contents.terms)),
      digest_interval_(digest_interval),
      sequence_(contents.sequence),
      time_us_(contents.time_us),
      booking_date_(contents.booking_date),
      members_(std::move(contents.members)),
      accounts_(std::move(contents.accounts)),
      api_keys_(std::move(contents.api_keys)),
      webhooks_(std::move(contents.webhooks)),
      policies_(std::move(contents.policies)),
      touched_(std::move(contents.touched)) {
  member_by_id_.reserve(members_.size());
  for (size_t i = 0; i < members_.size(); ++i) {
    SKONTRO_CHECK_AT(
        member_by_id_.emplace(members_[i].id, MemberNumber{i + 1}).second,
        sequence_);
  }
  tax_ids_.reserve(contents.tax_ids.size());
  for (std::string& key : contents.tax_ids) tax_ids_.insert(std::move(key));
  for (auto& [number, trade] : contents.open_trades) {
    AddTrade(number, std::move(trade));
  }
  CheckInvariants();
}

void State::Apply(const ledger::Record& record, const Event& event,
                  Recall recall) {
  recall_ = recall;
  SKONTRO_CHECK_AT(MayBeNext(event), sequence_);
  sequence_ = ledger::Next(sequence_);
  SKONTRO_CHECK_AT(record.time_us > time_us_, sequence_);
  SKONTRO_CHECK_AT(record.booking_date >= booking_date_, sequence_);
  SKONTRO_CHECK_AT(record.kind == KindOf(event), sequence_);
  time_us_ = record.time_us;
  booking_date_ = record.booking_date;
  CountGroup(record);
  ApplyEvent(event);
  SKONTRO_CHECK_AT(record.entries.empty() || MayMoveUnits(event), sequence_);
  ApplyEntries(record);
  if (recall_ == Recall::kRecent) ApplyRequest(record, event);
}

// A group is over when as many records as its first one says are there.
void State::CountGroup(const ledger::Record& record) {
  if (!record.request_id.empty()) {
    group_left_ = record.group_count - 1;
  } else if (group_left_ > 0) {
    --group_left_;
  }
}

void State::ApplyEvent(const Event& event) {
  if (const auto* created = std::get_if<MemberCreated>(&event)) {
    ApplyMember(*created);
  } else if (const auto* status = std::get_if<MemberStatusSet>(&event)) {
    ApplyMemberStatus(*status);
  } else if (const auto* set = std::get_if<CreditLineSet>(&event)) {
    ApplyCreditLine(*set);
  } else if (const auto* trade = std::get_if<TradeCreated>(&event)) {
    ApplyTradeCreated(*trade);
  } else if (const auto* accepted_loss =
                 std::get_if<RecoveryAccepted>(&event)) {
    // It says that records are gone and changes nothing of what is left.
    SKONTRO_CHECK_AT(accepted_loss->found.sequence == ledger::Before(sequence_),
                     sequence_);
  } else if (const auto* digested = std::get_if<StateDigested>(&event)) {
    ApplyStateDigested(*digested);
  } else if (const auto* key = std::get_if<ApiKeyCreated>(&event)) {
    ApplyApiKey(*key);
  } else if (const auto* revoked = std::get_if<ApiKeyRevoked>(&event)) {
    ApplyRevoked(*revoked);
  } else if (const auto* policies = std::get_if<PoliciesSet>(&event)) {
    ApplyPolicies(*policies);
  } else if (const auto* webhook = std::get_if<WebhookCreated>(&event)) {
    ApplyWebhook(*webhook);
  } else if (const auto* changed = std::get_if<WebhookStateSet>(&event)) {
    ApplyWebhookState(*changed);
  } else if (!std::holds_alternative<RequestRefused>(event) &&
             !std::holds_alternative<HeadKeySet>(event)) {
    // Of those two nothing is decided by; the store knows the key.
    ApplyTradeStep(event);
  }
}

void State::ApplyEntries(const ledger::Record& record) {
  for (const ledger::Entry& entry : record.entries) {
    SKONTRO_CHECK_AT(Validate(entry).ok(), sequence_);
    for (const ledger::Posting& posting : entry.postings) {
      SKONTRO_CHECK_AT(IndexOf(posting.account) < accounts_.size(), sequence_);
      Account& changed = accounts_[IndexOf(posting.account)];
      const std::optional<Amount> after = Add(changed.balance, posting.amount);
      SKONTRO_CHECK_AT(after.has_value(), sequence_);
      SKONTRO_CHECK_AT(*after == posting.balance_after, sequence_);
      changed.balance = *after;
      balances_sum_ += posting.amount.minor_units();
      touched_.Touch(posting.account);
    }
  }
  SKONTRO_CHECK_AT(balances_sum_ == 0, sequence_);
}

void State::ApplyRequest(const ledger::Record& record, const Event& event) {
  if (record.request_id.empty()) return;
  RequestRow row;
  row.sequence = sequence_;
  row.group_count = record.group_count;
  row.fields = record.request_fields;
  if (const auto* refused = std::get_if<RequestRefused>(&event)) {
    row.refused = refused->refusal;
  }
  const RecentRequest& recent = recent_requests_.emplace_back(
      RecentRequest{record.actor, record.request_id, std::move(row)});
  SKONTRO_CHECK_AT(requests_.emplace(recent.name(), &recent.row).second,
                   sequence_);
}

void State::ApplyMember(const MemberCreated& created) {
  SKONTRO_CHECK_AT(created.number == next_member(), sequence_);
  SKONTRO_CHECK_AT(created.main_account == next_account(), sequence_);
  members_.push_back({.id = created.id, .main_account = created.main_account});
  accounts_.push_back({Amount(), terms_.default_credit_line,
                       terms_.default_balance_limit, created.number, Amount(),
                       Amount()});
  touched_.Touch(created.main_account);
  SKONTRO_CHECK_AT(member_by_id_.emplace(created.id, created.number).second,
                   sequence_);
  if (!created.vat_id.empty()) {
    TakeTaxId(TaxIdKey(NormaliseTaxId(created.vat_id), kVatScope));
  }
  for (const CompanyId& id : created.company_ids) {
    TakeTaxId(TaxIdKey(NormaliseTaxId(id.value),
                       CompanyIdScope(created.country, id.scheme)));
  }
}

void State::ApplyApiKey(const ApiKeyCreated& created) {
  for (const MemberNumber member : created.members) {
    SKONTRO_CHECK_AT(IndexOf(member) < members_.size(), sequence_);
  }
  if (!created.replaces.empty()) {
    const auto replaced = api_keys_.find(created.replaces);
    SKONTRO_CHECK_AT(replaced != api_keys_.end() && !replaced->second.revoked,
                     sequence_);
    replaced->second.expire_time_us = created.replaced_expire_time_us;
    touched_.api_keys.insert(created.replaces);
  }
  SKONTRO_CHECK_AT(
      api_keys_
          .emplace(created.id, ApiKey{created, created.expire_time_us, false})
          .second,
      sequence_);
  touched_.api_keys.insert(created.id);
}

void State::ApplyRevoked(const ApiKeyRevoked& revoked) {
  const auto found = api_keys_.find(revoked.id);
  SKONTRO_CHECK_AT(found != api_keys_.end() && !found->second.revoked,
                   sequence_);
  found->second.revoked = true;
  touched_.api_keys.insert(revoked.id);
}

void State::ApplyPolicies(const PoliciesSet& set) {
  SKONTRO_CHECK_AT(set.version == policies_.version + 1, sequence_);
  policies_ = set;
  touched_.policies = true;
}

void State::ApplyWebhook(const WebhookCreated& created) {
  SKONTRO_CHECK_AT(IndexOf(created.member) < members_.size() ||
                       created.member == MemberNumber{},
                   sequence_);
  SKONTRO_CHECK_AT(
      webhooks_.emplace(created.id, Webhook{created, WebhookState::kActive})
          .second,
      sequence_);
  touched_.webhooks.insert(created.id);
}

void State::ApplyWebhookState(const WebhookStateSet& set) {
  const auto found = webhooks_.find(set.id);
  SKONTRO_CHECK_AT(found != webhooks_.end() && found->second.state != set.state,
                   sequence_);
  touched_.webhooks.insert(set.id);
  if (set.state == WebhookState::kDeleted) {
    webhooks_.erase(found);
  } else {
    found->second.state = set.state;
  }
}

const Webhook* State::FindWebhook(std::string_view id) const {
  const auto found = webhooks_.find(id);
  return found == webhooks_.end() ? nullptr : &found->second;
}

const ApiKey* State::FindApiKey(std::string_view id) const {
  const auto found = api_keys_.find(id);
  return found == api_keys_.end() ? nullptr : &found->second;
}

void State::TakeTaxId(const std::string& key) {
  if (tax_ids_.insert(key).second) touched_.tax_ids.push_back(key);
}

void State::ApplyMemberStatus(const MemberStatusSet& set) {
  SKONTRO_CHECK_AT(IndexOf(set.member) < members_.size(), sequence_);
  Member& changed = members_[IndexOf(set.member)];
  SKONTRO_CHECK_AT(changed.status == set.old_status, sequence_);
  SKONTRO_CHECK_AT(changed.status != MemberStatus::kClosed, sequence_);
  SKONTRO_CHECK_AT(set.wind_down_date.has_value() ==
                       (set.new_status == MemberStatus::kClosing),
                   sequence_);
  changed.status = set.new_status;
  changed.wind_down_date = set.wind_down_date;
  touched_.statuses.insert(set.member);
}

void State::ApplyCreditLine(const CreditLineSet& set) {
  SKONTRO_CHECK_AT(IndexOf(set.account) < accounts_.size(), sequence_);
  Account& changed = accounts_[IndexOf(set.account)];
  SKONTRO_CHECK_AT(changed.credit_line == set.old_credit_line, sequence_);
  SKONTRO_CHECK_AT(changed.balance_limit == set.old_balance_limit, sequence_);
  changed.credit_line = set.new_credit_line;
  changed.balance_limit = set.new_balance_limit;
  touched_.Touch(set.account);
}

bool State::DigestIsDue() const {
  const uint64_t next = static_cast<uint64_t>(sequence_) + 1;
  const auto last = static_cast<uint64_t>(touched_.since);
  return group_left_ == 0 && next / digest_interval_ > last / digest_interval_;
}

// Who writes the acceptance of a loss has no state to digest, so that one does
// not wait.
bool State::MayBeNext(const Event& event) const {
  const bool is_digest = std::holds_alternative<StateDigested>(event);
  return is_digest == DigestIsDue() ||
         (!is_digest && group_left_ == 0 &&
          std::holds_alternative<RecoveryAccepted>(event));
}

StateDigested State::DigestNow() const { return DigestOf(*this); }

absl::Status State::CheckDigest(const Event& event) const {
  const auto* digested = std::get_if<StateDigested>(&event);
  if (!MayBeNext(event)) {
    return absl::DataLossError(digested != nullptr
                                   ? "a state digest where none belongs"
                                   : "the state digest that belongs here is "
                                     "missing");
  }
  if (digested == nullptr || *digested == DigestNow()) return absl::OkStatus();
  return absl::DataLossError(
      "the state digest is not that of the records before it");
}

// It was compared, or made, just now.
void State::ApplyStateDigested(const StateDigested& digested) {
  SKONTRO_CHECK_AT(digested.members == members_.size(), sequence_);
  SKONTRO_CHECK_AT(digested.accounts == accounts_.size(), sequence_);
  SKONTRO_CHECK_AT(digested.open_trades == open_trade_count_, sequence_);
  SKONTRO_CHECK_AT(digested.balances_sum == 0, sequence_);
  touched_.Begin(digested.digest, sequence_, members_.size());
}

std::optional<MemberNumber> State::FindMember(std::string_view id) const {
  const auto found = member_by_id_.find(ToAbsl(id));
  if (found == member_by_id_.end()) return std::nullopt;
  return found->second;
}

const Member& State::member(MemberNumber number) const {
  SKONTRO_CHECK(IndexOf(number) < members_.size());
  return members_[IndexOf(number)];
}

bool State::HasTaxId(const std::string& key) const {
  return tax_ids_.contains(key);
}

const Account& State::account(AccountId account) const {
  SKONTRO_CHECK(IndexOf(account) < accounts_.size());
  return accounts_[IndexOf(account)];
}

std::vector<std::string> State::TaxIds() const {
  std::vector<std::string> keys(tax_ids_.begin(), tax_ids_.end());
  std::sort(keys.begin(), keys.end());
  return keys;
}

const RequestRow* State::FindRequest(std::string_view actor,
                                     std::string_view request_id) const {
  const auto found = requests_.find({ToAbsl(actor), ToAbsl(request_id)});
  return found == requests_.end() ? nullptr : found->second;
}

void State::ForgetUpTo(Sequence floor) {
  while (!recent_requests_.empty() &&
         recent_requests_.front().row.sequence <= floor) {
    requests_.erase(recent_requests_.front().name());
    recent_requests_.pop_front();
  }
  while (!recent_invoices_.empty() &&
         recent_invoices_.front().sequence <= floor) {
    // Unless it changed hands since.
    const auto found = invoices_.find(recent_invoices_.front().key);
    if (found != invoices_.end() && found->second.sequence <= floor) {
      invoices_.erase(found);
    }
    recent_invoices_.pop_front();
  }
  while (!recent_trades_.empty() && recent_trades_.front().sequence <= floor) {
    // Unless it took another step since.
    const TradeNumber number = recent_trades_.front().number;
    const auto found = trades_.find(number);
    if (found != trades_.end() && found->second.changed <= floor) {
      ForgetTrade(number);
    }
    recent_trades_.pop_front();
  }
}

State::Limits State::LimitsOf(AccountId number) const {
  const Account& limited = account(number);
  const MemberStatus status = member(limited.owner).status;
  if (status == MemberStatus::kClosing || status == MemberStatus::kClosed) {
    return {};
  }
  return {limited.credit_line, limited.balance_limit};
}

__int128 State::SpendableOf(AccountId number) const {
  const Account& of = account(number);
  return __int128{of.balance.minor_units()} - of.holds_out.minor_units() +
         LimitsOf(number).credit_line.minor_units();
}

__int128 State::RoomOf(AccountId number) const {
  const Account& of = account(number);
  return __int128{LimitsOf(number).balance_limit.minor_units()} -
         of.balance.minor_units() - of.holds_in.minor_units();
}

void State::CheckLimits(const ledger::Record& record) const {
  for (const ledger::Entry& entry : record.entries) {
    for (const ledger::Posting& posting : entry.postings) {
      const bool is_within = posting.amount < Amount()
                                 ? SpendableOf(posting.account) >= 0
                                 : RoomOf(posting.account) >= 0;
      SKONTRO_CHECK_AT(is_within, sequence_);
    }
  }
}

void State::CheckLimits(const HoldsAfter& holds) const {
  SKONTRO_CHECK_AT(SpendableOf(holds.buyer_account) >= 0, sequence_);
  SKONTRO_CHECK_AT(RoomOf(holds.seller_account) >= 0, sequence_);
}

void State::CheckInvariants() const {
  // The sum of some accounts may be past 64 bits where that of all is zero.
  __int128 sum = 0;
  for (const Account& account : accounts_) {
    SKONTRO_CHECK_AT(account.credit_line >= Amount(), sequence_);
    SKONTRO_CHECK_AT(account.balance_limit > Amount(), sequence_);
    sum += account.balance.minor_units();
  }
  SKONTRO_CHECK_AT(sum == 0, sequence_);
  SKONTRO_CHECK_AT(balances_sum_ == 0, sequence_);

  // What is held, by account - 1: less what the trades hold, nothing is left.
  std::vector<std::pair<__int128, __int128>> held(accounts_.size());
  for (size_t i = 0; i < accounts_.size(); ++i) {
    held[i] = {accounts_[i].holds_out.minor_units(),
               accounts_[i].holds_in.minor_units()};
  }
  for (const auto& [time_us, number] : deadlines_) {
    const Trade& trade = trades_.at(number);
    const int64_t units = trade.Held().minor_units();
    SKONTRO_CHECK_AT(units > 0, sequence_);
    held[IndexOf(member(trade.buyer).main_account)].first -= units;
    held[IndexOf(member(trade.seller).main_account)].second -= units;
  }
  for (const auto& [out, in] : held) {
    SKONTRO_CHECK_AT(out == 0 && in == 0, sequence_);
  }
}

}  // namespace skontro::engine
