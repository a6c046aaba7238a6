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
  if (trade.invoice.has_value()) absl::StrAppend(&out, TextOf(*trade.invoice));
  return out;
}

std::string TextOf(const NewLine& line) {
  return absl::StrCat(
      Quoted(line.member_id), " line ", line.credit_line, " limit ",
      line.balance_limit.has_value() ? absl::StrCat(*line.balance_limit)
                                     : "as it is");
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
      content[1] = request.trade;
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
