#include "tests/simulation/crowd.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace skontro::simulation {
namespace {

constexpr int64_t kMost = 1'000'000'000'000'000;
constexpr size_t kMembers = 7;       // That are named; not all are admitted.
constexpr size_t kFirstMembers = 4;  // Admitted before anything else.
constexpr size_t kTradeIds = 60;
constexpr int32_t kSomeDay = 20'089;  // 2025-01-01
constexpr size_t kInvoices = 12;

std::string MemberId(size_t rank) { return absl::StrCat("m", rank); }

// A number as an int64, held within what a request may say.
int64_t Clamped(const Integer& number) {
  if (number > kMost) return kMost;
  if (number < -kMost) return -kMost;
  return number.convert_to<int64_t>();
}

}  // namespace

Crowd::Crowd(uint64_t seed, std::string name, const Terms& terms)
    : dice_(seed), name_(std::move(name)), terms_(terms) {
  for (size_t i = 1; i <= kFirstMembers; ++i) {
    Request request = New(Method::kCreateMember);
    request.member.member_id = MemberId(i);
    request.member.country = "BE";
    request.member.legal_name = absl::StrCat("Member ", i);
    planned_.push_back(std::move(request));
  }
}

void Crowd::Learn(uint64_t sequence) { newest_ = std::max(newest_, sequence); }

Request Crowd::New(Method method) {
  Request request;
  request.method = method;
  request.request_id = absl::StrCat(name_, ++requests_);
  return request;
}

Request Crowd::Next(const Oracle* oracle) {
  if (oracle != nullptr) {
    newest_ = oracle->sequence();
    if (planned_.empty() && dice_.Percent(6)) Aim(*oracle);
  }
  if (!planned_.empty()) {
    Request request = std::move(planned_.front());
    planned_.pop_front();
    return request;
  }
  Request request = AnyRequest(oracle);
  if (dice_.Percent(15)) request.client = "operator/erp";
  if (dice_.Percent(2)) {
    // Who sees everything and changes nothing. What the others see is walked
    // by tests/server/permission_matrix_test.cc.
    request.role = "auditor";
  }
  request.validate_only =
      request.method != Method::kBatchCreateTrades && dice_.Percent(10);
  return request;
}

Request Crowd::AnyRequest(const Oracle* oracle) {
  const int64_t roll = dice_.UpTo(100);
  if (roll < 3) return NewMemberRequest();
  if (roll < 11) return NewLineRequest();
  if (roll < 13) return NewPoliciesRequest(oracle);
  if (roll < 15) return NewStatusRequest(oracle);
  if (roll < 21) return GroupRequest(oracle);
  if (roll < 52) return StepRequest(oracle);
  Request request = New(Method::kCreateTrade);
  request.trades = {AnyTrade(oracle)};
  return request;
}

Request Crowd::NewMemberRequest() {
  Request request = New(Method::kCreateMember);
  NewMember& member = request.member;
  member.member_id = MemberId(dice_.Below(kMembers) + 1);
  member.country = dice_.Percent(50) ? "BE" : "FR";
  member.legal_name = absl::StrCat("Member ", member.member_id, " SA");
  if (dice_.Percent(30)) member.address = "Rue 1\nB-1000 Bruxelles";
  if (dice_.Percent(50)) {
    member.vat_id = Scribbled(absl::StrCat("be", dice_.UpTo(4)));
  }
  if (dice_.Percent(50)) {
    member.company_ids.emplace_back(
        dice_.Percent(70) ? "bce" : "siren",
        Scribbled(absl::StrCat("be", dice_.UpTo(4))));
  }
  return request;
}

