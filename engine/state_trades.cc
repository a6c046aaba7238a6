// What a State knows of trades and their invoices.

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "engine/state.h"
#include "ledger/base/check.h"

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

}  // namespace

void State::ApplyTradeCreated(const TradeCreated& created) {
  SKONTRO_CHECK_AT(IndexOf(created.seller) < members_.size(), sequence_);
  SKONTRO_CHECK_AT(IndexOf(created.buyer) < members_.size(), sequence_);
  const bool paid = PaysAtOnce(created);
  if (paid && recall_ == Recall::kNothing) return;
  const auto number = TradeNumber{static_cast<uint64_t>(sequence_)};
  Trade trade;
  trade.id = TradeId(created, number);
  trade.seller = created.seller;
  trade.buyer = created.buyer;
  trade.units = created.units;
  trade.national_value = created.national_value;
  trade.cash = created.cash;
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
    if (created.initiator == Initiator::kBuyer) {
      trade.state = TradeState::kAuthorised;
      trade.hold_expire_time_us = created.hold_expire_time_us;
    }
    touched_.trades.push_back(number);
  }
  AddTrade(number, std::move(trade));
  SKONTRO_CHECK_AT(
      created.holds.has_value() == (created.hold_expire_time_us != 0),
      sequence_);
  if (created.holds.has_value()) CheckHolds(*created.holds);
}

void State::ApplyTradeStep(const Event& event) {
  if (const auto* accepted = std::get_if<TradeAccepted>(&event)) {
    OpenTrade(accepted->trade, TradeState::kProposed).settle_sequence =
        sequence_;
    touched_.trades.push_back(accepted->trade);
    FinishTrade(accepted->trade, TradeState::kSettled);
  } else if (const auto* declined = std::get_if<TradeDeclined>(&event)) {
    OpenTrade(declined->trade, TradeState::kProposed);
    touched_.trades.push_back(declined->trade);
    FinishTrade(declined->trade, TradeState::kDeclined);
    FreeInvoice(declined->freed_invoice);
  } else if (const auto* withdrawn = std::get_if<TradeWithdrawn>(&event)) {
    OpenTrade(withdrawn->trade, TradeState::kProposed);
    touched_.trades.push_back(withdrawn->trade);
    FinishTrade(withdrawn->trade, TradeState::kWithdrawn);
    FreeInvoice(withdrawn->freed_invoice);
  } else if (const auto* reversed = std::get_if<TradeReversed>(&event)) {
    ApplyReversed(*reversed);
  } else if (const auto* authorised = std::get_if<TradeAuthorised>(&event)) {
    ApplyAuthorised(*authorised);
  } else if (const auto* settled = std::get_if<HoldSettled>(&event)) {
    ApplyHoldSettled(*settled);
  } else if (const auto* released = std::get_if<HoldReleased>(&event)) {
    ApplyHoldEnded(released->trade, TradeState::kWithdrawn, released->state,
                   released->freed_invoice, released->holds);
  } else {
    const auto* expired = std::get_if<HoldExpired>(&event);
    SKONTRO_CHECK_AT(expired != nullptr, sequence_);
    const Trade& trade = OpenTrade(expired->trade, TradeState::kAuthorised);
    SKONTRO_CHECK_AT(trade.hold_expire_time_us <= time_us_, sequence_);
    ApplyHoldEnded(expired->trade, TradeState::kExpired, expired->state,
                   expired->freed_invoice, expired->holds);
  }
}

void State::ApplyReversed(const TradeReversed& reversed) {
  // Found in memory only if it was settled lately.
  const auto found = trades_.find(reversed.trade);
  SKONTRO_CHECK_AT(
      found == trades_.end() ||
          (found->second.state == TradeState::kSettled &&
           found->second.settle_sequence == reversed.settle_sequence),
      sequence_);
  FinishTrade(reversed.trade, TradeState::kReversed);
  FreeInvoice(reversed.freed_invoice);
}

void State::ApplyAuthorised(const TradeAuthorised& authorised) {
  SKONTRO_CHECK_AT(authorised.expire_time_us != 0, sequence_);
  Trade& trade = OpenTrade(authorised.trade, TradeState::kProposed);
  trade.state = TradeState::kAuthorised;
  trade.hold_expire_time_us = authorised.expire_time_us;
  TouchHold(authorised.trade, &trade);
  TakeHold(authorised.trade, trade);
  CheckHolds(authorised.holds);
}

void State::ApplyHoldSettled(const HoldSettled& settled) {
  Trade& trade = OpenTrade(settled.trade, TradeState::kAuthorised);
  const Amount held = trade.Held();
  SKONTRO_CHECK_AT(settled.units > Amount() && settled.units <= held,
                   sequence_);
  const bool ends = settled.state == TradeState::kSettled;
  SKONTRO_CHECK_AT(ends || (settled.state == TradeState::kAuthorised &&
                            settled.units < held),
                   sequence_);
  trade.settled = *Add(trade.settled, settled.units);
  trade.settle_sequence = sequence_;
  TouchHold(settled.trade, &trade);
  GiveBack(trade, ends ? held : settled.units);
  CheckHolds(settled.holds);
  if (!ends) return;
  deadlines_.erase({trade.hold_expire_time_us, settled.trade});
  FinishTrade(settled.trade, TradeState::kSettled);
}

