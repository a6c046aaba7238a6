#include "cli/payment_run.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/exit_code.h"
#include "cli/failure.h"
#include "cli/member_lookup.h"
#include "cli/resource_name.h"
#include "cli/wire_text.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/digest.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using fiscal::PainParty;
using fiscal::PainPayment;
using fiscal::PainReason;
using fiscal::PainResult;
using fiscal::PainTransfer;
using v1::TradeService;

// Half of what the server takes.
constexpr size_t kCallItemsMax = kBatchItemsMax / 2;
constexpr char kSchemeEnd[] = "-MEMBER";  // As a camt of ours writes it.

std::string DescriptionOf(const PainTransfer& transfer) {
  std::string text = absl::StrCat("EndToEndId ", transfer.end_to_end_id);
  if (!transfer.text.empty()) absl::StrAppend(&text, ". ", transfer.text);
  return text.size() <= kDescriptionLengthMax
             ? text
             : absl::StrCat("EndToEndId ", transfer.end_to_end_id);
}

}  // namespace

std::string RequestIdOf(const std::string& debtor,
                        const std::string& end_to_end_id) {
  constexpr size_t kDigits = 40;
  const std::string all = absl::StrCat(debtor, "\n", end_to_end_id);
  return absl::StrCat("pain-",
                      ledger::ToHex(ledger::HashOf(all)).substr(0, kDigits));
}

std::string StatusCodeOf(const ServerError& error,
                         const std::string& creditor) {
  static const auto* const kCodes = new std::map<std::string, std::string>{
      {"REQUEST_ID_REUSED", "DU04"},     {"DUPLICATE_INVOICE", "AM05"},
      {"CREDIT_LINE_EXCEEDED", "AM04"},  {"BALANCE_LIMIT_EXCEEDED", "AM14"},
      {"DEAL_CAP_EXCEEDED", "AM14"},     {"MANDATE_EXCEEDED", "AM14"},
      {"MEMBER_NOT_ACTIVE", "AC06"},     {"ROLE_MISSING", "AG01"},
      {"BELOW_ACCEPTANCE_RATE", "AG01"}, {"VAT_IN_UNITS", "AG01"}};
  if (error.reason == "RESOURCE_NOT_FOUND") {
    const auto name = error.metadata.find("name");
    // The member, or its account.
    const bool is_creditor =
        name != error.metadata.end() &&
        absl::StartsWith(name->second + "/", creditor + "/");
    return is_creditor ? "AC03" : "AC02";
  }
  const auto code = kCodes->find(error.reason);
  return code == kCodes->end() ? "NARR" : code->second;
}

PaymentRun::PaymentRun(Session& session, Unit unit, std::string network,
                       const fiscal::PainMessage& message,
                       ledger::CivilDate today)
    : session_(session),
      unit_(std::move(unit)),
      network_(std::move(network)),
      message_(message),
      today_(today),
      results_(message.transfers()) {
  SKONTRO_CHECK(!message.refused.has_value());
}

PaymentRun::Found PaymentRun::FindByAccount(const PainParty& party) const {
  if (party.account.empty()) return {};
  const std::string id = ShortName(network_);
  const std::string scheme = absl::StrCat(id, kSchemeEnd);
  if (absl::EndsWith(party.account_scheme, kSchemeEnd) &&
      party.account_scheme != scheme) {
    return {"", absl::StrCat("the account is of ", Shown(party.account_scheme),
                             ", and this is ", scheme)};
  }
  // "imprimerie", "res/imprimerie", and the names of the API.
  std::string_view text = party.account;
  const std::string members = network_ + "/members/";
  if (text.substr(0, members.size()) == members) {
    text.remove_prefix(members.size());
    text = text.substr(0, text.find('/'));
  } else if (text.substr(0, id.size() + 1) == id + "/") {
    text.remove_prefix(id.size() + 1);
  }
  const absl::StatusOr<std::string> name = MemberName(network_, text);
  if (name.ok()) return {*name, ""};
  return {"", absl::StrCat("'", Shown(party.account),
                           "' is no account of this network")};
}

absl::StatusOr<PaymentRun::Found> PaymentRun::FindByIds(const PainParty& party,
                                                        Found by_account) {
  Found found = std::move(by_account);
  for (const std::string& id : party.ids) {
    if (id.size() > kTaxIdLengthMax) continue;
    const absl::StatusOr<std::vector<v1::Member>> members =
        MembersWith(session_, id, party.country);
    // An id that can be no tax id is some other number of the ERP's.
    if (!members.ok() && ExitCodeOf(members.status()) == ExitCode::kRefused) {
      continue;
    }
    if (!members.ok()) return members.status();
    if (members->empty()) continue;
    if (members->size() > 1) {
      return Found{"", absl::StrCat("the id ", Shown(id), " is of ",
                                    ShortName((*members)[0].name()), " and ",
                                    ShortName((*members)[1].name()))};
    }
    const std::string& name = members->front().name();
    if (!found.name.empty() && found.name != name) {
      return Found{
          "", absl::StrCat("the id ", Shown(id), " is of ", ShortName(name),
                           ", and the account of ", ShortName(found.name))};
    }
    found.name = name;
  }
  if (found.name.empty() && found.why.empty()) {
    found.why = absl::StrCat(
        "'", Shown(party.name),
        "' has neither an account of this network nor an id of a member");
  }
  return found;
}

