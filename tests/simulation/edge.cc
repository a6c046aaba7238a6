#include "tests/simulation/edge.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/event_codec.h"
#include "engine/national_value.h"
#include "ledger/base/check.h"

namespace skontro::simulation {
namespace {

using engine::Amount;
using engine::CivilDate;

// FNV-1a: the same in every run and on every machine.
uint64_t HashOf(const std::string& text) {
  uint64_t hash = 0xcbf2'9ce4'8422'2325U;
  for (const char c : text) {
    hash ^= static_cast<uint8_t>(c);
    hash *= 0x100'0000'01b3U;
  }
  return hash;
}

template <Method kMethod>
std::string_view NameOfField(uint32_t number) {
  static const std::map<uint32_t, std::string>* const kNames = [] {
    auto* names = new std::map<uint32_t, std::string>;
    for (uint32_t i = 1; i < 10; ++i) (*names)[i] = FieldName(kMethod, i);
    return names;
  }();
  const auto found = kNames->find(number);
  return found == kNames->end() ? "unknown" : std::string_view(found->second);
}

std::string_view (*FieldNamesOf(Method method))(uint32_t) {
  switch (method) {
    case Method::kCreateMember:
      return &NameOfField<Method::kCreateMember>;
    case Method::kSetCreditLine:
      return &NameOfField<Method::kSetCreditLine>;
    case Method::kCreateTrade:
      return &NameOfField<Method::kCreateTrade>;
    case Method::kBatchCreateTrades:
      return &NameOfField<Method::kBatchCreateTrades>;
    case Method::kUpdatePolicies:
      return &NameOfField<Method::kUpdatePolicies>;
    case Method::kChangeMemberStatus:
      return &NameOfField<Method::kChangeMemberStatus>;
    case Method::kAuthoriseTrade:
      return &NameOfField<Method::kAuthoriseTrade>;
    case Method::kSettleTrade:
      return &NameOfField<Method::kSettleTrade>;
    default:
      return &NameOfField<Method::kAcceptTrade>;
  }
}

engine::Role RoleOf(const std::string& role) {
  if (role == "operator") return engine::Role::kOperator;
  if (role == "auditor") return engine::Role::kAuditor;
  if (role == "broker") return engine::Role::kBroker;
  return engine::Role::kMemberUser;
}

engine::PersonalText TextOf(const std::string& text) {
  return {std::string(ledger::kSaltLength, '$'), text};
}

CivilDate DateOf(std::optional<int32_t> day) {
  return day.has_value() ? CivilDate::FromDays(*day) : CivilDate();
}

engine::CreateMember BodyOf(const NewMember& member) {
  engine::CreateMember body;
  body.member_id = member.member_id;
  body.country = member.country;
  body.vat_id = member.vat_id;
  for (const auto& [scheme, value] : member.company_ids) {
    body.company_ids.push_back({scheme, value});
  }
  body.legal_name = TextOf(member.legal_name);
  body.address = TextOf(member.address);
  return body;
}

engine::SetCreditLine BodyOf(const NewLine& line) {
  engine::SetCreditLine body;
  body.member_id = line.member_id;
  body.credit_line = Amount::FromMinorUnits(line.credit_line);
  if (line.balance_limit.has_value()) {
    body.balance_limit = Amount::FromMinorUnits(*line.balance_limit);
  }
  body.reason = TextOf(line.reason);
  return body;
}

engine::UpdatePolicies BodyOf(const NewPolicies& policies) {
  engine::UpdatePolicies body;
  if (policies.deal_cap.has_value()) {
    body.changes.emplace_back(engine::Policy::kDealCap, *policies.deal_cap);
  }
  if (policies.least_unit_share_bp.has_value()) {
    body.changes.emplace_back(engine::Policy::kLeastUnitShare,
                              *policies.least_unit_share_bp);
  }
  if (policies.vat_in_cash.has_value()) {
    body.changes.emplace_back(engine::Policy::kVatSettlement,
                              *policies.vat_in_cash);
  }
  body.etag = policies.etag;
  return body;
}

engine::ChangeMemberStatus BodyOf(const NewStatus& status) {
  engine::ChangeMemberStatus body;
  body.member_id = status.member_id;
  body.status = static_cast<engine::MemberStatus>(status.status);
  body.wind_down_date = DateOf(status.last_day);
  body.reason = TextOf(status.reason);
  return body;
}

engine::CreateTrade BodyOf(const NewTrade& trade) {
  engine::CreateTrade body;
  body.trade_id = trade.trade_id;
  body.seller = trade.seller;
  body.buyer = trade.buyer;
  body.initiator =
      trade.buyer_pays ? engine::Initiator::kBuyer : engine::Initiator::kSeller;
  body.units = Amount::FromMinorUnits(trade.units);
  body.cash = trade.cash;
  body.cash_currency = trade.cash_currency;
  body.description = TextOf(trade.description);
  body.holds = trade.hold_until.has_value();
  body.hold_expire_time_us = trade.hold_until.value_or(0);
  if (!trade.invoice.has_value()) return body;
  engine::Invoice& invoice = body.invoice.emplace();
  invoice.number = trade.invoice->number;
  invoice.issue_date = DateOf(trade.invoice->issue_day);
  invoice.due_date = DateOf(trade.invoice->due_day);
  invoice.purchase_order = trade.invoice->purchase_order;
  invoice.gross = trade.invoice->gross;
  invoice.prepaid = trade.invoice->prepaid;
  for (const TaxLine& line : trade.invoice->tax_lines) {
    invoice.tax_lines.push_back(
        {line.category, line.rate_ppm, line.base, line.tax});
  }
  return body;
}

engine::SettleTrade BodyOf(const std::string& trade, const Part& part) {
  engine::SettleTrade body;
  body.trade_id = trade;
  if (part.units.has_value()) {
    body.units = Amount::FromMinorUnits(*part.units);
  }
  body.release_rest = part.release_rest;
  return body;
}

engine::CommandBody BodyOf(const Request& request) {
  switch (request.method) {
    case Method::kCreateMember:
      return BodyOf(request.member);
    case Method::kSetCreditLine:
      return BodyOf(request.line);
    case Method::kCreateTrade:
      return BodyOf(request.trades.front());
    case Method::kAcceptTrade:
      return engine::AcceptTrade{request.trade};
    case Method::kDeclineTrade:
      return engine::DeclineTrade{request.trade};
    case Method::kReverseTrade:
      return engine::ReverseTrade{request.trade};
    case Method::kUpdatePolicies:
      return BodyOf(request.policies);
    case Method::kChangeMemberStatus:
      return BodyOf(request.status);
    case Method::kAuthoriseTrade:
      return engine::AuthoriseTrade{request.trade,
                                    request.hold_until.value_or(0)};
    case Method::kSettleTrade:
      return BodyOf(request.trade, request.part);
    case Method::kReleaseTrade:
      return engine::ReleaseTrade{request.trade};
    case Method::kWithdrawTrade:
      return engine::WithdrawTrade{request.trade};
    case Method::kTick:
      return engine::Tick{};
    case Method::kBatchCreateTrades:
      break;
  }
  engine::CreateTrades group;
  for (const NewTrade& trade : request.trades) {
    group.trades.push_back(BodyOf(trade));
  }
  return group;
}

std::string DayOrNone(CivilDate day) {
  return day.has_value() ? std::to_string(day.days()) : "-";
}

std::string InvoiceLineOf(const engine::Invoice& invoice) {
  std::string line = absl::StrCat(
      " invoice ", invoice.number, " issued=", invoice.issue_date.days(),
      " due=", DayOrNone(invoice.due_date), " order=", invoice.purchase_order,
      " gross=", invoice.gross, " prepaid=", invoice.prepaid, " lines=");
  for (const engine::TaxLine& tax : invoice.tax_lines) {
    absl::StrAppend(&line, tax.category, " ", tax.rate_ppm, " ", tax.base, " ",
                    tax.tax, ";");
  }
  return line;
}

std::string FreedBy(const std::optional<engine::InvoiceKey>& key) {
  if (!key.has_value()) return "nothing";
  return absl::StrCat(static_cast<uint64_t>(key->seller), "/", key->year, "/",
                      key->number);
}

std::string HeldOf(const engine::HoldsAfter& holds) {
  return absl::StrCat(" held ", static_cast<uint64_t>(holds.buyer_account), "=",
                      holds.holds_out.minor_units(), " for ",
                      static_cast<uint64_t>(holds.seller_account), "=",
                      holds.holds_in.minor_units());
}

struct LineWriter {
  uint64_t sequence;

