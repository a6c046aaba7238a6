#include "tests/simulation/request.h"

#include "absl/strings/str_cat.h"

namespace skontro::simulation {
namespace {

std::string Quoted(const std::string& text) {
  return absl::StrCat(text.size(), ":", text);
}

std::string TextOf(const NewMember& member) {
  std::string out =
      absl::StrCat(Quoted(member.country), Quoted(member.vat_id),
                   Quoted(member.legal_name), Quoted(member.address));
  for (const auto& [scheme, value] : member.company_ids) {
    absl::StrAppend(&out, Quoted(scheme), Quoted(value));
  }
  return out;
}

std::string TextOf(std::optional<int32_t> day) {
  return day.has_value() ? absl::StrCat("on ", *day) : "on no day";
}

std::string TextOf(const Invoice& invoice) {
  std::string out = absl::StrCat(
      " invoice ", Quoted(invoice.number), " ", TextOf(invoice.issue_day),
      " due ", TextOf(invoice.due_day), " ", Quoted(invoice.purchase_order),
      " gross ", invoice.gross, " prepaid ", invoice.prepaid);
  for (const TaxLine& line : invoice.tax_lines) {
    absl::StrAppend(&out, " ", Quoted(line.category), " ", line.rate_ppm, " ",
                    line.base, " ", line.tax);
  }
  return out;
}

// Without the id, which is a field of its own.
std::string TextOf(const NewTrade& trade) {
  std::string out =
      absl::StrCat(trade.buyer_pays ? "payment by " : "sale to ",
                   Quoted(trade.buyer), " seller ", Quoted(trade.seller),
                   " units ", trade.units, " cash ", trade.cash, " ",
                   Quoted(trade.cash_currency), " ", Quoted(trade.description));
  if (trade.hold_until.has_value()) {
    absl::StrAppend(&out, " held until ", *trade.hold_until);
  }
  if (trade.invoice.has_value()) absl::StrAppend(&out, TextOf(*trade.invoice));
  return out;
}

std::string TextOf(const NewLine& line) {
  return absl::StrCat(
      Quoted(line.member_id), " line ", line.credit_line, " limit ",
      line.balance_limit.has_value() ? absl::StrCat(*line.balance_limit)
                                     : "as it is");
}

std::string NumberOrNone(const std::optional<int64_t>& number) {
  return number.has_value() ? absl::StrCat(*number) : "-";
}

std::string TextOf(const NewPolicies& policies) {
  return absl::StrCat("cap ", NumberOrNone(policies.deal_cap), " share ",
                      NumberOrNone(policies.least_unit_share_bp), " vat ",
                      NumberOrNone(policies.vat_in_cash), " of ",
                      Quoted(policies.etag));
}

}  // namespace

const char* MethodName(Method method) {
  switch (method) {
    case Method::kCreateMember:
      return "MemberService.CreateMember";
    case Method::kSetCreditLine:
      return "CreditService.SetCreditLine";
    case Method::kCreateTrade:
      return "TradeService.CreateTrade";
    case Method::kAcceptTrade:
      return "TradeService.AcceptTrade";
    case Method::kDeclineTrade:
      return "TradeService.DeclineTrade";
    case Method::kReverseTrade:
      return "TradeService.ReverseTrade";
    case Method::kBatchCreateTrades:
      return "TradeService.BatchCreateTrades";
    case Method::kUpdatePolicies:
      return "NetworkService.UpdatePolicies";
    case Method::kChangeMemberStatus:
      return "MemberService.ChangeMemberStatus";
    case Method::kAuthoriseTrade:
      return "TradeService.AuthoriseTrade";
    case Method::kSettleTrade:
      return "TradeService.SettleTrade";
    case Method::kReleaseTrade:
      return "TradeService.ReleaseTrade";
    case Method::kWithdrawTrade:
      return "TradeService.WithdrawTrade";
    case Method::kTick:
      return "tick";
  }
  return "";
}

std::map<uint32_t, std::string> ContentOf(const Request& request) {
  std::map<uint32_t, std::string> content;
  switch (request.method) {
    case Method::kCreateMember:
      content[2] = TextOf(request.member);
      content[3] = request.member.member_id;
      break;
    case Method::kSetCreditLine:
      content[1] = TextOf(request.line);
      content[2] = request.line.reason;
      break;
    case Method::kCreateTrade:
      content[2] = TextOf(request.trades.front());
      content[3] = request.trades.front().trade_id;
      break;
    case Method::kAcceptTrade:
    case Method::kDeclineTrade:
    case Method::kReverseTrade:
    case Method::kReleaseTrade:
    case Method::kWithdrawTrade:
      content[1] = request.trade;
      break;
    case Method::kAuthoriseTrade:
      content[1] = request.trade;
      if (request.hold_until.has_value()) {
        content[4] = absl::StrCat(*request.hold_until);
      }
      break;
    case Method::kSettleTrade:
      content[1] = request.trade;
      if (request.part.units.has_value()) {
        content[4] = absl::StrCat("units ", *request.part.units);
      }
      if (request.part.release_rest) content[5] = "release";
      break;
    case Method::kTick:
      break;
    case Method::kUpdatePolicies:
      content[1] = TextOf(request.policies);
      break;
    case Method::kChangeMemberStatus:
      content[1] = request.status.member_id;
      content[2] = absl::StrCat(request.status.status);
      if (request.status.last_day.has_value()) {
        content[3] = TextOf(request.status.last_day);
      }
      content[4] = request.status.reason;
      break;
    case Method::kBatchCreateTrades:
      for (const NewTrade& trade : request.trades) {
        absl::StrAppend(&content[3], Quoted(TextOf(trade)),
                        Quoted(trade.trade_id));
      }
      break;
  }
  // An empty field is not on the wire.
  std::erase_if(content,
                [](const auto& field) { return field.second.empty(); });
  return content;
}

std::string FieldName(Method method, uint32_t number) {
  switch (method) {
    case Method::kCreateMember:
      return number == 2 ? "member" : "member_id";
    case Method::kSetCreditLine:
      return number == 1 ? "credit_line" : "reason";
    case Method::kCreateTrade:
      return number == 2 ? "trade" : "trade_id";
    case Method::kBatchCreateTrades:
      return "requests";
    case Method::kUpdatePolicies:
      return "policies";
    case Method::kChangeMemberStatus:
      return number == 1   ? "name"
             : number == 2 ? "status"
             : number == 3 ? "wind_down_date"
                           : "reason";
    case Method::kAuthoriseTrade:
      return number == 4 ? "expire_time" : "name";
    case Method::kSettleTrade:
      return number == 4 ? "units" : number == 5 ? "release_rest" : "name";
    default:
      return "name";
  }
}

std::string ToText(const Request& request) {
  std::string out = absl::StrCat(
      request.client, " (", request.role, ") ", request.request_id,
      request.validate_only ? " preview" : "", " at ", request.time_us, " on ",
      request.day, ": ", MethodName(request.method));
  for (const auto& [number, text] : ContentOf(request)) {
    absl::StrAppend(&out, " ", FieldName(request.method, number), "={", text,
                    "}");
  }
  return out;
}

}  // namespace skontro::simulation
