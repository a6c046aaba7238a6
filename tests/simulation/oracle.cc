#include "tests/simulation/oracle.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"

namespace skontro::simulation {
namespace {

std::string Text(const Integer& number) { return number.str(); }

Why NotFound(std::string name) {
  return {"RESOURCE_NOT_FOUND", {{"name", std::move(name)}}};
}

// The texts of error_reason.proto are free where a tax id is taken.
Why Exists(std::string name) {
  return {"RESOURCE_EXISTS", {{"name", std::move(name)}}};
}

// The path of a field with its ranks left out: every item is like the first.
std::string WithoutRanks(const std::string& path) {
  std::string out;
  bool inside = false;
  for (const char c : path) {
    if (c == '[') inside = true;
    if (!inside) out += c;
    if (c == ']') inside = false;
  }
  return out;
}

}  // namespace

int32_t YearOf(int32_t day) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(day))};
  return static_cast<int>(date.year());
}

std::string RefusalLine(const Why& why) {
  std::string line = absl::StrCat("refused ", why.reason);
  for (const auto& [key, value] : why.metadata) {
    absl::StrAppend(&line, " ", key, "=", value);
  }
  return line;
}

Oracle::Oracle(Terms terms, int64_t time_us, int32_t day,
               uint64_t digest_interval, Coverage* coverage)
    : terms_(std::move(terms)),
      coverage_(coverage),
      digest_interval_(digest_interval) {
  Row genesis;
  genesis.time_us = time_us;
  genesis.day = day;
  genesis.client = "operator/local";
  genesis.request_id = "genesis";
  genesis.event = "network";
  rows_.push_back(std::move(genesis));
}

bool Oracle::Covers(const std::string& what) {
  if (coverage_ != nullptr) coverage_->Hit(what);
  return true;
}

Verdict Oracle::Decide(const Request& request) {
  if (request.method == Method::kTick) return Tick(request);
  std::vector<Why> why = CheckForm(request);
  for (const Why& one : why) {
    Covers("form/" + WithoutRanks(one.metadata.at("field")));
  }
  if (!request.validate_only) {
    if (!why.empty()) {
      Covers("reason/FIELD_INVALID");
      return {.why = std::move(why), .sequence = sequence()};
    }
    std::optional<Verdict> repeated = Repeat(request);
    if (repeated.has_value()) return *std::move(repeated);
  }
  if (request.role != "operator") {
    Covers("role/" + request.role);
    why.push_back(
        {"ROLE_MISSING",
         {{"method", MethodName(request.method)}, {"role", request.role}}});
    if (!request.validate_only) return Keep(request, why.front());
  }
  if (request.method == Method::kBatchCreateTrades) return DecideGroup(request);

  const std::string effect = One(request, /*carry_out=*/false, &why);
  if (request.validate_only) {
    Covers(why.empty()       ? "preview/of what would do"
           : why.size() == 1 ? "preview/of one reason"
                             : "preview/of several reasons");
    Verdict verdict{.why = std::move(why), .sequence = sequence()};
    if (!effect.empty()) verdict.effects = {effect};
    return verdict;
  }
  // A refusal of the form is kept of nobody, wherever it is found.
  if (!why.empty() && why.front().reason == "FIELD_INVALID") {
    return {.why = std::move(why), .sequence = sequence()};
  }
  if (!why.empty()) return Keep(request, why.front());
  const uint64_t first = sequence() + 1;
  One(request, /*carry_out=*/true, &why);
  return Done(request, first, {.effects = {effect}});
}

// The same request again, or another one under its id.
std::optional<Verdict> Oracle::Repeat(const Request& request) {
  const auto found = answered_.find({request.client, request.request_id});
  if (found == answered_.end()) return std::nullopt;
  const Answered& before = found->second;
  const auto content = ContentOf(request);
  if (before.method == request.method && before.content == content) {
    Verdict verdict = before.verdict;
    Covers(!verdict.why.empty()                        ? "repeat/refusal"
           : verdict.sequence > verdict.first_sequence ? "repeat/group"
                                                       : "repeat/success");
    verdict.repeated = true;
    verdict.effects.clear();
    return verdict;
  }
  std::string field = "method";
  if (before.method == request.method) {
    // The first that is not in both, alike.
    for (uint32_t number = 1; number < 10; ++number) {
      const auto a = before.content.find(number);
      const auto b = content.find(number);
      const bool in_a = a != before.content.end();
      const bool in_b = b != content.end();
      if (in_a == in_b && (!in_a || a->second == b->second)) continue;
      field = FieldName(request.method, number);
      break;
    }
  }
  Covers("reused/" + field);
  Covers("reason/REQUEST_ID_REUSED");
  return Verdict{
      .why = {{"REQUEST_ID_REUSED",
               {{"request_id", request.request_id}, {"field", field}}}},
      .sequence = sequence()};
}

