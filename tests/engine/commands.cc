#include "tests/engine/commands.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/national_value.h"
#include "ledger/record.h"

namespace skontro::engine {
namespace {

// FNV-1a: the same in every run.
uint64_t HashOf(std::string_view text) {
  uint64_t hash = 0xcbf2'9ce4'8422'2325U;
  for (const char c : text) {
    hash ^= static_cast<uint8_t>(c);
    hash *= 0x100'0000'01b3U;
  }
  return hash;
}

// Parts with their lengths, so that no two lists give one text.
class Writer {
 public:
  Writer& Add(std::string_view part) {
    absl::StrAppend(&text_, part.size(), ":");
    text_.append(part);
    return *this;
  }
  Writer& Add(int64_t number) { return Add(std::to_string(number)); }
  Writer& Add(CivilDate date) {
    return Add(date.has_value() ? std::to_string(date.days()) : "");
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string TextOf(const CreateTrade& trade) {
  Writer out;
  out.Add(trade.seller).Add(trade.buyer);
  out.Add(static_cast<int64_t>(trade.initiator));
  out.Add(trade.units.minor_units()).Add(trade.cash).Add(trade.cash_currency);
  out.Add(trade.description.text);
  if (!trade.invoice.has_value()) return out.text();
  const Invoice& invoice = *trade.invoice;
  out.Add(invoice.number).Add(invoice.issue_date).Add(invoice.supply_date);
  out.Add(invoice.due_date).Add(invoice.purchase_order).Add(invoice.gross);
  out.Add(invoice.prepaid);
  for (const TaxLine& line : invoice.tax_lines) {
    out.Add(line.category).Add(line.rate_ppm).Add(line.base).Add(line.tax);
  }
  return out.text();
}

// Adds the hash of a field that is there.
void AddField(uint32_t number, std::string_view text,
              std::vector<ledger::FieldHash>* fields) {
  if (!text.empty()) fields->push_back({number, HashOf(text)});
}

struct FieldWriter {
  std::vector<ledger::FieldHash>* fields;

  void operator()(const CreateMember& member) const {
    Writer out;
    out.Add(member.country).Add(member.vat_id).Add(member.legal_name.text);
    out.Add(member.address.text);
    for (const CompanyId& id : member.company_ids) {
      out.Add(id.scheme).Add(id.value);
    }
    AddField(2, out.text(), fields);
    AddField(3, member.member_id, fields);
  }
  void operator()(const ChangeMemberStatus& change) const {
    Writer out;
    out.Add(static_cast<int64_t>(change.status));
    out.Add(change.wind_down_date.has_value()
                ? FormatDate(change.wind_down_date)
                : "");
    AddField(1, change.member_id, fields);
    AddField(2, out.text(), fields);
    AddField(3, change.reason.text, fields);
  }
  void operator()(const SetCreditLine& set) const {
    Writer out;
    out.Add(set.member_id).Add(set.credit_line.minor_units());
    if (set.balance_limit.has_value()) {
      out.Add(set.balance_limit->minor_units());
    }
    AddField(1, out.text(), fields);
    AddField(2, set.reason.text, fields);
  }
  void operator()(const CreateTrade& trade) const {
    AddField(2, TextOf(trade), fields);
    AddField(3, trade.trade_id, fields);
  }
  void operator()(const AcceptTrade& accept) const {
    AddField(1, accept.trade_id, fields);
  }
  void operator()(const DeclineTrade& decline) const {
    AddField(1, decline.trade_id, fields);
  }
  void operator()(const ReverseTrade& reverse) const {
    AddField(1, reverse.trade_id, fields);
  }
  void operator()(const AuthoriseTrade& authorise) const {
    AddField(1, authorise.trade_id, fields);
    if (authorise.expire_time_us != 0) {
      AddField(4, absl::StrCat(authorise.expire_time_us), fields);
    }
  }
  void operator()(const SettleTrade& settle) const {
    AddField(1, settle.trade_id, fields);
    if (settle.units.has_value()) {
      AddField(4, absl::StrCat(settle.units->minor_units()), fields);
    }
    if (settle.release_rest) AddField(5, "rest", fields);
  }
  void operator()(const ReleaseTrade& release) const {
    AddField(1, release.trade_id, fields);
  }
  void operator()(const WithdrawTrade& withdraw) const {
    AddField(1, withdraw.trade_id, fields);
  }
  void operator()(const Tick&) const {}
  void operator()(const CreateTrades& trades) const {
    Writer out;
    for (const CreateTrade& trade : trades.trades) {
      out.Add(TextOf(trade)).Add(trade.trade_id);
    }
    AddField(3, out.text(), fields);
  }
  void operator()(const SetHeadKey&) const {}
  void operator()(const CreateApiKey& key) const {
    Writer out;
    out.Add(key.identity).Add(static_cast<int64_t>(key.role));
    for (const std::string& member : key.members) out.Add(member);
    AddField(2, key.id, fields);
    AddField(3, out.text(), fields);
  }
  void operator()(const RotateApiKey& rotate) const {
    AddField(1, rotate.id, fields);
    AddField(2, rotate.new_id, fields);
  }
  void operator()(const CreateWebhook& webhook) const {
    Writer out;
    out.Add(webhook.url).Add(webhook.member);
    for (const uint32_t type : webhook.types) out.Add(int64_t{type});
    AddField(2, out.text(), fields);
    AddField(3, webhook.id, fields);
  }
  void operator()(const SetWebhookState& set) const {
    AddField(1, set.id, fields);
    AddField(2, absl::StrCat(static_cast<uint32_t>(set.state)), fields);
  }
  void operator()(const RevokeApiKey& revoke) const {
    AddField(1, revoke.id, fields);
  }
  void operator()(const UpdatePolicies& update) const {
    std::string text;
    for (const auto& [policy, value] : update.changes) {
      absl::StrAppend(&text, static_cast<uint32_t>(policy), "=", value, ";");
    }
    AddField(1, absl::StrCat(text, update.etag), fields);
  }
};

std::string_view FieldName(uint32_t number) {
  switch (number) {
    case 1:
      return "one";
    case 2:
      return "two";
    case 3:
      return "three";
    default:
      return "unknown";
  }
}

Command Of(std::string_view method, CommandBody body) {
  Command command;
  command.actor = LocalOperator();
  command.method = method;
  command.field_name = &FieldName;
  command.body = std::move(body);
  return command;
}

}  // namespace

NetworkCreated EuroTerms() { return TermsWithDecimals(2, 2); }

NetworkCreated TermsWithDecimals(int unit_decimals, int peg_decimals) {
  NetworkCreated terms;
  terms.id = "res";
  terms.display_name = "RES";
  terms.unit_code = "RES";
  terms.unit_decimals = unit_decimals;
  terms.peg_currency = "EUR";
  terms.peg_decimals = peg_decimals;
  terms.parity = ParityOf(unit_decimals, peg_decimals);
  terms.time_zone = "Europe/Brussels";
  terms.default_credit_line = Minor(500'00);
  terms.default_balance_limit = Minor(1'000'00);
  terms.request_key = "0123456789abcdef";
  return terms;
}

CivilDate Day(int year, unsigned month, unsigned day) {
  return CivilDate::From(std::chrono::year(year) / std::chrono::month(month) /
                         std::chrono::day(day));
}

int64_t NoonOf(CivilDate day) {
  return (int64_t{day.days()} * 24 + 12) * 3'600'000'000;
}

PersonalText Text(std::string text) {
  return {std::string(ledger::kSaltLength, 's'), std::move(text)};
}

Command Admit(std::string member_id) {
  CreateMember member;
  member.legal_name = Text(absl::StrCat("The ", member_id, " SA"));
  member.member_id = std::move(member_id);
  member.country = "BE";
  return Of("MemberService.CreateMember", std::move(member));
}

Command AdmitWithVat(std::string member_id, std::string vat_id) {
  Command command = Admit(std::move(member_id));
  std::get<CreateMember>(command.body).vat_id = std::move(vat_id);
  return command;
}

Command SetStatus(std::string member_id, MemberStatus status,
                  CivilDate wind_down_date) {
  ChangeMemberStatus change;
  change.member_id = std::move(member_id);
  change.status = status;
  change.wind_down_date = wind_down_date;
  change.reason = Text("asked for it");
  return Of("MemberService.ChangeMemberStatus", std::move(change));
}

Command SetLine(std::string member_id, int64_t credit_line) {
  SetCreditLine set;
  set.member_id = std::move(member_id);
  set.credit_line = Minor(credit_line);
  set.reason = Text("review");
  return Of("CreditService.SetCreditLine", std::move(set));
}

Command SetLimits(std::string member_id, int64_t credit_line,
                  int64_t balance_limit) {
  Command command = SetLine(std::move(member_id), credit_line);
  std::get<SetCreditLine>(command.body).balance_limit = Minor(balance_limit);
  return command;
}

CreateTrade Sale(std::string seller, std::string buyer, int64_t units) {
  CreateTrade trade;
  trade.seller = std::move(seller);
  trade.buyer = std::move(buyer);
  trade.initiator = Initiator::kSeller;
  trade.units = Minor(units);
  return trade;
}

CreateTrade Payment(std::string buyer, std::string seller, int64_t units) {
  CreateTrade trade = Sale(std::move(seller), std::move(buyer), units);
  trade.initiator = Initiator::kBuyer;
  return trade;
}

CreateTrade With(CreateTrade trade, Invoice invoice) {
  trade.invoice = std::move(invoice);
  return trade;
}

CreateTrade WithId(CreateTrade trade, std::string trade_id) {
  trade.trade_id = std::move(trade_id);
  return trade;
}

Invoice InvoiceOf(std::string number, CivilDate issue_date) {
  Invoice invoice;
  invoice.number = std::move(number);
  invoice.issue_date = issue_date;
  return invoice;
}

Command Create(CreateTrade trade) {
  return Of("TradeService.CreateTrade", std::move(trade));
}

Command Propose(std::string seller, std::string buyer, int64_t units) {
  return Create(Sale(std::move(seller), std::move(buyer), units));
}

Command Pay(std::string buyer, std::string seller, int64_t units) {
  return Create(Payment(std::move(buyer), std::move(seller), units));
}

Command Accept(std::string trade_id) {
  return Of("TradeService.AcceptTrade", AcceptTrade{std::move(trade_id)});
}

Command Decline(std::string trade_id) {
  return Of("TradeService.DeclineTrade", DeclineTrade{std::move(trade_id)});
}

Command Reverse(std::string trade_id) {
  return Of("TradeService.ReverseTrade", ReverseTrade{std::move(trade_id)});
}

CreateTrade Held(CreateTrade payment, int64_t expire_time_us) {
  payment.holds = true;
  payment.hold_expire_time_us = expire_time_us;
  return payment;
}

Command Authorise(std::string trade_id, int64_t expire_time_us) {
  return Of("TradeService.AuthoriseTrade",
            AuthoriseTrade{std::move(trade_id), expire_time_us});
}

Command Settle(std::string trade_id) {
  return Of("TradeService.SettleTrade",
            SettleTrade{std::move(trade_id), std::nullopt, false});
}

Command SettlePart(std::string trade_id, int64_t units, bool release_rest) {
  return Of("TradeService.SettleTrade",
            SettleTrade{std::move(trade_id), Minor(units), release_rest});
}

Command Release(std::string trade_id) {
  return Of("TradeService.ReleaseTrade", ReleaseTrade{std::move(trade_id)});
}

Command Withdraw(std::string trade_id) {
  return Of("TradeService.WithdrawTrade", WithdrawTrade{std::move(trade_id)});
}

Command TickAt(int64_t time_us) {
  Command tick;
  tick.time_us = time_us;
  tick.body = Tick();
  return tick;
}

Command At(int64_t time_us, Command command) {
  command.time_us = time_us;
  return command;
}

Command SetPolicy(Policy policy, int64_t value, std::string etag) {
  return Of("NetworkService.UpdatePolicies",
            UpdatePolicies{{{policy, value}}, std::move(etag)});
}

Command Hook(std::string id, std::string url, std::string member) {
  CreateWebhook hook;
  hook.id = std::move(id);
  hook.url = std::move(url);
  hook.member = std::move(member);
  hook.salt = std::string(16, 's');
  hook.digest = std::string(32, 'd');
  return Of("WebhookService.CreateWebhook", std::move(hook));
}

Command SetHook(std::string id, WebhookState state) {
  return Of("WebhookService.PauseWebhook",
            SetWebhookState{std::move(id), state});
}

Command Together(std::vector<CreateTrade> trades) {
  return Of("TradeService.BatchCreateTrades", CreateTrades{std::move(trades)});
}

Command Under(std::string request_id, Command command) {
  command.request_id = std::move(request_id);
  return command;
}

Command By(std::string identity, Command command) {
  command.actor.identity = std::move(identity);
  return command;
}

Command AsPreview(Command command) {
  command.validate_only = true;
  return command;
}

std::vector<ledger::FieldHash> FieldsOf(const CommandBody& body) {
  std::vector<ledger::FieldHash> fields;
  std::visit(FieldWriter{&fields}, body);
  return fields;
}

std::vector<std::string> ReasonsOf(const std::vector<Refusal>& refusals) {
  std::vector<std::string> reasons;
  for (const Refusal& refusal : refusals) {
    reasons.emplace_back(ReasonName(refusal.reason));
  }
  return reasons;
}

std::vector<std::string> FieldsOf(const std::vector<Refusal>& refusals) {
  std::vector<std::string> fields;
  for (const Refusal& refusal : refusals) {
    fields.emplace_back(MetadataOf(refusal, "field"));
  }
  return fields;
}

}  // namespace skontro::engine