  std::string operator()(const engine::NetworkCreated&) const {
    return "network";
  }
  std::string operator()(const engine::MemberCreated& member) const {
    std::string companies;
    for (const engine::CompanyId& id : member.company_ids) {
      absl::StrAppend(&companies, id.scheme, ":", id.value, ",");
    }
    return absl::StrCat(
        "member ", static_cast<uint64_t>(member.number), " id=", member.id,
        " country=", member.country, " vat=", member.vat_id,
        " companies=", companies,
        " account=", static_cast<uint64_t>(member.main_account));
  }
  std::string operator()(const engine::MemberStatusSet& set) const {
    return absl::StrCat("status of ", static_cast<uint64_t>(set.member), ": ",
                        static_cast<uint32_t>(set.old_status), "->",
                        static_cast<uint32_t>(set.new_status), " until ",
                        DayOrNone(set.wind_down_date));
  }
  std::string operator()(const engine::CreditLineSet& set) const {
    return absl::StrCat("limits account=", static_cast<uint64_t>(set.account),
                        " line ", set.old_credit_line.minor_units(), "->",
                        set.new_credit_line.minor_units(), " limit ",
                        set.old_balance_limit.minor_units(), "->",
                        set.new_balance_limit.minor_units());
  }
  std::string operator()(const engine::TradeCreated& trade) const {
    const bool by_buyer = trade.initiator == engine::Initiator::kBuyer;
    std::string line = absl::StrCat(
        "trade ", sequence, " id=", trade.id,
        " seller=", static_cast<uint64_t>(trade.seller),
        " buyer=", static_cast<uint64_t>(trade.buyer),
        " by=", by_buyer ? "buyer" : "seller",
        " units=", trade.units.minor_units(), " worth=", trade.national_value);
    absl::StrAppend(&line, " rate=", trade.rate.numerator, "/",
                    trade.rate.denominator, " v", trade.rate.version,
                    " cash=", trade.cash);
    if (trade.holds.has_value()) {
      absl::StrAppend(&line, " until ", trade.hold_expire_time_us,
                      HeldOf(*trade.holds));
    }
    if (trade.invoice.has_value()) line += InvoiceLineOf(*trade.invoice);
    return line;
  }
  std::string operator()(const engine::TradeAuthorised& held) const {
    return absl::StrCat("authorised ", static_cast<uint64_t>(held.trade),
                        " until ", held.expire_time_us, HeldOf(held.holds));
  }
  std::string operator()(const engine::HoldSettled& part) const {
    return absl::StrCat("part of ", static_cast<uint64_t>(part.trade), ": ",
                        part.units.minor_units(), " worth ",
                        part.national_value, " cash ", part.cash, " leaves ",
                        static_cast<uint32_t>(part.state), HeldOf(part.holds));
  }
  std::string operator()(const engine::HoldReleased& ended) const {
    return absl::StrCat("released ", static_cast<uint64_t>(ended.trade),
                        " leaves ", static_cast<uint32_t>(ended.state),
                        " frees ", FreedBy(ended.freed_invoice),
                        HeldOf(ended.holds));
  }
  std::string operator()(const engine::HoldExpired& ended) const {
    return absl::StrCat("expired ", static_cast<uint64_t>(ended.trade),
                        " leaves ", static_cast<uint32_t>(ended.state),
                        " frees ", FreedBy(ended.freed_invoice),
                        HeldOf(ended.holds));
  }
  std::string operator()(const engine::TradeWithdrawn& withdrawn) const {
    return absl::StrCat("withdrawn ", static_cast<uint64_t>(withdrawn.trade),
                        " frees ", FreedBy(withdrawn.freed_invoice));
  }
  std::string operator()(const engine::TradeAccepted& accepted) const {
    return absl::StrCat("accepted ", static_cast<uint64_t>(accepted.trade));
  }
  std::string operator()(const engine::TradeDeclined& declined) const {
    return absl::StrCat("declined ", static_cast<uint64_t>(declined.trade),
                        " frees ", FreedBy(declined.freed_invoice));
  }
  std::string operator()(const engine::TradeReversed& reversed) const {
    return absl::StrCat("reversed ", static_cast<uint64_t>(reversed.trade),
                        " settled at ",
                        static_cast<uint64_t>(reversed.settle_sequence),
                        " frees ", FreedBy(reversed.freed_invoice));
  }
  std::string operator()(const engine::RequestRefused& refused) const {
    return RefusalLine(WhyOf({refused.refusal}).front());
  }
  std::string operator()(const engine::HeadKeySet&) const {
    return "head key set";
  }
  std::string operator()(const engine::RecoveryAccepted& accepted) const {
    return absl::StrCat("loss accepted behind ",
                        static_cast<uint64_t>(accepted.found.sequence));
  }
  std::string operator()(const engine::ApiKeyCreated& created) const {
    return absl::StrCat("key ", created.id, " of ", created.identity);
  }
  std::string operator()(const engine::ApiKeyRevoked& revoked) const {
    return absl::StrCat("key ", revoked.id, " revoked");
  }
  std::string operator()(const engine::PoliciesSet& set) const {
    return absl::StrCat("policies ", set.version, " cap ",
                        set.policies.Get(engine::Policy::kDealCap), " share ",
                        set.policies.Get(engine::Policy::kLeastUnitShare),
                        " vat ",
                        set.policies.Get(engine::Policy::kVatSettlement));
  }
  std::string operator()(const engine::WebhookCreated& created) const {
    return absl::StrCat("webhook ", created.id, " of ", created.owner);
  }
  std::string operator()(const engine::WebhookStateSet& set) const {
    return absl::StrCat("webhook ", set.id, " in state ",
                        static_cast<uint32_t>(set.state));
  }
  std::string operator()(const engine::StateDigested& digested) const {
    return absl::StrCat("state of ", digested.members, " members, ",
                        digested.open_trades, " open trades, sum ",
                        digested.balances_sum);
  }
};

std::string TextOf(const std::vector<Why>& why) {
  std::string text;
  for (const Why& one : why) absl::StrAppend(&text, RefusalLine(one), "; ");
  return text;
}

bool HasForm(const std::vector<Why>& why) {
  return !why.empty() && why.front().reason == "FIELD_INVALID";
}

// Reasons in a form that can be compared: those of form first, in any order.
std::vector<std::string> Comparable(const std::vector<Why>& why) {
  std::vector<std::string> form;
  std::vector<std::string> rest;
  for (const Why& one : why) {
    const auto path = one.metadata.find("field");
    if (one.reason == "FIELD_INVALID" && path != one.metadata.end()) {
      form.push_back("FIELD_INVALID " + path->second);
    } else {
      rest.push_back(RefusalLine(one));
    }
  }
  std::sort(form.begin(), form.end());
  form.insert(form.end(), rest.begin(), rest.end());
  return form;
}

}  // namespace

engine::NetworkCreated NetworkOf(const Terms& terms) {
  engine::NetworkCreated network;
  network.id = terms.id;
  network.display_name = "The network of a simulation";
  network.unit_code = "SIM";
  network.unit_decimals = terms.unit_decimals;
  network.peg_currency = terms.peg_currency;
  network.peg_decimals = terms.peg_decimals;
  network.parity = engine::ParityOf(terms.unit_decimals, terms.peg_decimals);
  network.time_zone = "UTC";
  network.default_credit_line =
      Amount::FromMinorUnits(terms.credit_line.convert_to<int64_t>());
  network.default_balance_limit =
      Amount::FromMinorUnits(terms.balance_limit.convert_to<int64_t>());
  network.request_key = std::string(16, 'k');
  return network;
}

engine::Command CommandOf(const Request& request) {
  engine::Command command;
  command.actor.identity = request.client;
  command.actor.role = RoleOf(request.role);
  command.method = MethodName(request.method);
  command.request_id = request.request_id;
  for (const auto& [number, text] : ContentOf(request)) {
    command.request_fields.push_back({number, HashOf(text)});
  }
  command.field_name = FieldNamesOf(request.method);
  command.validate_only = request.validate_only;
  command.time_us = request.time_us;
  command.booking_date = CivilDate::FromDays(request.day);
  command.body = BodyOf(request);
  return command;
}

std::vector<Why> WhyOf(const std::vector<Refusal>& refusals) {
  std::vector<Why> all;
  for (const Refusal& refusal : refusals) {
    Why why{std::string(ReasonName(refusal.reason)), {}};
    for (const auto& [key, value] : refusal.metadata) why.metadata[key] = value;
    if (why.reason == "RESOURCE_EXISTS" &&
        !absl::StartsWith(why.metadata["name"], "networks/")) {
      why.metadata["name"] = "*";
    }
    all.push_back(std::move(why));
  }
  return all;
}

std::string LineOf(const engine::Event& event, uint64_t sequence) {
  return std::visit(LineWriter{sequence}, event);
}

Row RowOf(const ledger::Record& record, uint64_t sequence) {
  const absl::StatusOr<engine::Event> event = engine::DecodeEvent(record.event);
  SKONTRO_CHECK_AT(event.ok(), sequence);
  Row row;
  row.time_us = record.time_us;
  row.day = record.booking_date.days();
  row.client = record.actor;
  row.request_id = record.request_id;
  row.group_count = record.group_count;
  row.event = LineOf(*event, sequence);
  for (const ledger::Entry& entry : record.entries) {
    absl::StrAppend(
        &row.entry,
        entry.kind == ledger::EntryKind::kTrade ? "trade " : "reversal of ",
        static_cast<uint64_t>(entry.trade));
    SKONTRO_CHECK_AT(entry.value_date == record.booking_date, sequence);
    for (const ledger::Posting& posting : entry.postings) {
      row.movements.push_back({static_cast<uint64_t>(posting.account),
                               posting.amount.minor_units(),
                               posting.balance_after.minor_units()});
    }
  }
  return row;
}

std::string DifferenceOf(const engine::Answer& answer, const Verdict& verdict,
                         bool validate_only) {
  if (answer.repeated != verdict.repeated) {
    return verdict.repeated ? "it is not known again" : "it was never asked";
  }
  const std::vector<Why> why = WhyOf(answer.refusals);
  if (Comparable(why) != Comparable(verdict.why)) {
    return absl::StrCat("refused for: ", TextOf(why),
                        "and not for: ", TextOf(verdict.why));
  }
  const auto first = static_cast<uint64_t>(answer.first_sequence);
  const auto last = static_cast<uint64_t>(answer.sequence);
  if (first != verdict.first_sequence || last != verdict.sequence) {
    return absl::StrCat("records ", first, " to ", last, " and not ",
                        verdict.first_sequence, " to ", verdict.sequence);
  }
  // What follows from a mistake of form is nobody's business.
  if (validate_only && HasForm(why)) return "";
  std::vector<std::string> effects;
  for (const engine::Event& event : answer.events) {
    effects.push_back(
        LineOf(event, validate_only ? last + 1 : first + effects.size()));
  }
  if (effects.size() != verdict.effects.size()) {
    return absl::StrCat(effects.size(), " effects and not ",
                        verdict.effects.size());
  }
  for (size_t i = 0; i < effects.size(); ++i) {
    if (effects[i] == verdict.effects[i]) continue;
    return absl::StrCat("\n  ", effects[i], "\n  and not\n  ",
                        verdict.effects[i]);
  }
  return "";
}

}  // namespace skontro::simulation