// A refusal is kept: the same request gets it again.
Verdict Oracle::Keep(const Request& request, Why why) {
  Covers("reason/" + why.reason);
  AddRow(request, RefusalLine(why));
  return Done(request, sequence(), {.why = {std::move(why)}});
}

Verdict Oracle::Done(const Request& request, uint64_t first, Verdict verdict) {
  verdict.first_sequence = first;
  verdict.sequence = sequence();
  answered_[{request.client, request.request_id}] = {
      request.method, ContentOf(request), verdict};
  DigestIfDue();
  return verdict;
}

// Nobody asks for a state digest; it stands right behind what made it due.
void Oracle::DigestIfDue() {
  const uint64_t next = sequence() + 1;
  if (next / digest_interval_ == digested_ / digest_interval_) return;
  Covers(next % digest_interval_ == 0 ? "digest/on its place"
                                      : "digest/behind a group");
  Row row;
  row.time_us = rows_.back().time_us + 1;
  row.day = rows_.back().day;
  uint64_t open = 0;
  for (const Trade& trade : trades_) {
    if (trade.state == "PROPOSED" || trade.state == "AUTHORISED") ++open;
  }
  row.event = absl::StrCat("state of ", members_.size(), " members, ", open,
                           " open trades, sum 0");
  rows_.push_back(std::move(row));
  digested_ = next;
}

// All or none: the books are put back as they were if one item is refused.
Verdict Oracle::DecideGroup(const Request& request) {
  const uint64_t before = sequence();
  const std::vector<Member> members_before = members_;
  const size_t trades_before = trades_.size();
  const auto count = static_cast<uint32_t>(request.trades.size());
  Verdict verdict;
  for (size_t i = 0; i < request.trades.size(); ++i) {
    const NewTrade& trade = request.trades[i];
    std::vector<Why> why;
    verdict.effects.push_back(
        Create(request, trade, count, i == 0, /*carry_out=*/false, &why));
    if (why.empty()) {
      Create(request, trade, count, i == 0, /*carry_out=*/true, &why);
      continue;
    }
    Why first = why.front();
    // A trade of the group is not there any more.
    for (size_t k = 0; k < i; ++k) {
      const Trade& earlier = trades_[trades_before + k];
      if (first.reason == "DUPLICATE_INVOICE" &&
          first.metadata["trade"] == NameOfTrade(earlier.id)) {
        Covers("duplicate/in the group");
        first.metadata["trade"] = absl::StrCat("requests[", k, "]");
      }
    }
    first.metadata["item"] = std::to_string(i);
    rows_.resize(before);
    members_ = members_before;
    while (trades_.size() > trades_before) {
      trade_ranks_.erase(trades_.back().id);
      for (auto& [key, ranks] : invoice_ranks_) {
        std::erase(ranks, trades_.size() - 1);
      }
      trades_.pop_back();
    }
    Covers(i == 0 ? "group/refused at its first item" : "group/undone");
    // A refusal of the form is kept of nobody, wherever it is found.
    if (first.reason == "FIELD_INVALID") {
      return {.why = {std::move(first)}, .sequence = sequence()};
    }
    return Keep(request, first);
  }
  Covers(count == 1 ? "group/of one" : "group/done");
  return Done(request, before + 1, std::move(verdict));
}

std::string Oracle::One(const Request& request, bool carry_out,
                        std::vector<Why>* why) {
  switch (request.method) {
    case Method::kCreateMember:
      return Admit(request, carry_out, why);
    case Method::kSetCreditLine:
      return SetLine(request, carry_out, why);
    case Method::kCreateTrade:
      return Create(request, request.trades.front(), 1, true, carry_out, why);
    case Method::kUpdatePolicies:
      return SetPolicies(request, carry_out, why);
    case Method::kChangeMemberStatus:
      return SetStatus(request, carry_out, why);
    case Method::kAuthoriseTrade:
      return Authorise(request, carry_out, why);
    case Method::kSettleTrade:
      return SettlePart(request, carry_out, why);
    case Method::kReleaseTrade:
      return Release(request, carry_out, why);
    case Method::kWithdrawTrade:
      return Withdraw(request, carry_out, why);
    default:
      return Step(request, carry_out, why);
  }
}

std::string Oracle::Admit(const Request& request, bool carry_out,
                          std::vector<Why>* why) {
  const NewMember& member = request.member;
  std::vector<std::pair<std::string, std::string>> ids;  // Scope, number.
  if (!member.vat_id.empty()) {
    ids.emplace_back("VAT", LettersAndDigits(member.vat_id));
  }
  std::string companies;
  for (const auto& [scheme, value] : member.company_ids) {
    ids.emplace_back(member.country + " " + scheme, LettersAndDigits(value));
    absl::StrAppend(&companies, scheme, ":", value, ",");
  }
  const std::string line =
      absl::StrCat("member ", members_.size() + 1, " id=", member.member_id,
                   " country=", member.country, " vat=", member.vat_id,
                   " companies=", companies, " account=", members_.size() + 1);
  if (!carry_out) {
    if (NumberOf(member.member_id) != 0) {
      Covers("exists/member");
      why->push_back(Exists(NameOfMember(member.member_id)));
    }
    for (const auto& id : ids) {
      if (!tax_ids_.contains(id)) continue;
      Covers(id.first == "VAT" ? "exists/vat" : "exists/company");
      why->push_back(Exists("*"));
    }
    return line;
  }
  members_.push_back({.id = member.member_id,
                      .balance = 0,
                      .credit_line = terms_.credit_line,
                      .balance_limit = terms_.balance_limit});
  member_numbers_[member.member_id] = members_.size();
  tax_ids_.insert(ids.begin(), ids.end());
  AddRow(request, line);
  return line;
}

