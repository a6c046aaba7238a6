// What the Oracle says of trades: trade_service.proto, method by method.

#include <numeric>

#include "absl/strings/str_cat.h"
#include "tests/simulation/oracle.h"

namespace skontro::simulation {
namespace {

std::string DayOrNone(std::optional<int32_t> day) {
  return day.has_value() ? std::to_string(*day) : "-";
}

// One unit is worth one of the currency.
std::string ParityOf(const Terms& terms) {
  Integer numerator = 1;
  Integer denominator = 1;
  for (int i = terms.unit_decimals; i < terms.peg_decimals; ++i) {
    numerator *= 10;
  }
  for (int i = terms.peg_decimals; i < terms.unit_decimals; ++i) {
    denominator *= 10;
  }
  return absl::StrCat(numerator.str(), "/", denominator.str());
}

}  // namespace

Oracle::InvoiceKey Oracle::KeyOf(const NewTrade& trade, uint64_t seller,
                                 int32_t arrival_day) const {
  return {seller, YearOf(trade.invoice->issue_day.value_or(arrival_day)),
          WithoutBlanks(trade.invoice->number)};
}

std::string Oracle::LineOf(const NewTrade& trade, int32_t arrival_day,
                           uint64_t seller, uint64_t buyer,
                           int64_t until) const {
  const Integer worth = NationalValueOf(trade.units);
  std::string line = absl::StrCat(
      "trade ", sequence() + 1, " id=", trade.trade_id, " seller=", seller,
      " buyer=", buyer, " by=", trade.buyer_pays ? "buyer" : "seller",
      " units=", trade.units, " worth=", worth.str(),
      " rate=", ParityOf(terms_), " v1 cash=", trade.cash);
  if (until != 0) {
    Trade held;
    held.seller = seller;
    held.buyer = buyer;
    absl::StrAppend(&line, " until ", until, HeldLine(held, trade.units));
  }
  if (!trade.invoice.has_value()) return line;
  const Invoice& invoice = *trade.invoice;
  const Integer gross = invoice.gross != 0
                            ? Integer(invoice.gross)
                            : Integer(worth + trade.cash + invoice.prepaid);
  absl::StrAppend(&line, " invoice ", invoice.number,
                  " issued=", invoice.issue_day.value_or(arrival_day),
                  " due=", DayOrNone(invoice.due_day),
                  " order=", invoice.purchase_order, " gross=", gross.str(),
                  " prepaid=", invoice.prepaid, " lines=");
  for (const TaxLine& tax : invoice.tax_lines) {
    absl::StrAppend(&line, tax.category, " ", tax.rate_ppm, " ", tax.base, " ",
                    tax.tax, ";");
  }
  return line;
}

// Reasons, in order: RESOURCE_EXISTS, RESOURCE_NOT_FOUND (buyer, then seller),
// DUPLICATE_INVOICE, MEMBER_NOT_ACTIVE and, when it settles at once,
// DEAL_CAP_EXCEEDED; BELOW_ACCEPTANCE_RATE, VAT_IN_UNITS; and again when it
// settles at once CREDIT_LINE_EXCEEDED, BALANCE_LIMIT_EXCEEDED.
std::string Oracle::Create(const Request& request, const NewTrade& trade,
                           uint32_t group_count, bool first, bool carry_out,
                           std::vector<Why>* why) {
  const uint64_t seller = NumberOf(trade.seller);
  const uint64_t buyer = NumberOf(trade.buyer);
  const bool holds = trade.buyer_pays && trade.hold_until.has_value();
  const std::string step = holds ? "hold" : "payment";
  std::vector<Why> untimely;
  const int64_t until = holds ? UntilOf(request, trade.hold_until,
                                        "trade.hold.expire_time", &untimely)
                              : 0;
  if (!carry_out) {
    if (!trade.trade_id.empty() && !IsServersId(trade.trade_id) &&
        trade_ranks_.contains(trade.trade_id)) {
      Covers("exists/trade");
      why->push_back(
          {"RESOURCE_EXISTS", {{"name", NameOfTrade(trade.trade_id)}}});
    }
    if (buyer == 0) {
      Covers("not found/buyer");
      why->push_back(
          {"RESOURCE_NOT_FOUND", {{"name", NameOfMember(trade.buyer)}}});
    }
    if (seller == 0) {
      Covers("not found/seller");
      why->push_back(
          {"RESOURCE_NOT_FOUND", {{"name", NameOfMember(trade.seller)}}});
    }
    if (seller != 0) CheckInvoiceFree(request, trade, seller, why);
    CheckActive(request, buyer, seller, why);
    CheckDealCap(trade, why);
    why->insert(why->end(), untimely.begin(), untimely.end());
    CheckUnitLeg(trade, why);
    // An amount that is none cannot be compared.
    if (trade.buyer_pays && trade.units > 0 &&
        trade.units <= 1'000'000'000'000'000) {
      CheckLimits(step, buyer, seller, trade.units, why);
    }
  }
  if (buyer == 0 || seller == 0) return "";
  const std::string line = LineOf(trade, request.day, seller, buyer, until);
  if (!carry_out) return line;

  const uint64_t number = sequence() + 1;
  Row* row = AddRow(request, line);
  row->group_count = group_count;
  if (!first) row->request_id.clear();
  Trade made;
  made.number = number;
  made.id = trade.trade_id.empty() ? absl::StrCat("t", number) : trade.trade_id;
  made.seller = seller;
  made.buyer = buyer;
  made.units = trade.units;
  made.worth = NationalValueOf(trade.units);
  made.cash = trade.cash;
  made.hold_until = until;
  made.state = holds ? "AUTHORISED" : trade.buyer_pays ? "SETTLED" : "PROPOSED";
  made.settled_at = made.state == "SETTLED" ? number : 0;
  made.description = trade.description;
  if (trade.invoice.has_value()) {
    const InvoiceKey key = KeyOf(trade, seller, request.day);
    made.invoice = std::get<2>(key);
    made.invoice_year = std::get<1>(key);
    invoice_ranks_[key].push_back(trades_.size());
  }
  trade_ranks_[made.id] = trades_.size();
  trades_.push_back(std::move(made));
  Covers(trade.buyer_pays ? "done/" + step : "done/proposal");
  if (holds) {
    ChangeHold(trades_.back(), trade.units);
  } else if (trade.buyer_pays) {
    Move(absl::StrCat("trade ", number), buyer, seller, trade.units);
  }
  return line;
}

// A unit leg above the cap per deal needs the seller's consent, so the buyer
// cannot bring it.
void Oracle::CheckDealCap(const NewTrade& trade, std::vector<Why>* why) {
  if (deal_cap_ == 0 || !trade.buyer_pays) return;
  if (trade.units == deal_cap_) Covers("cap/met");
  if (trade.units == deal_cap_ + 1) Covers("cap/passed by one");
  if (trade.units <= deal_cap_) return;
  why->push_back(
      {"DEAL_CAP_EXCEEDED",
       {{"limit", deal_cap_.str()}, {"amount", std::to_string(trade.units)}}});
}

// A trade pays an invoice in units, in cash, and with what was paid before. The
// share of the units is at least the network's; and where tax is paid in cash,
// units pay at most the invoice without the tax of its lines.
void Oracle::CheckUnitLeg(const NewTrade& trade, std::vector<Why>* why) {
  const Integer most = 1'000'000'000'000'000;
  const Integer worth = NationalValueOf(trade.units);
  const Integer prepaid =
      trade.invoice.has_value() ? trade.invoice->prepaid : 0;
  // Of what is no amount there is no share.
  if (trade.units <= 0 || trade.units > most || worth <= 0 || worth > most ||
      trade.cash < 0 || trade.cash > most || prepaid < 0 || prepaid > most) {
    return;
  }
  const Integer all = worth + trade.cash + prepaid;
  if (least_share_ > 0) {
    if (worth * 10'000 == least_share_ * all) Covers("share/met");
    if (worth * 10'000 < least_share_ * all) {
      Covers("share/missed");
      why->push_back({"BELOW_ACCEPTANCE_RATE",
                      {{"limit", least_share_.str()},
                       {"value", Integer(worth * 10'000 / all).str()}}});
    }
  }
  if (vat_in_cash_ == 0 || !trade.invoice.has_value()) return;
  Integer tax = 0;
  for (const TaxLine& line : trade.invoice->tax_lines) tax += line.tax;
  if (tax <= 0) return;
  if (worth <= all - tax) {
    Covers("vat/in cash");
    return;
  }
  Covers("vat/in units");
  const Integer limit = all > tax ? Integer(all - tax) : Integer(0);
  why->push_back(
      {"VAT_IN_UNITS", {{"limit", limit.str()}, {"value", worth.str()}}});
}

// (seller, number, year) is in at most one trade that is proposed or settled.
void Oracle::CheckInvoiceFree(const Request& request, const NewTrade& trade,
                              uint64_t seller, std::vector<Why>* why) {
  if (!trade.invoice.has_value()) return;
  const auto found = invoice_ranks_.find(KeyOf(trade, seller, request.day));
  if (found == invoice_ranks_.end()) return;
  for (const size_t rank : found->second) {
    const Trade& holder = trades_[rank];
    Covers("invoice/of a trade that is " + holder.state);
    if (holder.state != "PROPOSED" && holder.state != "AUTHORISED" &&
        holder.state != "SETTLED") {
      continue;
    }
    why->push_back({"DUPLICATE_INVOICE",
                    {{"number", trade.invoice->number},
                     {"trade", NameOfTrade(holder.id)}}});
    return;
  }
}

void Oracle::CheckLimits(const std::string& on, uint64_t payer,
                         uint64_t receiver, const Integer& units,
                         std::vector<Why>* why) {
  if (payer != 0) CheckCanPay(on, payer, units, why);
  if (receiver != 0) CheckCanReceive(on, receiver, units, why);
}

void Oracle::CheckCanPay(const std::string& on, uint64_t payer,
                         const Integer& units, std::vector<Why>* why) {
  const Member& member = members_[payer - 1];
  const Integer spendable = SpendableOf(member);
  if (units == spendable) Covers("line/met by " + on);
  if (units == spendable + 1) Covers("line/passed by one by " + on);
  if (units <= spendable) return;
  if (spendable < 0) Covers("line/cut below its use does not spend");
  why->push_back({"CREDIT_LINE_EXCEEDED",
                  {{"account", NameOfMember(member.id) + "/accounts/main"},
                   {"spendable", spendable.str()},
                   {"amount", units.str()},
                   {"missing", Integer(units - spendable).str()}}});
}

void Oracle::CheckCanReceive(const std::string& on, uint64_t receiver,
                             const Integer& units, std::vector<Why>* why) {
  const Member& member = members_[receiver - 1];
  const Integer room = RoomOf(member);
  if (units == room) Covers("room/met by " + on);
  if (units == room + 1) Covers("room/passed by one by " + on);
  if (units <= room) {
    if (SpendableOf(member) < 0) Covers("line/cut below its use earns");
    return;
  }
  why->push_back({"BALANCE_LIMIT_EXCEEDED",
                  {{"account", NameOfMember(member.id) + "/accounts/main"},
                   {"room", room.str()},
                   {"amount", units.str()},
                   {"missing", Integer(units - room).str()}}});
}

// Reasons, in order: RESOURCE_NOT_FOUND, TRADE_STATE, MEMBER_NOT_ACTIVE, and
// where units move CREDIT_LINE_EXCEEDED, BALANCE_LIMIT_EXCEEDED.
std::string Oracle::Step(const Request& request, bool carry_out,
                         std::vector<Why>* why) {
  const auto found = trade_ranks_.find(request.trade);
  if (found == trade_ranks_.end()) {
    Covers("not found/trade");
    why->push_back(
        {"RESOURCE_NOT_FOUND", {{"name", NameOfTrade(request.trade)}}});
    return "";
  }
  Trade& trade = trades_[found->second];
  const bool accepts = request.method == Method::kAcceptTrade;
  const bool reverses = request.method == Method::kReverseTrade;
  const std::string step = accepts    ? "acceptance"
                           : reverses ? "reversal"
                                      : "decline";
  const std::string needed = reverses ? "SETTLED" : "PROPOSED";
  // Of a hold what was settled goes back.
  const Integer units =
      reverses && trade.settled > 0 ? trade.settled : trade.units;
  const uint64_t payer = reverses ? trade.seller : trade.buyer;
  const uint64_t receiver = reverses ? trade.buyer : trade.seller;
  if (!carry_out) {
    if (trade.state != needed) {
      Covers("state/" + step + " of a trade that is " + trade.state);
      why->push_back({"TRADE_STATE",
                      {{"trade", NameOfTrade(trade.id)},
                       {"state", trade.state},
                       {"needed", needed}}});
    }
    if (accepts) CheckActive(request, trade.buyer, trade.seller, why);
    if (accepts || reverses) CheckLimits(step, payer, receiver, units, why);
  }
  const std::string frees = FreesLine(trade);
  const std::string line =
      accepts    ? absl::StrCat("accepted ", trade.number)
      : reverses ? absl::StrCat("reversed ", trade.number, " settled at ",
                                trade.settled_at, " frees ", frees)
                 : absl::StrCat("declined ", trade.number, " frees ", frees);
  if (!carry_out) return line;

  AddRow(request, line);
  Covers("done/" + step);
  if (accepts || reverses) {
    Move(absl::StrCat(accepts ? "trade " : "reversal of ", trade.number), payer,
         receiver, units);
  }
  (accepts ? trade.settled_at : trade.ended_at) = sequence();
  trade.state = accepts ? "SETTLED" : reverses ? "REVERSED" : "DECLINED";
  return line;
}

void Oracle::Move(const std::string& entry, uint64_t payer, uint64_t receiver,
                  const Integer& units) {
  Member& from = members_[payer - 1];
  Member& to = members_[receiver - 1];
  from.balance -= units;
  to.balance += units;
  rows_.back().entry = entry;
  rows_.back().movements = {{payer, Integer(-units), from.balance},
                            {receiver, units, to.balance}};
}

}  // namespace skontro::simulation