absl::StatusOr<PaymentRun::Found> PaymentRun::Find(const PainParty& party) {
  std::string key = absl::StrCat(party.account, "\n", party.account_scheme,
                                 "\n", party.country);
  for (const std::string& id : party.ids) absl::StrAppend(&key, "\n", id);
  const auto known = found_.find(key);
  if (known != found_.end()) return known->second;
  Found found = FindByAccount(party);
  if (found.why.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(found, FindByIds(party, std::move(found)));
  }
  found_.emplace(std::move(key), found);
  return found;
}

absl::StatusOr<std::optional<PainReason>> PaymentRun::PrepareTransfer(
    const PainPayment& payment, const PainTransfer& transfer, size_t place) {
  if (transfer.refused.has_value()) return transfer.refused;
  if (payment.execution_date > today_) {
    return PainReason{
        "DT01",
        absl::StrCat("it is to be carried out on ",
                     ledger::FormatDate(payment.execution_date),
                     ", and trades settle at once; send it on that day")};
  }
  SKONTRO_ASSIGN_OR_RETURN(const Found buyer, Find(payment.debtor));
  if (buyer.name.empty()) return PainReason{"AC02", "debtor: " + buyer.why};
  SKONTRO_ASSIGN_OR_RETURN(const Found seller, Find(transfer.creditor));
  if (seller.name.empty()) return PainReason{"AC03", "creditor: " + seller.why};
  Order order{place, {}};
  order.request.set_parent(network_);
  order.request.set_request_id(RequestIdOf(buyer.name, transfer.end_to_end_id));
  v1::Trade& trade = *order.request.mutable_trade();
  trade.set_seller(seller.name);
  trade.set_buyer(buyer.name);
  trade.set_initiator(v1::Trade::BUYER);
  trade.mutable_unit_leg()->set_minor_units(transfer.units);
  if (!transfer.invoice_number.empty()) {
    trade.mutable_invoice()->set_number(transfer.invoice_number);
    if (transfer.invoice_date.has_value()) {
      *trade.mutable_invoice()->mutable_issue_date() =
          WireDate(transfer.invoice_date);
    }
  }
  trade.set_description(DescriptionOf(transfer));
  orders_.push_back(std::move(order));
  return std::optional<PainReason>();
}

absl::Status PaymentRun::Prepare() {
  size_t place = 0;
  for (const PainPayment& payment : message_.payments) {
    for (const PainTransfer& transfer : payment.transfers) {
      PainResult& result = results_[place];
      SKONTRO_ASSIGN_OR_RETURN(result.reason,
                               PrepareTransfer(payment, transfer, place));
      if (!result.reason.has_value()) {
        result.status = PainResult::Status::kPending;
        result.reason = PainReason{
            "NARR",
            "no answer; send the same file again: nothing is booked twice"};
      }
      ++place;
    }
  }
  return absl::OkStatus();
}

void PaymentRun::Take(const Order& order, const v1::Trade& trade) {
  PainResult& result = results_[order.transfer];
  result.reason.reset();
  if (session_.dry_run()) {
    result.status = PainResult::Status::kAccepted;
    return;
  }
  result.reference = ShortName(trade.name());
  result.status = PainResult::Status::kSettled;
  if (trade.state() == v1::Trade::SETTLED) return;
  result.status = PainResult::Status::kPending;
  result.reason = PainReason{
      "NARR", "the trade is " + v1::Trade::State_Name(trade.state())};
}

void PaymentRun::Take(const Order& order, const ServerError& error) {
  PainResult& result = results_[order.transfer];
  std::string words = session_.ExplainError(error);
  words.erase(std::min(words.find('\n'), words.size()));
  if (error.reason == "REQUEST_ID_REUSED") {
    // Who reads this knows no request ids.
    words =
        "the debtor used this EndToEndId for another transfer before; choose a "
        "new one (REQUEST_ID_REUSED)";
  }
  const bool unknown = ExitCodeOf(error, /*changes=*/!session_.dry_run()) ==
                       ExitCode::kUnknownOutcome;
  result.status =
      unknown ? PainResult::Status::kPending : PainResult::Status::kRejected;
  result.reason = PainReason{
      StatusCodeOf(error, order.request.trade().seller()), std::move(words)};
}

absl::Status PaymentRun::Try() {
  for (Order& order : orders_) {
    order.request.set_validate_only(true);
    SKONTRO_ASSIGN_OR_RETURN(
        const v1::CreateTradeResponse response,
        session_.Change<TradeService>(&TradeService::Stub::CreateTrade,
                                      order.request));
    if (response.outcome().refusals().empty()) {
      Take(order, response.trade());
    } else {
      Take(order, client::DecodeError(response.outcome().refusals(0)));
    }
  }
  return absl::OkStatus();
}

absl::Status PaymentRun::Send() {
  if (session_.dry_run()) return Try();
  for (size_t begin = 0; begin < orders_.size(); begin += kCallItemsMax) {
    const size_t end = std::min(orders_.size(), begin + kCallItemsMax);
    v1::BatchCreateTradesRequest request;
    request.set_parent(network_);
    request.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
    for (size_t i = begin; i < end; ++i) {
      *request.add_requests() = orders_[i].request;
    }
    SKONTRO_ASSIGN_OR_RETURN(
        const v1::BatchCreateTradesResponse response,
        session_.Change<TradeService>(&TradeService::Stub::BatchCreateTrades,
                                      request));
    if (static_cast<size_t>(response.results_size()) != end - begin) {
      return Failure(ExitCode::kUnknownOutcome,
                     "the server did not answer every transfer");
    }
    for (size_t i = begin; i < end; ++i) {
      const auto& result = response.results(static_cast<int>(i - begin));
      if (result.has_response()) {
        Take(orders_[i], result.response().trade());
      } else {
        Take(orders_[i], client::DecodeError(result.error()));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace skontro::cli
