// What the Oracle says of holds: trade_service.proto, from AuthoriseTrade to
// ReleaseTrade, and domain.md, "Trades" and "Invariants".

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/simulation/oracle.h"

namespace skontro::simulation {
namespace {

constexpr int64_t kDayUs = int64_t{24} * 3'600 * 1'000'000;

// `total` times `part` over `whole`, rounded half away from zero.
Integer Share(const Integer& total, const Integer& part, const Integer& whole) {
  return (2 * total * part + whole) / (2 * whole);
}

// RFC 3339, in UTC, with microseconds.
std::string TimeOf(int64_t us) {
  const std::chrono::sys_days day{std::chrono::days(us / kDayUs)};
  const std::chrono::year_month_day date{day};
  const int64_t second = us % kDayUs / 1'000'000;
  return absl::StrFormat(
      "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      second / 3'600, second / 60 % 60, second % 60, us % 1'000'000);
}

}  // namespace

int64_t Oracle::RecordTime(const Request& request) const {
  return std::max(request.time_us, rows_.back().time_us + 1);
}

int64_t Oracle::UntilOf(const Request& request, std::optional<int64_t> asked,
                        const std::string& field, std::vector<Why>* why) {
  const int64_t now = RecordTime(request);
  if (!asked.has_value() || *asked == 0) return now + 14 * kDayUs;
  if (*asked <= now || *asked > now + 180 * kDayUs) {
    Covers("hold/at a time that cannot be");
    why->push_back({"FIELD_INVALID", {{"field", field}}});
  } else if (*asked == now + 1) {
    Covers("hold/for one microsecond");
  }
  return *asked;
}

std::string Oracle::HeldLine(const Trade& trade, const Integer& more) const {
  const Integer out = members_[trade.buyer - 1].holds_out + more;
  const Integer in = members_[trade.seller - 1].holds_in + more;
  return absl::StrCat(" held ", trade.buyer, "=", out.str(), " for ",
                      trade.seller, "=", in.str());
}

std::string Oracle::FreesLine(const Trade& trade) const {
  if (trade.invoice.empty()) return "nothing";
  return absl::StrCat(trade.seller, "/", trade.invoice_year, "/",
                      trade.invoice);
}

void Oracle::ChangeHold(const Trade& trade, const Integer& more) {
  members_[trade.buyer - 1].holds_out += more;
  members_[trade.seller - 1].holds_in += more;
}

Oracle::Trade* Oracle::InState(const Request& request, const std::string& step,
                               const std::string& needed, bool tell,
                               std::vector<Why>* why) {
  const auto found = trade_ranks_.find(request.trade);
  if (found == trade_ranks_.end()) {
    Covers("not found/trade");
    why->push_back(
        {"RESOURCE_NOT_FOUND", {{"name", NameOfTrade(request.trade)}}});
    return nullptr;
  }
  Trade& trade = trades_[found->second];
  if (trade.state == needed) return &trade;
  if (tell) Covers("state/" + step + " of a trade that is " + trade.state);
  why->push_back({"TRADE_STATE",
                  {{"trade", NameOfTrade(trade.id)},
                   {"state", trade.state},
                   {"needed", needed}}});
  return nullptr;
}

Oracle::Trade* Oracle::Held(const Request& request, const std::string& step,
                            bool tell, std::vector<Why>* why) {
  Trade* const trade = InState(request, step, "AUTHORISED", tell, why);
  if (trade == nullptr) return nullptr;
  const int64_t now = RecordTime(request);
  // A hold is void when the time of the command is at its expiry, tick or no
  // tick.
  if (now < trade->hold_until) {
    if (now + 1 == trade->hold_until) Covers("hold/in its last microsecond");
    return trade;
  }
  if (now == trade->hold_until) Covers("hold/at the microsecond of its end");
  why->push_back({"HOLD_EXPIRED",
                  {{"trade", NameOfTrade(trade->id)},
                   {"expire_time", TimeOf(trade->hold_until)}}});
  return nullptr;
}

// The reasons in the order of the proto: TRADE_STATE, MEMBER_NOT_ACTIVE, the
// time, CREDIT_LINE_EXCEEDED, BALANCE_LIMIT_EXCEEDED.
std::string Oracle::Authorise(const Request& request, bool carry_out,
                              std::vector<Why>* why) {
  const auto found = trade_ranks_.find(request.trade);
  std::vector<Why> against;
  Trade* trade =
      InState(request, "authorisation", "PROPOSED", !carry_out, &against);
  if (found == trade_ranks_.end()) {
    why->insert(why->end(), against.begin(), against.end());
    return "";
  }
  if (trade == nullptr) trade = &trades_[found->second];
  CheckActive(request, trade->buyer, trade->seller, &against);
  const int64_t until =
      UntilOf(request, request.hold_until, "expire_time", &against);
  if (!carry_out) {
    CheckLimits("authorisation", trade->buyer, trade->seller, trade->units,
                &against);
  }
  if (!against.empty()) {
    why->insert(why->end(), against.begin(), against.end());
    return "";
  }
  const std::string line = absl::StrCat("authorised ", trade->number, " until ",
                                        until, HeldLine(*trade, trade->units));
  if (!carry_out) return line;
  AddRow(request, line);
  Covers("done/authorisation");
  trade->state = "AUTHORISED";
  trade->hold_until = until;
  ChangeHold(*trade, trade->units);
  return line;
}

std::string Oracle::SettlePart(const Request& request, bool carry_out,
                               std::vector<Why>* why) {
  Trade* const trade = Held(request, "settlement", !carry_out, why);
  if (trade == nullptr) return "";
  const Integer held = trade->units - trade->settled;
  const Integer units =
      request.part.units.has_value() ? Integer(*request.part.units) : held;
  if (!carry_out) {
    const size_t before = why->size();
    for (const uint64_t number : {trade->buyer, trade->seller}) {
      const Member& member = members_[number - 1];
      // Who is frozen does nothing; anybody else keeps what it promised.
      if (member.status != "FROZEN" && member.status != "CLOSED") {
        if (member.status != "ACTIVE") Covers("hold/kept by " + member.status);
        continue;
      }
      why->push_back(
          {"MEMBER_NOT_ACTIVE",
           {{"who", NameOfMember(member.id)}, {"state", member.status}}});
    }
    if (units == held + 1) Covers("hold/passed by one");
    if (units > held) {
      why->push_back({"HOLD_EXCEEDED",
                      {{"trade", NameOfTrade(trade->id)},
                       {"held", held.str()},
                       {"amount", units.str()},
                       {"missing", Integer(units - held).str()}}});
    }
    if (why->size() > before || units <= 0) return "";
  }
  const bool ends = request.part.release_rest || units == held;
  const Integer after = trade->settled + units;
  const auto share = [&](const Integer& total) {
    return Integer(Share(total, after, trade->units) -
                   Share(total, trade->settled, trade->units));
  };
  const Integer back = ends ? held : units;
  const std::string line = absl::StrCat(
      "part of ", trade->number, ": ", units.str(), " worth ",
      share(trade->worth).str(), " cash ", share(trade->cash).str(), " leaves ",
      ends ? 3 : 2, HeldLine(*trade, Integer(-back)));
  if (!carry_out) return line;
  AddRow(request, line);
  Covers(!ends            ? "done/part"
         : units != held  ? "done/part, and the rest let go"
         : after == units ? "done/settlement of all"
                          : "done/the last part");
  if (SpendableOf(members_[trade->buyer - 1]) < 0) {
    Covers("hold/kept though the line was cut");
  }
  ChangeHold(*trade, Integer(-back));
  trade->settled = after;
  trade->settled_at = sequence();
  if (ends) trade->state = "SETTLED";
  Move(absl::StrCat("trade ", trade->number), trade->buyer, trade->seller,
       units);
  return line;
}

std::string Oracle::EndOfHold(const std::string& word, const Trade& trade,
                              const std::string& unsettled) const {
  const bool in_part = trade.settled > 0;
  const int state = in_part ? 3 : unsettled == "WITHDRAWN" ? 7 : 8;
  return absl::StrCat(word, " ", trade.number, " leaves ", state, " frees ",
                      in_part ? "nothing" : FreesLine(trade),
                      HeldLine(trade, Integer(trade.settled - trade.units)));
}

void Oracle::EndHold(Trade* trade, const std::string& unsettled) {
  ChangeHold(*trade, Integer(trade->settled - trade->units));
  const bool in_part = trade->settled > 0;
  trade->state = in_part ? "SETTLED" : unsettled;
  if (!in_part) trade->ended_at = sequence();
}

std::string Oracle::Release(const Request& request, bool carry_out,
                            std::vector<Why>* why) {
  Trade* const trade = Held(request, "release", !carry_out, why);
  if (trade == nullptr) return "";
  const std::string line = EndOfHold("released", *trade, "WITHDRAWN");
  if (!carry_out) return line;
  AddRow(request, line);
  Covers(trade->settled > 0 ? "done/release of the rest" : "done/release");
  EndHold(trade, "WITHDRAWN");
  return line;
}

std::string Oracle::Withdraw(const Request& request, bool carry_out,
                             std::vector<Why>* why) {
  Trade* const trade =
      InState(request, "withdrawal", "PROPOSED", !carry_out, why);
  if (trade == nullptr) return "";
  const std::string line =
      absl::StrCat("withdrawn ", trade->number, " frees ", FreesLine(*trade));
  if (!carry_out) return line;
  AddRow(request, line);
  Covers("done/withdrawal");
  trade->state = "WITHDRAWN";
  trade->ended_at = sequence();
  return line;
}

// The holds whose time is over end, the first deadline first and of equal ones
// the oldest trade; at most 256 at a time.
Verdict Oracle::Tick(const Request& request) {
  Verdict verdict;
  for (int i = 0; i < 256; ++i) {
    Trade* next = nullptr;
    for (Trade& trade : trades_) {
      if (trade.state != "AUTHORISED") continue;
      if (trade.hold_until > RecordTime(request)) continue;
      if (next == nullptr || trade.hold_until < next->hold_until) {
        next = &trade;
      }
    }
    if (next == nullptr) break;
    DigestIfDue();
    const std::string line = EndOfHold("expired", *next, "EXPIRED");
    Row* const row = AddRow(request, line);
    row->client = "clock";
    row->request_id.clear();
    Covers(next->settled > 0 ? "done/expiry of the rest" : "done/expiry");
    EndHold(next, "EXPIRED");
    verdict.effects.push_back(line);
    if (verdict.first_sequence == 0) verdict.first_sequence = sequence();
  }
  verdict.sequence = sequence();
  if (!verdict.effects.empty()) DigestIfDue();
  return verdict;
}

}  // namespace skontro::simulation
