#include "engine/trade_rules.h"

#include <string>
#include <utility>

#include "engine/hold_rules.h"
#include "engine/member_rules.h"
#include "engine/policy_rules.h"
#include "engine/refusals.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"

namespace skontro::engine {
namespace {

void Add(std::optional<Refusal> refusal, std::vector<Refusal>* refusals) {
  if (refusal.has_value()) refusals->push_back(*std::move(refusal));
}

// DUPLICATE_INVOICE if a trade that is proposed or settled has the invoice:
// memory knows what is newer than the facts, the facts know the rest.
void CheckInvoiceFree(const State& state, const InvoiceKey& key,
                      const std::string& number, const Facts::NewTrade& facts,
                      std::vector<Refusal>* refusals) {
  const State::InvoiceState* known = state.FindInvoice(key);
  std::string holder;
  if (known != nullptr) {
    if (known->held) holder = known->trade_id;
  } else if (facts.invoice_holder.has_value()) {
    holder = facts.invoice_holder_id;
  }
  if (holder.empty()) return;
  refusals->push_back(
      {Reason::kDuplicateInvoice,
       {{"number", number}, {"trade", TradeName(state.terms(), holder)}}});
}

std::optional<MemberNumber> FindParty(const State& state, const std::string& id,
                                      std::vector<Refusal>* refusals) {
  const std::optional<MemberNumber> number = state.FindMember(id);
  if (!number.has_value()) {
    refusals->push_back(NotFound(MemberName(state.terms(), id)));
  }
  return number;
}

}  // namespace

std::optional<State::FoundTrade> FindInState(
    const State& state, const std::string& id,
    const std::optional<TradeFact>& fact, TradeState needed,
    std::vector<Refusal>* refusals) {
  std::optional<State::FoundTrade> found = state.FindTrade(id, fact);
  if (!found.has_value()) {
    refusals->push_back(NotFound(TradeName(state.terms(), id)));
  } else if (found->trade.state != needed) {
    refusals->push_back(
        {Reason::kTradeState,
         {{"trade", TradeName(state.terms(), id)},
          {"state", std::string(TradeStateName(found->trade.state))},
          {"needed", std::string(TradeStateName(needed))}}});
  }
  return found;
}

std::optional<TradeCreated> DecideCreateTrade(const State& state,
                                              const CreateTrade& command,
                                              int64_t time_us,
                                              CivilDate booking_date,
                                              const Facts::NewTrade& facts,
                                              std::vector<Refusal>* refusals) {
  // An id of the server's form is refused already, taken or not.
  if (!command.trade_id.empty() && !IsServerTradeId(command.trade_id) &&
      (facts.id_taken || state.HasTrade(command.trade_id))) {
    refusals->push_back(Exists(TradeName(state.terms(), command.trade_id)));
  }
  const std::optional<MemberNumber> buyer =
      FindParty(state, command.buyer, refusals);
  const std::optional<MemberNumber> seller =
      FindParty(state, command.seller, refusals);
  if (seller.has_value() && command.invoice.has_value()) {
    CheckInvoiceFree(state, KeyOf(*seller, *command.invoice),
                     command.invoice->number, facts, refusals);
  }
  if (buyer.has_value()) {
    Add(CheckMayBuy(state, *buyer, booking_date), refusals);
  }
  if (seller.has_value()) Add(CheckMaySell(state, *seller), refusals);
  Add(CheckDealCap(state, command.initiator, command.units), refusals);
  int64_t expire_time_us = 0;
  if (command.holds && command.initiator == Initiator::kBuyer) {
    expire_time_us =
        DecideExpireTime("trade.hold.expire_time", command.hold_expire_time_us,
                         time_us, refusals);
  }
  Add(CheckUnitShare(state, command), refusals);
  Add(CheckVatSettlement(state, command), refusals);
  // An amount of bad form has no limits to compare with.
  if (command.initiator == Initiator::kBuyer && command.units > Amount() &&
      command.units <= Amount::FromMinorUnits(kAmountMax)) {
    if (buyer.has_value()) {
      Add(CheckCanPay(state, *buyer, command.units), refusals);
    }
    if (seller.has_value()) {
      Add(CheckCanReceive(state, *seller, command.units), refusals);
    }
  }
  if (!buyer.has_value() || !seller.has_value()) return std::nullopt;

  TradeCreated created;
  created.id = command.trade_id;
  created.seller = *seller;
  created.buyer = *buyer;
  created.initiator = command.initiator;
  created.units = command.units;
  created.national_value = command.national_value;
  created.rate = state.terms().parity;
  created.cash = command.cash;
  created.invoice = command.invoice;
  if (expire_time_us != 0) {
    created.hold_expire_time_us = expire_time_us;
    created.holds = state.HoldsWith(*seller, *buyer, command.units);
  }
  return created;
}

std::optional<TradeStep> DecideAcceptTrade(const State& state,
                                           const AcceptTrade& command,
                                           CivilDate booking_date,
                                           const std::optional<TradeFact>& fact,
                                           std::vector<Refusal>* refusals) {
  const std::optional<State::FoundTrade> found = FindInState(
      state, command.trade_id, fact, TradeState::kProposed, refusals);
  if (!found.has_value()) return std::nullopt;
  const Trade& trade = found->trade;
  Add(CheckMayBuy(state, trade.buyer, booking_date), refusals);
  Add(CheckMaySell(state, trade.seller), refusals);
  Add(CheckCanPay(state, trade.buyer, trade.units), refusals);
  Add(CheckCanReceive(state, trade.seller, trade.units), refusals);
  return TradeStep{TradeAccepted{found->number}, found->number, trade.buyer,
                   trade.seller, trade.units};
}

std::optional<TradeStep> DecideDeclineTrade(
    const State& state, const DeclineTrade& command,
    const std::optional<TradeFact>& fact, std::vector<Refusal>* refusals) {
  const std::optional<State::FoundTrade> found = FindInState(
      state, command.trade_id, fact, TradeState::kProposed, refusals);
  if (!found.has_value()) return std::nullopt;
  return TradeStep{TradeDeclined{found->number, found->trade.invoice},
                   found->number, found->trade.buyer, found->trade.seller,
                   Amount()};
}

std::optional<TradeStep> DecideReverseTrade(
    const State& state, const ReverseTrade& command,
    const std::optional<TradeFact>& fact, std::vector<Refusal>* refusals) {
  const std::optional<State::FoundTrade> found = FindInState(
      state, command.trade_id, fact, TradeState::kSettled, refusals);
  if (!found.has_value()) return std::nullopt;
  const Trade& trade = found->trade;
  // Of a trade that was never settled all would have moved.
  const Amount units = trade.Moved() > Amount() ? trade.Moved() : trade.units;
  Add(CheckCanPay(state, trade.seller, units), refusals);
  Add(CheckCanReceive(state, trade.buyer, units), refusals);
  return TradeStep{
      TradeReversed{found->number, trade.settle_sequence, trade.invoice},
      found->number, trade.seller, trade.buyer, units};
}

ledger::Entry MoveUnits(const State& state, ledger::EntryKind kind,
                        TradeNumber trade, CivilDate value_date,
                        MemberNumber payer, MemberNumber receiver,
                        Amount units) {
  const AccountId from = state.member(payer).main_account;
  const AccountId to = state.member(receiver).main_account;
  const std::optional<Amount> out = Negate(units);
  SKONTRO_CHECK(out.has_value());
  const std::optional<Amount> from_after =
      ledger::Add(state.account(from).balance, *out);
  const std::optional<Amount> to_after =
      ledger::Add(state.account(to).balance, units);
  SKONTRO_CHECK(from_after.has_value() && to_after.has_value());
  ledger::Entry entry{kind,
                      trade,
                      value_date,
                      {{from, *out, *from_after}, {to, units, *to_after}}};
  // First half of a pair; the other is in State::Apply, behind the journal.
  SKONTRO_CHECK(Validate(entry).ok());
  return entry;
}

}  // namespace skontro::engine
