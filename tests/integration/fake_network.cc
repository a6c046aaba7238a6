#include "tests/integration/fake_network.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace skontro::integration {
namespace {

using Kind = PlannedCall::Kind;

std::string DigestOf(int64_t sequence) {
  return absl::StrCat("digest of ", sequence);
}

void SetTime(int64_t sequence, google::protobuf::Timestamp* time) {
  time->set_seconds(1'700'000'000 + sequence);
}

const char* StateName(Books::State state) {
  switch (state) {
    case Books::State::kProposed:
      return "PROPOSED";
    case Books::State::kSettled:
      return "SETTLED";
    case Books::State::kDeclined:
      return "DECLINED";
    case Books::State::kReversed:
      break;
  }
  return "REVERSED";
}

RefusedBecause OverLimit(bool is_line, int64_t member, int64_t units,
                         int64_t left) {
  return {9,
          is_line ? "CREDIT_LINE_EXCEEDED" : "BALANCE_LIMIT_EXCEEDED",
          {{"account", absl::StrCat("networks/n/members/", MemberId(member),
                                    "/accounts/main")},
           {"amount", absl::StrCat(units)},
           {is_line ? "spendable" : "room", absl::StrCat(left)},
           {"missing", absl::StrCat(units - left)}},
          ""};
}

}  // namespace

std::optional<RefusedBecause> FakeNetwork::CheckMove(int64_t payer,
                                                     int64_t receiver,
                                                     int64_t units) const {
  const int64_t spendable = books_.account(payer).spendable();
  const int64_t room = books_.account(receiver).room();
  if (units > spendable) return OverLimit(true, payer, units, spendable);
  if (units > room) return OverLimit(false, receiver, units, room);
  return std::nullopt;
}

std::optional<RefusedBecause> FakeNetwork::CheckCreate(
    const PlannedTrade& planned) const {
  if (trades_.contains(planned.trade_id)) {
    return RefusedBecause{
        6, "RESOURCE_EXISTS", {{"name", "trades/" + planned.trade_id}}, ""};
  }
  const auto held = invoices_.find(InvoiceKey(planned));
  if (!planned.invoice.empty() && held != invoices_.end()) {
    return RefusedBecause{
        6,
        "DUPLICATE_INVOICE",
        {{"number", planned.invoice}, {"trade", "trades/" + held->second}},
        ""};
  }
  if (!planned.buyer_pays) return std::nullopt;
  return CheckMove(planned.buyer, planned.seller, planned.units);
}

ItemAnswer FakeNetwork::Refuse(RefusedBecause because) {
  ++sequence_;
  ItemAnswer item;
  item.known = true;
  item.bytes = because.reason;
  item.because = std::move(because);
  return item;
}

ItemAnswer FakeNetwork::Done(const BookEvent& event) {
  books_.Apply(event, &findings_);
  ItemAnswer item;
  item.known = true;
  item.done = true;
  item.sequence = event.sequence;
  item.digest = DigestOf(event.sequence);
  item.bytes = item.digest;
  return item;
}

ItemAnswer FakeNetwork::Create(const PlannedTrade& planned) {
  BookEvent event;
  event.sequence = ++sequence_;
  event.trade_id = planned.trade_id.empty() ? absl::StrCat("t", sequence_)
                                            : planned.trade_id;
  event.planned = planned;
  v1::Trade& trade = trades_[event.trade_id];
  trade.set_name("networks/n/trades/" + event.trade_id);
  trade.set_seller("networks/n/members/" + MemberId(planned.seller));
  trade.set_buyer("networks/n/members/" + MemberId(planned.buyer));
  trade.set_initiator(planned.buyer_pays ? v1::Trade::BUYER
                                         : v1::Trade::SELLER);
  trade.mutable_unit_leg()->set_minor_units(planned.units);
  trade.mutable_cash_leg()->set_minor_units(planned.cash);
  trade.mutable_invoice()->set_number(planned.invoice);
  trade.set_description(planned.key);
  trade.set_create_sequence(sequence_);
  SetTime(sequence_, trade.mutable_create_time());
  if (planned.buyer_pays) {
    trade.set_settle_sequence(sequence_);
    SetTime(sequence_, trade.mutable_settle_time());
  }
  if (!planned.invoice.empty()) {
    invoices_[InvoiceKey(planned)] = event.trade_id;
  }
  ItemAnswer item = Done(event);
  item.trade = trade;
  return item;
}

ItemAnswer FakeNetwork::Step(const PlannedCall& call) {
  const Books::Trade* const known = books_.FindTrade(call.trade_id);
  const std::string name = "trades/" + call.trade_id;
  if (known == nullptr) {
    return Refuse({5, "RESOURCE_NOT_FOUND", {{"name", name}}, ""});
  }
  const bool is_reversal = call.kind == Kind::kReverse;
  if (known->state !=
      (is_reversal ? Books::State::kSettled : Books::State::kProposed)) {
    return Refuse({9,
                   "TRADE_STATE",
                   {{"trade", name}, {"state", StateName(known->state)}},
                   ""});
  }
  const PlannedTrade planned = known->planned;
  if (call.kind != Kind::kDecline) {
    auto because =
        is_reversal ? CheckMove(planned.seller, planned.buyer, planned.units)
                    : CheckMove(planned.buyer, planned.seller, planned.units);
    if (because.has_value()) return Refuse(*std::move(because));
  }
  BookEvent event;
  event.sequence = ++sequence_;
  event.trade_id = call.trade_id;
  v1::Trade& trade = trades_[call.trade_id];
  if (call.kind == Kind::kAccept) {
    event.kind = BookEvent::Kind::kAccepted;
    trade.set_settle_sequence(sequence_);
    SetTime(sequence_, trade.mutable_settle_time());
  } else {
    event.kind =
        is_reversal ? BookEvent::Kind::kReversed : BookEvent::Kind::kDeclined;
    trade.set_state(is_reversal ? v1::Trade::REVERSED : v1::Trade::DECLINED);
    trade.set_end_sequence(sequence_);
    SetTime(sequence_, trade.mutable_end_time());
    invoices_.erase(InvoiceKey(planned));
  }
  return Done(event);
}

ItemAnswer FakeNetwork::SetLimits(const PlannedCall& call) {
  BookEvent event;
  event.sequence = ++sequence_;
  event.kind = BookEvent::Kind::kLimits;
  event.member = call.member;
  event.credit_line = call.credit_line;
  event.balance_limit = call.balance_limit > 0
                            ? call.balance_limit
                            : books_.account(call.member).balance_limit;
  v1::CreditLineChange change;
  change.set_sequence(sequence_);
  change.set_reason(call.request_id);
  change.mutable_new_credit_line()->set_minor_units(event.credit_line);
  change.mutable_new_balance_limit()->set_minor_units(event.balance_limit);
  SetTime(sequence_, change.mutable_record_time());
  limits_.emplace_back(call.member, change);
  return Done(event);
}

CallAnswer FakeNetwork::Group(const PlannedCall& call) {
  const FakeNetwork before = *this;
  CallAnswer answer;
  for (size_t i = 0; i < call.trades.size(); ++i) {
    auto because = CheckCreate(call.trades[i]);
    if (because.has_value()) {
      sequence_ = before.sequence_;
      books_ = before.books_;
      trades_ = before.trades_;
      invoices_ = before.invoices_;
      because->metadata["item"] = absl::StrCat(i);
      answer.items = {Refuse(*std::move(because))};
      return answer;
    }
    answer.items.push_back(Create(call.trades[i]));
  }
  return answer;
}

CallAnswer FakeNetwork::Execute(const PlannedCall& call) {
  CallAnswer answer;
  switch (call.kind) {
    case Kind::kGroup:
      answer = Group(call);
      break;
    case Kind::kCreate:
    case Kind::kBatch:
      for (const PlannedTrade& planned : call.trades) {
        auto because = CheckCreate(planned);
        answer.items.push_back(because.has_value() ? Refuse(*std::move(because))
                                                   : Create(planned));
      }
      break;
    case Kind::kSetLimits:
      answer.items.push_back(SetLimits(call));
      break;
    case Kind::kAdmit: {
      members_.insert(call.member_id);
      ItemAnswer item;
      item.known = item.done = true;
      item.sequence = ++sequence_;
      item.digest = DigestOf(sequence_);
      answer.items.push_back(item);
      break;
    }
    case Kind::kAccept:
    case Kind::kDecline:
    case Kind::kReverse:
      answer.items.push_back(Step(call));
      break;
  }
  answer.sequence = sequence_;
  return answer;
}

SeenNetwork FakeNetwork::Seen() const {
  SeenNetwork seen;
  seen.sequence = sequence_;
  seen.digest = DigestOf(sequence_);
  for (const auto& [id, trade] : trades_) seen.trades.push_back(trade);
  std::sort(seen.trades.begin(), seen.trades.end(),
            [](const v1::Trade& a, const v1::Trade& b) {
              return a.create_sequence() > b.create_sequence();
            });
  seen.limits = limits_;
  seen.member_ids = members_;
  for (int64_t i = 0; i < books_.members(); ++i) {
    const Books::Point& point = books_.account(i);
    v1::Account& account = seen.accounts.emplace_back();
    account.mutable_balance()->set_minor_units(point.balance);
    account.mutable_credit_line()->set_minor_units(point.credit_line);
    account.mutable_balance_limit()->set_minor_units(point.balance_limit);
    account.set_posting_count(point.postings);
  }
  return seen;
}

}  // namespace skontro::integration