// Mostly back to active, so that the others go on trading; only the last few
// ever leave.
Request Crowd::NewStatusRequest(const Oracle* oracle) {
  Request request = New(Method::kChangeMemberStatus);
  NewStatus& status = request.status;
  status.member_id = AnyMember();
  status.reason = absl::StrCat("review ", dice_.UpTo(3));
  status.status = dice_.Percent(60) ? 2 : static_cast<int>(3 + dice_.Below(3));
  if (dice_.Percent(35)) {
    status.member_id = MemberId(kMembers - dice_.Below(2));
    status.status = dice_.Percent(40) ? 6 : 7;
  }
  const bool winds_down = status.status == 6;
  if (winds_down != dice_.Percent(5)) {
    const int32_t today =
        oracle == nullptr ? kSomeDay : oracle->rows().back().day;
    status.last_day = today + static_cast<int32_t>(dice_.UpTo(3)) -
                      (dice_.Percent(10) ? 2 : 0);
  }
  return status.status == 7 ? Settled(std::move(request), oracle) : request;
}

// Before a member is closed, sometimes, the trade that takes its balance to
// zero.
Request Crowd::Settled(Request closing, const Oracle* oracle) {
  const Oracle::Member* const member =
      oracle == nullptr ? nullptr
                        : oracle->FindMember(closing.status.member_id);
  if (member == nullptr || dice_.Percent(20)) return closing;
  for (const Oracle::Trade& open : oracle->trades()) {
    const bool is_party = oracle->members()[open.seller - 1].id == member->id ||
                          oracle->members()[open.buyer - 1].id == member->id;
    const bool held = open.state == "AUTHORISED";
    if ((open.state != "PROPOSED" && !held) || !is_party) continue;
    planned_.push_back(
        New(held ? Method::kReleaseTrade : Method::kDeclineTrade));
    planned_.back().trade = open.id;
  }
  if (member->balance == 0) {
    planned_.push_back(std::move(closing));
    Request first = std::move(planned_.front());
    planned_.pop_front();
    return first;
  }
  Request request = New(Method::kCreateTrade);
  NewTrade& trade = request.trades.emplace_back();
  trade.buyer_pays = true;
  const bool spends = member->balance > 0;
  trade.units = Clamped(Integer(abs(member->balance)));
  (spends ? trade.buyer : trade.seller) = member->id;
  (spends ? trade.seller : trade.buyer) = MemberId(1 + dice_.Below(4));
  planned_.push_back(std::move(closing));
  return request;
}

