#include "tests/integration/books.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace skontro::integration {
namespace {

constexpr size_t kFindingsMax = 100;

const char* StateName(Books::State state) {
  switch (state) {
    case Books::State::kProposed:
      return "proposed";
    case Books::State::kSettled:
      return "settled";
    case Books::State::kDeclined:
      return "declined";
    case Books::State::kReversed:
      break;
  }
  return "reversed";
}

}  // namespace

void Findings::Add(std::string finding) {
  ++count_;
  if (first_.size() < kFindingsMax) first_.push_back(std::move(finding));
}

std::string Findings::Text() const {
  std::string text;
  for (const std::string& finding : first_)
    absl::StrAppend(&text, finding, "\n");
  if (count_ > static_cast<int64_t>(first_.size())) {
    absl::StrAppend(&text, "... and ",
                    count_ - static_cast<int64_t>(first_.size()), " more\n");
  }
  return text;
}

std::string InvoiceKey(const PlannedTrade& planned) {
  std::string number = absl::AsciiStrToUpper(planned.invoice);
  std::erase(number, ' ');
  return absl::StrCat(planned.seller, "/", planned.invoice_year, "/", number);
}

Books::Books(int64_t members) : accounts_(static_cast<size_t>(members)) {
  for (std::vector<Point>& points : accounts_) {
    points.push_back(
        {0, 0, LoadPlan::kDefaultCreditLine, LoadPlan::kDefaultBalanceLimit});
  }
}

Books::Point& Books::NewPoint(int64_t member, int64_t sequence) {
  std::vector<Point>& points = accounts_[static_cast<size_t>(member)];
  points.push_back(points.back());
  points.back().sequence = sequence;
  return points.back();
}

void Books::Apply(const BookEvent& event, Findings* findings) {
  if (event.sequence <= last_) {
    findings->Add(absl::StrCat("sequence ", event.sequence, " (trade ",
                               event.trade_id, ") comes after ", last_));
  }
  last_ = event.sequence;
  switch (event.kind) {
    case BookEvent::Kind::kCreated:
      Create(event, findings);
      break;
    case BookEvent::Kind::kAccepted:
    case BookEvent::Kind::kDeclined:
    case BookEvent::Kind::kReversed:
      Step(event, findings);
      break;
    case BookEvent::Kind::kLimits: {
      Point& point = NewPoint(event.member, event.sequence);
      point.credit_line = event.credit_line;
      point.balance_limit = event.balance_limit;
      break;
    }
  }
}

void Books::Create(const BookEvent& event, Findings* findings) {
  Trade trade;
  trade.planned = event.planned;
  trade.created_at = event.sequence;
  if (!event.planned.invoice.empty()) {
    const auto [held, is_free] =
        invoices_.emplace(InvoiceKey(event.planned), event.trade_id);
    if (!is_free) {
      findings->Add(absl::StrCat("sequence ", event.sequence, ": trade ",
                                 event.trade_id, " has the invoice of ",
                                 held->second));
    }
  }
  if (event.planned.buyer_pays) {
    Move(event.sequence, event.planned.buyer, event.planned.seller,
         event.planned.units, event.trade_id, findings);
    trade.state = State::kSettled;
    trade.settled_at = event.sequence;
  }
  if (!trades_.emplace(event.trade_id, std::move(trade)).second) {
    findings->Add(absl::StrCat("sequence ", event.sequence, ": trade ",
                               event.trade_id, " is made a second time"));
  }
}

void Books::Step(const BookEvent& event, Findings* findings) {
  const auto found = trades_.find(event.trade_id);
  if (found == trades_.end()) {
    findings->Add(
        absl::StrCat("sequence ", event.sequence,
                     ": a step of a trade that nobody made: ", event.trade_id));
    return;
  }
  Trade& trade = found->second;
  const bool is_reversal = event.kind == BookEvent::Kind::kReversed;
  const State needed = is_reversal ? State::kSettled : State::kProposed;
  if (trade.state != needed) {
    findings->Add(absl::StrCat("sequence ", event.sequence, ": trade ",
                               event.trade_id, " is ", StateName(trade.state),
                               " and not ", StateName(needed)));
  }
  const PlannedTrade& planned = trade.planned;
  if (event.kind == BookEvent::Kind::kAccepted) {
    Move(event.sequence, planned.buyer, planned.seller, planned.units,
         event.trade_id, findings);
    trade.state = State::kSettled;
    trade.settled_at = event.sequence;
    return;
  }
  if (is_reversal) {
    Move(event.sequence, planned.seller, planned.buyer, planned.units,
         event.trade_id, findings);
  }
  trade.state = is_reversal ? State::kReversed : State::kDeclined;
  trade.ended_at = event.sequence;
  Free(event.trade_id, planned);
}

