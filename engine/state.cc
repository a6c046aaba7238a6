#include "engine/state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
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
  SKONTRO_CHECK_AT(record.entries.empty() ||
                       (record.kind == ledger::RecordKind::kEvent &&
                        !std::holds_alternative<HeadKeySet>(event) &&
                        !std::holds_alternative<ApiKeyCreated>(event) &&
                        !std::holds_alternative<ApiKeyRevoked>(event)),
                   sequence_);
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
  } else if (const auto* set = std::get_if<CreditLineSet>(&event)) {
    ApplyCreditLine(*set);
  } else if (const auto* trade = std::get_if<TradeCreated>(&event)) {
    ApplyTradeCreated(*trade);
  } else if (const auto* accepted = std::get_if<TradeAccepted>(&event)) {
    OpenTrade(accepted->trade).settle_sequence = sequence_;
    touched_.trades.push_back(accepted->trade);
    FinishTrade(accepted->trade, TradeState::kSettled);
  } else if (const auto* declined = std::get_if<TradeDeclined>(&event)) {
    OpenTrade(declined->trade);
    touched_.trades.push_back(declined->trade);
    FinishTrade(declined->trade, TradeState::kDeclined);
    FreeInvoice(declined->freed_invoice);
  } else if (const auto* reversed = std::get_if<TradeReversed>(&event)) {
    // Found in memory only if it was settled lately.
    const auto found = trades_.find(reversed->trade);
    SKONTRO_CHECK_AT(
        found == trades_.end() ||
            (found->second.state == TradeState::kSettled &&
             found->second.settle_sequence == reversed->settle_sequence),
        sequence_);
    FinishTrade(reversed->trade, TradeState::kReversed);
    FreeInvoice(reversed->freed_invoice);
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
  } else {
    // The store knows the key, and nothing is decided by it.
    SKONTRO_CHECK_AT(std::holds_alternative<RequestRefused>(event) ||
                         std::holds_alternative<HeadKeySet>(event),
                     sequence_);
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
  members_.push_back({created.id, MemberStatus::kActive, created.main_account});
  accounts_.push_back({Amount(), terms_.default_credit_line,
                       terms_.default_balance_limit, created.number});
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

const ApiKey* State::FindApiKey(std::string_view id) const {
  const auto found = api_keys_.find(id);
  return found == api_keys_.end() ? nullptr : &found->second;
}

void State::TakeTaxId(const std::string& key) {
  if (tax_ids_.insert(key).second) touched_.tax_ids.push_back(key);
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

void State::ApplyTradeCreated(const TradeCreated& created) {
  SKONTRO_CHECK_AT(IndexOf(created.seller) < members_.size(), sequence_);
  SKONTRO_CHECK_AT(IndexOf(created.buyer) < members_.size(), sequence_);
  const bool paid = created.initiator == Initiator::kBuyer;
  if (paid && recall_ == Recall::kNothing) return;
  const auto number = TradeNumber{static_cast<uint64_t>(sequence_)};
  Trade trade;
  trade.id = TradeId(created, number);
  trade.seller = created.seller;
  trade.buyer = created.buyer;
  trade.units = created.units;
  trade.changed = sequence_;
  if (created.invoice.has_value()) {
    trade.invoice = KeyOf(created.seller, *created.invoice);
    const InvoiceState* known = FindInvoice(*trade.invoice);
    SKONTRO_CHECK_AT(known == nullptr || !known->held, sequence_);
    SetInvoice(*trade.invoice, {true, trade.id});
  }
  if (paid) {
    trade.state = TradeState::kSettled;
    trade.settle_sequence = sequence_;
    recent_trades_.push_back({number, sequence_});
  } else {
    touched_.trades.push_back(number);
  }
  AddTrade(number, std::move(trade));
}

void State::AddTrade(TradeNumber number, Trade trade) {
  if (trade.state == TradeState::kProposed) ++open_trade_count_;
  if (trade.id != ServerTradeId(number)) {
    SKONTRO_CHECK_AT(trade_by_id_.emplace(trade.id, number).second, sequence_);
  }
  SKONTRO_CHECK_AT(trades_.emplace(number, std::move(trade)).second, sequence_);
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

// A finished trade is forgotten in time: what its next step needs is in the
// store, and comes with the Facts.
void State::FinishTrade(TradeNumber number, TradeState state) {
  // A reversal may be of a trade that was forgotten: then there is nothing to
  // change, but later commands with older Facts must see it.
  if (state != TradeState::kReversed) --open_trade_count_;
  if (recall_ == Recall::kNothing) {
    ForgetTrade(number);
    return;
  }
  Trade& trade = trades_[number];
  trade.state = state;
  trade.changed = sequence_;
  recent_trades_.push_back({number, sequence_});
}

void State::ForgetTrade(TradeNumber number) {
  const auto found = trades_.find(number);
  if (found == trades_.end()) return;
  const auto by_id = trade_by_id_.find(found->second.id);
  if (by_id != trade_by_id_.end() && by_id->second == number) {
    trade_by_id_.erase(by_id);
  }
  trades_.erase(found);
}

void State::SetInvoice(const InvoiceKey& key, InvoiceState state) {
  if (recall_ == Recall::kNothing) return;
  invoices_.insert_or_assign(key, DatedInvoice{std::move(state), sequence_});
  recent_invoices_.push_back({key, sequence_});
}

void State::FreeInvoice(const std::optional<InvoiceKey>& key) {
  if (!key.has_value()) return;
  const InvoiceState* known = FindInvoice(*key);
  SKONTRO_CHECK_AT(known == nullptr || known->held, sequence_);
  SetInvoice(*key, {});
}

Trade& State::OpenTrade(TradeNumber number) {
  const auto found = trades_.find(number);
  SKONTRO_CHECK_AT(found != trades_.end(), sequence_);
  SKONTRO_CHECK_AT(found->second.state == TradeState::kProposed, sequence_);
  return found->second;
}

State::BeforeTrade State::Remember(const TradeCreated& created) const {
  BeforeTrade before{time_us_,
                     booking_date_,
                     std::nullopt,
                     group_left_,
                     touched_.Has(member(created.seller).main_account),
                     touched_.Has(member(created.buyer).main_account)};
  if (created.invoice.has_value()) {
    const auto found = invoices_.find(KeyOf(created.seller, *created.invoice));
    if (found != invoices_.end()) before.invoice = found->second;
  }
  return before;
}

void State::UndoTrade(const ledger::Record& record, const TradeCreated& created,
                      const BeforeTrade& before) {
  const auto number = TradeNumber{static_cast<uint64_t>(sequence_)};
  for (const ledger::Entry& entry : record.entries) {
    for (const ledger::Posting& posting : entry.postings) {
      Account& changed = accounts_[IndexOf(posting.account)];
      changed.balance = *Subtract(changed.balance, posting.amount);
      balances_sum_ -= posting.amount.minor_units();
    }
  }
  SKONTRO_CHECK_AT(balances_sum_ == 0, sequence_);
  if (!record.request_id.empty()) {
    requests_.erase(recent_requests_.back().name());
    recent_requests_.pop_back();
  }
  if (created.invoice.has_value()) {
    const InvoiceKey key = KeyOf(created.seller, *created.invoice);
    if (before.invoice.has_value()) {
      invoices_.insert_or_assign(key, *before.invoice);
    } else {
      invoices_.erase(key);
    }
    recent_invoices_.pop_back();
  }
  ForgetTrade(number);
  if (created.initiator == Initiator::kSeller) {
    --open_trade_count_;
    touched_.trades.pop_back();
  } else {
    recent_trades_.pop_back();
    touched_.Touch(member(created.seller).main_account, before.seller_touched);
    touched_.Touch(member(created.buyer).main_account, before.buyer_touched);
  }
  group_left_ = before.group_left;
  sequence_ = ledger::Before(sequence_);
  time_us_ = before.time_us;
  booking_date_ = before.booking_date;
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

std::optional<State::FoundTrade> State::FindTrade(
    std::string_view id, const std::optional<TradeFact>& fact) const {
  const std::optional<TradeNumber> number = NumberOf(id);
  if (number.has_value()) return FoundTrade{*number, trades_.at(*number)};
  if (!fact.has_value()) return std::nullopt;
  FoundTrade out;
  out.number = fact->number;
  out.trade.id = std::string(id);
  out.trade.seller = fact->created.seller;
  out.trade.buyer = fact->created.buyer;
  out.trade.units = fact->created.units;
  out.trade.state = fact->state;
  out.trade.settle_sequence = fact->settle_sequence;
  if (fact->created.invoice.has_value()) {
    out.trade.invoice = KeyOf(fact->created.seller, *fact->created.invoice);
  }
  // The step that finished it may be newer than the fact.
  const auto newer = trades_.find(fact->number);
  if (newer != trades_.end()) out.trade.state = newer->second.state;
  return out;
}

const Trade* State::FindOpenTrade(TradeNumber number) const {
  const auto found = trades_.find(number);
  if (found == trades_.end()) return nullptr;
  return found->second.state == TradeState::kProposed ? &found->second
                                                      : nullptr;
}

std::vector<TradeNumber> State::OpenTrades() const {
  std::vector<TradeNumber> numbers;
  numbers.reserve(open_trade_count_);
  for (const auto& [number, trade] : trades_) {
    if (trade.state == TradeState::kProposed) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::vector<std::string> State::TaxIds() const {
  std::vector<std::string> keys(tax_ids_.begin(), tax_ids_.end());
  std::sort(keys.begin(), keys.end());
  return keys;
}

bool State::HasTrade(std::string_view id) const {
  return NumberOf(id).has_value();
}

std::optional<TradeNumber> State::NumberOf(std::string_view trade_id) const {
  uint64_t number = 0;
  if (IsServerTradeId(trade_id) &&
      absl::SimpleAtoi(ToAbsl(trade_id.substr(1)), &number)) {
    const auto found = trades_.find(TradeNumber{number});
    if (found != trades_.end() && found->second.id == trade_id) {
      return found->first;
    }
  }
  const auto found = trade_by_id_.find(ToAbsl(trade_id));
  if (found == trade_by_id_.end()) return std::nullopt;
  return found->second;
}

const State::InvoiceState* State::FindInvoice(const InvoiceKey& key) const {
  const auto found = invoices_.find(key);
  return found == invoices_.end() ? nullptr : &found->second.state;
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

void State::CheckLimits(const ledger::Record& record) const {
  for (const ledger::Entry& entry : record.entries) {
    for (const ledger::Posting& posting : entry.postings) {
      const Account& moved = account(posting.account);
      const std::optional<Amount> spendable =
          Add(moved.balance, moved.credit_line);
      const bool is_within = posting.amount < Amount()
                                 ? spendable >= Amount()
                                 : moved.balance <= moved.balance_limit;
      SKONTRO_CHECK_AT(is_within, sequence_);
    }
  }
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
}

}  // namespace skontro::engine