std::string Oracle::SetLine(const Request& request, bool carry_out,
                            std::vector<Why>* why) {
  const NewLine& line = request.line;
  const uint64_t number = NumberOf(line.member_id);
  if (number == 0) {
    Covers("not found/member");
    why->push_back(NotFound(NameOfMember(line.member_id)));
    return "";
  }
  Member& member = members_[number - 1];
  const Integer new_limit = line.balance_limit.has_value()
                                ? Integer(*line.balance_limit)
                                : member.balance_limit;
  const std::string text =
      absl::StrCat("limits account=", number, " line ",
                   Text(member.credit_line), "->", line.credit_line, " limit ",
                   Text(member.balance_limit), "->", Text(new_limit));
  if (carry_out) {
    AddRow(request, text);
    member.credit_line = line.credit_line;
    member.balance_limit = new_limit;
    if (SpendableOf(member) < 0) Covers("line/cut below its use");
    if (RoomOf(member) < 0) Covers("room/cut below its use");
  }
  return text;
}

// What is absent stays; the etag, if there is one, must be of now.
std::string Oracle::SetPolicies(const Request& request, bool carry_out,
                                std::vector<Why>* why) {
  const NewPolicies& asked = request.policies;
  const std::string etag = std::to_string(policies_version_);
  if (!carry_out && !asked.etag.empty() && asked.etag != etag) {
    why->push_back({"ETAG_MISMATCH", {{"etag", etag}, {"given", asked.etag}}});
  }
  const Integer cap =
      asked.deal_cap.has_value() ? Integer(*asked.deal_cap) : deal_cap_;
  const Integer share = asked.least_unit_share_bp.has_value()
                            ? Integer(*asked.least_unit_share_bp)
                            : least_share_;
  const Integer vat = asked.vat_in_cash.has_value()
                          ? Integer(*asked.vat_in_cash)
                          : vat_in_cash_;
  const std::string line =
      absl::StrCat("policies ", policies_version_ + 1, " cap ", Text(cap),
                   " share ", Text(share), " vat ", Text(vat));
  if (!carry_out) return line;
  AddRow(request, line);
  deal_cap_ = cap;
  least_share_ = share;
  vat_in_cash_ = vat;
  ++policies_version_;
  Covers("done/policies");
  return line;
}

Row* Oracle::AddRow(const Request& request, std::string event) {
  const Row& last = rows_.back();
  if (request.time_us <= last.time_us) Covers("clock/not past the last record");
  if (request.day < last.day) Covers("clock/on an earlier day");
  if (request.day > last.day) Covers("clock/on a later day");
  if (YearOf(request.day) > YearOf(last.day)) Covers("clock/in another year");
  Row row;
  row.time_us = std::max(request.time_us, last.time_us + 1);
  row.day = std::max(request.day, last.day);
  row.client = request.client;
  row.request_id = request.request_id;
  row.event = std::move(event);
  rows_.push_back(std::move(row));
  return &rows_.back();
}

const Oracle::Member* Oracle::FindMember(const std::string& id) const {
  const uint64_t number = NumberOf(id);
  return number == 0 ? nullptr : &members_[number - 1];
}

// domain.md: who winds down spends what it has and settles what it owes; it has
// no line any more, nor room above zero.
Integer Oracle::SpendableOf(const Member& member) const {
  // Incoming holds are not spendable, and count against the limit.
  const bool leaves = member.status == "CLOSING" || member.status == "CLOSED";
  const Integer line = leaves ? Integer(0) : member.credit_line;
  return member.balance - member.holds_out + line;
}

Integer Oracle::RoomOf(const Member& member) const {
  const bool leaves = member.status == "CLOSING" || member.status == "CLOSED";
  const Integer limit = leaves ? Integer(0) : member.balance_limit;
  return limit - member.balance - member.holds_in;
}

std::string Oracle::NameOfMember(const std::string& id) const {
  return absl::StrCat("networks/", terms_.id, "/members/", id);
}

std::string Oracle::NameOfTrade(const std::string& id) const {
  return absl::StrCat("networks/", terms_.id, "/trades/", id);
}

uint64_t Oracle::NumberOf(const std::string& member) const {
  const auto found = member_numbers_.find(member);
  return found == member_numbers_.end() ? 0 : found->second;
}

}  // namespace skontro::simulation