void Books::Move(int64_t sequence, int64_t payer, int64_t receiver,
                 int64_t units, const std::string& trade_id,
                 Findings* findings) {
  Point& from = NewPoint(payer, sequence);
  from.balance -= units;
  ++from.postings;
  Point& to = NewPoint(receiver, sequence);
  to.balance += units;
  ++to.postings;
  if (account(payer).spendable() < 0 || account(receiver).room() < 0) {
    findings->Add(absl::StrCat("sequence ", sequence, ": trade ", trade_id,
                               " breaks a limit of member ", payer, " or ",
                               receiver));
  }
}

void Books::Free(const std::string& trade_id, const PlannedTrade& planned) {
  if (planned.invoice.empty()) return;
  const auto held = invoices_.find(InvoiceKey(planned));
  if (held != invoices_.end() && held->second == trade_id)
    invoices_.erase(held);
}

void Books::Close(int64_t sequence) {
  remembered_from_ = closed_at_;
  closed_at_ = sequence;
  last_ = std::max(last_, sequence);
  for (std::vector<Point>& points : accounts_) {
    points.assign(1, Point(points.back()));
    points.back().sequence = sequence;
  }
  for (auto next = trades_.begin(); next != trades_.end();) {
    const auto trade = next++;
    if (trade->second.created_at > remembered_from_) continue;
    Free(trade->first, trade->second.planned);
    trades_.erase(trade);
  }
}

const Books::Point& Books::account(int64_t member, int64_t sequence) const {
  const std::vector<Point>& points = history(member);
  const auto after = std::upper_bound(
      points.begin() + 1, points.end(), sequence,
      [](int64_t at, const Point& point) { return at < point.sequence; });
  return *(after - 1);
}

const Books::Trade* Books::FindTrade(const std::string& id) const {
  const auto found = trades_.find(id);
  return found == trades_.end() ? nullptr : &found->second;
}

std::string Books::Save() const {
  std::string text = absl::StrCat(closed_at_, " ", remembered_from_, " ",
                                  accounts_.size(), " ", trades_.size(), "\n");
  for (const std::vector<Point>& points : accounts_) {
    const Point& point = points.back();
    absl::StrAppend(&text, point.balance, " ", point.credit_line, " ",
                    point.balance_limit, " ", point.postings, "\n");
  }
  for (const auto& [id, trade] : trades_) {
    absl::StrAppend(&text, id, " ", trade.planned.key, " ",
                    static_cast<int>(trade.state), " ", trade.created_at, " ",
                    trade.settled_at, " ", trade.ended_at, "\n");
  }
  return text;
}

std::optional<Books> Books::Load(const std::string& text,
                                 const LoadPlan& plan) {
  std::istringstream in(text);
  size_t accounts = 0;
  size_t trades = 0;
  Books books(plan.options().members);
  in >> books.closed_at_ >> books.remembered_from_ >> accounts >> trades;
  if (!in || accounts != books.accounts_.size()) return std::nullopt;
  books.last_ = books.closed_at_;
  for (std::vector<Point>& points : books.accounts_) {
    Point& point = points.back();
    point.sequence = books.closed_at_;
    in >> point.balance >> point.credit_line >> point.balance_limit >>
        point.postings;
  }
  for (size_t i = 0; i < trades && in; ++i) {
    std::string id;
    std::string key;
    int state = 0;
    Trade trade;
    in >> id >> key >> state >> trade.created_at >> trade.settled_at >>
        trade.ended_at;
    const std::optional<TradeKey> place = LoadPlan::Find(key);
    if (!place.has_value()) return std::nullopt;
    const PlannedCall call = plan.Call(place->call);
    const auto item = static_cast<size_t>(place->item);
    if (item >= call.trades.size()) return std::nullopt;
    trade.planned = call.trades[item];
    trade.state = static_cast<State>(state);
    const bool holds =
        trade.state == State::kProposed || trade.state == State::kSettled;
    if (holds && !trade.planned.invoice.empty()) {
      books.invoices_[InvoiceKey(trade.planned)] = id;
    }
    books.trades_.emplace(id, std::move(trade));
  }
  if (!in) return std::nullopt;
  return books;
}

}  // namespace skontro::integration