Request Crowd::NewLineRequest() {
  Request request = New(Method::kSetCreditLine);
  request.line.member_id = AnyMember();
  request.line.reason = absl::StrCat("review ", dice_.UpTo(3));
  request.line.credit_line = dice_.UpTo(1'500);
  if (dice_.Percent(60)) request.line.balance_limit = 1 + dice_.UpTo(2'500);
  if (dice_.Percent(4)) {
    request.line.credit_line =
        dice_.OneOf<int64_t>({-1, kMost + 1, 0, kMost, INT64_MIN, INT64_MAX});
  }
  if (dice_.Percent(4)) {
    request.line.balance_limit =
        dice_.OneOf<int64_t>({-1, 0, kMost + 1, 1, kMost, INT64_MIN});
  }
  return request;
}

Request Crowd::NewPoliciesRequest(const Oracle* oracle) {
  Request request = New(Method::kUpdatePolicies);
  // Mostly none, so that large trades go on.
  request.policies.deal_cap = dice_.Percent(60) ? 0 : 100 + dice_.UpTo(400);
  if (dice_.Percent(8)) {
    request.policies.deal_cap =
        dice_.OneOf<int64_t>({-1, kMost, kMost + 1, INT64_MIN, INT64_MAX});
  }
  if (dice_.Percent(30)) request.policies.deal_cap.reset();
  if (!request.policies.deal_cap.has_value()) {
    request.policies.vat_in_cash = 0;
  }
  // Shares that trades of this crowd meet, miss, and need not.
  if (dice_.Percent(50)) {
    request.policies.least_unit_share_bp =
        dice_.OneOf<int64_t>({0, 0, 1, 5'000, 10'000});
  }
  if (dice_.Percent(50)) request.policies.vat_in_cash = dice_.UpTo(2);
  if (dice_.Percent(4)) {
    request.policies.least_unit_share_bp =
        dice_.OneOf<int64_t>({-1, 10'001, INT64_MIN, INT64_MAX});
  }
  if (dice_.Percent(4)) {
    request.policies.vat_in_cash = dice_.OneOf<int64_t>({-1, 2, INT64_MAX});
  }
  if (oracle != nullptr && dice_.Percent(50)) {
    request.policies.etag = absl::StrCat(oracle->policies_version());
  } else if (dice_.Percent(10)) {
    request.policies.etag = absl::StrCat(dice_.UpTo(50));
  }
  return request;
}

Request Crowd::GroupRequest(const Oracle* oracle) {
  Request request = New(Method::kBatchCreateTrades);
  const size_t count = dice_.Percent(2) ? 0 : 1 + dice_.Below(5);
  for (size_t i = 0; i < count; ++i) {
    request.trades.push_back(AnyTrade(oracle));
    // The same invoice again, within the group.
    if (i > 0 && dice_.Percent(10)) {
      request.trades.back().seller = request.trades.front().seller;
      request.trades.back().invoice = request.trades.front().invoice;
    }
  }
  return request;
}

// Plans to set a limit so that a trade's next step just meets it, or passes it
// by one, and to take that step.
void Crowd::Aim(const Oracle& oracle) {
  if (oracle.trades().empty()) return;
  const size_t back = dice_.Below(std::min<size_t>(20, oracle.trades().size()));
  const Oracle::Trade& trade =
      oracle.trades()[oracle.trades().size() - 1 - back];
  const bool reverses = trade.state == "SETTLED";
  if (!reverses && trade.state != "PROPOSED") return;
  const bool of_payer = dice_.Percent(50);
  const bool of_buyer = of_payer != reverses;
  const Oracle::Member& member =
      oracle.members()[(of_buyer ? trade.buyer : trade.seller) - 1];
  const int64_t missing = dice_.Percent(50) ? 1 : 0;
  Request limits = New(Method::kSetCreditLine);
  limits.line.member_id = member.id;
  limits.line.reason = "aim";
  limits.line.credit_line = Clamped(member.credit_line);
  if (of_payer) {
    limits.line.credit_line = Clamped(
        Integer(trade.units - member.balance + member.holds_out - missing));
  } else {
    limits.line.balance_limit = Clamped(
        Integer(trade.units + member.balance + member.holds_in - missing));
  }
  Request step = New(reverses            ? Method::kReverseTrade
                     : dice_.Percent(35) ? Method::kAuthoriseTrade
                                         : Method::kAcceptTrade);
  step.trade = trade.id;
  planned_.push_back(std::move(limits));
  planned_.push_back(std::move(step));
}

NewTrade Crowd::AnyTrade(const Oracle* oracle) {
  NewTrade trade;
  trade.seller = AnyMember();
  do {
    trade.buyer = AnyMember();
  } while (trade.buyer == trade.seller);
  trade.buyer_pays = dice_.Percent(50);
  trade.units = UnitsOf(trade, oracle);
  if (trade.buyer_pays ? dice_.Percent(25) : dice_.Percent(1)) {
    trade.hold_until = HoldUntil(oracle).value_or(0);
  }
  if (dice_.Percent(25)) {
    trade.trade_id = absl::StrCat("a-", dice_.Below(kTradeIds));
  }
  if (dice_.Percent(20)) {
    trade.cash = dice_.UpTo(500);
    trade.cash_currency = terms_.peg_currency;
  }
  if (dice_.Percent(20)) {
    trade.description = absl::StrCat("delivery ", dice_.UpTo(9));
  }
  if (dice_.Percent(55)) trade.invoice = AnyInvoice(trade);
  if (dice_.Percent(7)) Spoil(&trade);
  return trade;
}

int64_t Crowd::UnitsOf(const NewTrade& trade, const Oracle* oracle) {
  const int64_t any = 1 + dice_.UpTo(dice_.Percent(80) ? 400 : 3'000);
  if (oracle == nullptr || !dice_.Percent(40)) return any;
  const Oracle::Member* buyer = oracle->FindMember(trade.buyer);
  const Oracle::Member* seller = oracle->FindMember(trade.seller);
  if (buyer == nullptr || seller == nullptr) return any;
  if (oracle->deal_cap() > 0 && dice_.Percent(30)) {
    return Clamped(oracle->deal_cap()) + dice_.UpTo(2);
  }
  const Integer edge =
      dice_.Percent(50) ? oracle->SpendableOf(*buyer) : oracle->RoomOf(*seller);
  const int64_t units = Clamped(edge) + dice_.UpTo(2);
  return units > 0 ? units : any;
}

// The national value, as a client computes it.
int64_t Crowd::WorthOf(int64_t units) const {
  __int128 up = units;
  __int128 down = 1;
  for (int i = 0; i < terms_.peg_decimals; ++i) up *= 10;
  for (int i = 0; i < terms_.unit_decimals; ++i) down *= 10;
  return static_cast<int64_t>((2 * up + down) / (2 * down));
}

Invoice Crowd::AnyInvoice(const NewTrade& trade) {
  Invoice invoice;
  invoice.number = Scribbled(absl::StrCat("f-", dice_.Below(kInvoices), "a"));
  if (dice_.Percent(60)) {
    // Around the new years of the simulation.
    invoice.issue_day = static_cast<int32_t>(
        dice_.OneOf<int64_t>({20'088, 20'089, 20'453, 20'454, 20'819}) -
        (dice_.Percent(30) ? dice_.UpTo(400) : 0));
  }
  if (dice_.Percent(20)) invoice.due_day = 20'200;
  if (dice_.Percent(10)) invoice.purchase_order = "PO 7";
  if (dice_.Percent(20)) invoice.prepaid = dice_.UpTo(100);
  const int64_t gross = WorthOf(trade.units) + trade.cash + invoice.prepaid;
  if (dice_.Percent(50)) invoice.gross = gross;
  if (gross >= 0 && gross <= kMost && dice_.Percent(30)) {
    AddTaxLines(&invoice, gross);
  }
  return invoice;
}

// Two lines that make the gross, if tax rounds well.
void Crowd::AddTaxLines(Invoice* invoice, int64_t gross) {
  const int64_t rate = dice_.OneOf<int64_t>({200'000, 55'000, 0, 1'000'000});
  const int64_t part = dice_.UpTo(gross + 1);
  const auto base = static_cast<int64_t>(static_cast<__int128>(part) *
                                         1'000'000 / (1'000'000 + rate));
  invoice->tax_lines = {{"S", rate, base, part - base},
                        {"Z", 0, gross - part, 0}};
}

void Crowd::Spoil(NewTrade* trade) {
  if (trade->invoice.has_value() && dice_.Percent(60)) {
    SpoilInvoice(&*trade->invoice);
    return;
  }
  switch (dice_.UpTo(6)) {
    case 0:
      trade->trade_id = absl::StrCat("t", dice_.UpTo(100));
      break;
    case 1:
      trade->buyer = trade->seller;
      break;
    case 2:
      trade->units = dice_.OneOf<int64_t>(
          {0, -1, kMost + 1, kMost, INT64_MIN, INT64_MAX, kMost / 100 + 1});
      break;
    case 3:
      trade->cash =
          dice_.OneOf<int64_t>({-1, kMost + 1, kMost, INT64_MIN, INT64_MAX});
      break;
    case 4:
      trade->cash_currency = "CHF";
      break;
    default:
      trade->units = 0;
      trade->cash = -1;
      break;
  }
}

void Crowd::SpoilInvoice(Invoice* invoice) {
  const int64_t far = dice_.OneOf<int64_t>({INT64_MIN, INT64_MAX, kMost + 1});
  if (invoice->tax_lines.empty()) {
    invoice->tax_lines = {{"S", 200'000, 100, 20}};
  }
  TaxLine& line = invoice->tax_lines.front();
  switch (dice_.UpTo(7)) {
    case 0:
      invoice->number = "  ";
      break;
    case 1:
      invoice->prepaid = dice_.OneOf<int64_t>({-1, kMost + 1, INT64_MIN});
      break;
    case 2:
      invoice->gross += dice_.OneOf<int64_t>({1, -1, 1'000});
      break;
    case 3:
      line.rate_ppm = dice_.OneOf<int64_t>({-1, 1'000'001, far});
      break;
    case 4:
      line.base = dice_.OneOf<int64_t>({-kMost - 1, kMost + 1, far});
      break;
    case 5: {
      int64_t one = 1;
      for (int i = 0; i < terms_.peg_decimals; ++i) one *= 10;
      line.tax += dice_.OneOf<int64_t>({one, -one, one - 1, 1 - one});
      break;
    }
    default:
      line.tax = far;
      break;
  }
}

std::string Crowd::AnyMember() {
  if (dice_.Percent(2)) return "ghost";
  return MemberId(dice_.Below(dice_.Percent(85) ? kFirstMembers : kMembers) +
                  1);
}

std::string Crowd::AnyTradeName(const Oracle* oracle) {
  if (dice_.Percent(3)) {
    return dice_.OneOf<std::string>(
        {"ghost", "t", "t0", "t007", "T5", "t18446744073709551616"});
  }
  if (oracle != nullptr && !oracle->trades().empty() && dice_.Percent(85)) {
    const size_t count = oracle->trades().size();
    const size_t recent = std::min<size_t>(dice_.Percent(70) ? 15 : 200, count);
    return oracle->trades()[count - 1 - dice_.Below(recent)].id;
  }
  if (dice_.Percent(30)) return absl::StrCat("a-", dice_.Below(kTradeIds));
  const uint64_t back = dice_.Below(std::min<size_t>(40, newest_));
  return absl::StrCat("t", newest_ - back);
}

// The text as another would write it: case and blanks.
std::string Crowd::Scribbled(const std::string& text) {
  if (dice_.Percent(50)) return text;
  std::string out;
  for (const char c : text) {
    if (dice_.Percent(15)) out += ' ';
    out += dice_.Percent(50)
               ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
               : c;
  }
  return out;
}

Request Crowd::Another(const Request& request) {
  Request other = request;
  switch (request.method) {
    case Method::kCreateMember:
      (dice_.Percent(50) ? other.member.legal_name : other.member.member_id) +=
          "x";
      break;
    case Method::kSetCreditLine:
      if (dice_.Percent(50)) {
        other.line.credit_line = 77;
      } else {
        other.line.reason += "x";
      }
      break;
    case Method::kCreateTrade:
      if (dice_.Percent(50)) {
        other.trades.front().description += "x";
      } else {
        other.trades.front().trade_id =
            other.trades.front().trade_id.empty() ? "x" : "";
      }
      break;
    case Method::kUpdatePolicies:
      other.policies.deal_cap = 777;
      break;
    case Method::kChangeMemberStatus:
      other.status.reason += "x";
      break;
    case Method::kBatchCreateTrades:
      other.trades.push_back(AnyTrade(nullptr));
      break;
    default:
      if (dice_.Percent(50)) {
        other.trade += "x";
      } else {
        other.method = request.method == Method::kAcceptTrade
                           ? Method::kDeclineTrade
                           : Method::kAcceptTrade;
      }
      break;
  }
  return other;
}

}  // namespace skontro::simulation