void State::ApplyHoldEnded(TradeNumber number, TradeState unsettled,
                           TradeState state,
                           const std::optional<InvoiceKey>& freed_invoice,
                           const HoldsAfter& holds) {
  Trade& trade = OpenTrade(number, TradeState::kAuthorised);
  const bool in_part = trade.settled > Amount();
  SKONTRO_CHECK_AT(state == (in_part ? TradeState::kSettled : unsettled),
                   sequence_);
  SKONTRO_CHECK_AT(!in_part || !freed_invoice.has_value(), sequence_);
  TouchHold(number, &trade);
  GiveBack(trade, trade.Held());
  CheckHolds(holds);
  deadlines_.erase({trade.hold_expire_time_us, number});
  FinishTrade(number, state);
  FreeInvoice(freed_invoice);
}

void State::TouchHold(TradeNumber number, Trade* trade) {
  trade->changed = sequence_;
  touched_.trades.push_back(number);
}

void State::TakeHold(TradeNumber number, const Trade& trade) {
  SKONTRO_CHECK_AT(deadlines_.emplace(trade.hold_expire_time_us, number).second,
                   sequence_);
  GiveBack(trade, *Negate(trade.Held()));
}

void State::GiveBack(const Trade& trade, Amount less) {
  Account& buyer = accounts_[IndexOf(member(trade.buyer).main_account)];
  Account& seller = accounts_[IndexOf(member(trade.seller).main_account)];
  const std::optional<Amount> out = Subtract(buyer.holds_out, less);
  const std::optional<Amount> in = Subtract(seller.holds_in, less);
  SKONTRO_CHECK_AT(out.has_value() && *out >= Amount(), sequence_);
  SKONTRO_CHECK_AT(in.has_value() && *in >= Amount(), sequence_);
  buyer.holds_out = *out;
  seller.holds_in = *in;
}

void State::CheckHolds(const HoldsAfter& holds) const {
  SKONTRO_CHECK_AT(account(holds.buyer_account).holds_out == holds.holds_out,
                   sequence_);
  SKONTRO_CHECK_AT(account(holds.seller_account).holds_in == holds.holds_in,
                   sequence_);
}

HoldsAfter State::HoldsWith(MemberNumber seller, MemberNumber buyer,
                            Amount more) const {
  HoldsAfter holds;
  holds.buyer_account = member(buyer).main_account;
  holds.seller_account = member(seller).main_account;
  // Out of range only of an amount that is refused.
  holds.holds_out =
      Add(account(holds.buyer_account).holds_out, more).value_or(Amount());
  holds.holds_in =
      Add(account(holds.seller_account).holds_in, more).value_or(Amount());
  return holds;
}

std::optional<State::Deadline> State::NextDeadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return Deadline{deadlines_.begin()->first, deadlines_.begin()->second};
}

void State::AddTrade(TradeNumber number, Trade trade) {
  if (IsOpen(trade.state)) ++open_trade_count_;
  if (trade.state == TradeState::kAuthorised) TakeHold(number, trade);
  if (trade.id != ServerTradeId(number)) {
    SKONTRO_CHECK_AT(trade_by_id_.emplace(trade.id, number).second, sequence_);
  }
  SKONTRO_CHECK_AT(trades_.emplace(number, std::move(trade)).second, sequence_);
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

Trade& State::OpenTrade(TradeNumber number, TradeState needed) {
  const auto found = trades_.find(number);
  SKONTRO_CHECK_AT(found != trades_.end(), sequence_);
  SKONTRO_CHECK_AT(found->second.state == needed, sequence_);
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
  if (created.hold_expire_time_us != 0) {
    const Trade& trade = trades_.at(number);
    deadlines_.erase({trade.hold_expire_time_us, number});
    GiveBack(trade, trade.Held());
  }
  ForgetTrade(number);
  if (!PaysAtOnce(created)) {
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
  out.trade.national_value = fact->created.national_value;
  out.trade.cash = fact->created.cash;
  out.trade.hold_expire_time_us = fact->hold_expire_time_us;
  out.trade.settled = fact->settled;
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
  return IsOpen(found->second.state) ? &found->second : nullptr;
}

size_t State::CountOpenTradesOf(MemberNumber member) const {
  size_t count = 0;
  for (const auto& [number, trade] : trades_) {
    if (FindOpenTrade(number) != nullptr &&
        (trade.seller == member || trade.buyer == member)) {
      ++count;
    }
  }
  return count;
}

std::vector<TradeNumber> State::OpenTrades() const {
  std::vector<TradeNumber> numbers;
  numbers.reserve(open_trade_count_);
  for (const auto& [number, trade] : trades_) {
    if (IsOpen(trade.state)) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
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

}  // namespace skontro::engine
