#include "tests/integration/load_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/client_context.h"

namespace skontro::integration {
namespace {

using Kind = PlannedCall::Kind;

RefusedBecause Explained(const google::rpc::Status& status) {
  RefusedBecause because;
  because.code = status.code();
  because.message = status.message();
  for (const google::protobuf::Any& detail : status.details()) {
    google::rpc::ErrorInfo info;
    if (!detail.UnpackTo(&info) || info.domain() != "skontro") continue;
    because.reason = info.reason();
    because.metadata.insert(info.metadata().begin(), info.metadata().end());
  }
  return because;
}

// Whether the server says that it did nothing, and that the same request may
// do better: no answer for ever.
bool IsTurnedAway(const RefusedBecause& because) {
  return because.reason.empty() || because.reason == "QUEUE_FULL" ||
         because.reason == "SHUTTING_DOWN";
}

ItemAnswer Refused(RefusedBecause because) {
  ItemAnswer item;
  item.known = !IsTurnedAway(because);
  item.bytes = absl::StrCat(
      because.code, " ", because.reason, " ",
      absl::StrJoin(because.metadata, ",", absl::PairFormatter("=")));
  item.because = std::move(because);
  return item;
}

CallAnswer Failed(RefusedBecause because) {
  CallAnswer answer;
  if (IsTurnedAway(because)) {
    answer.because = std::move(because);
  } else {
    answer.items.push_back(Refused(std::move(because)));
  }
  return answer;
}

template <typename Response>
ItemAnswer Done(const Response& response) {
  ItemAnswer item;
  item.known = true;
  item.done = true;
  item.sequence = response.outcome().sequence();
  item.digest = response.outcome().digest();
  if constexpr (requires { response.trade(); }) item.trade = response.trade();
  item.bytes = response.SerializeAsString();
  return item;
}

// What a call about one thing led to.
template <typename Response>
CallAnswer One(const grpc::Status& status, const Response& response) {
  if (!status.ok()) return Failed(ReasonOf(status));
  CallAnswer answer;
  answer.items.push_back(Done(response));
  answer.sequence = answer.items.front().sequence;
  return answer;
}

void SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(absl::ToChronoTime(absl::Now() + LoadClient::kTimeout));
}

template <typename Request, typename Response, typename Stub>
CallAnswer Call(Stub& stub,
                grpc::Status (Stub::*method)(grpc::ClientContext*,
                                             const Request&, Response*),
                const Request& request) {
  grpc::ClientContext context;
  SetDeadline(&context);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  return One(status, response);
}

}  // namespace

RefusedBecause ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  RefusedBecause because;
  if (details.ParseFromString(status.error_details())) {
    because = Explained(details);
  }
  because.code = status.error_code();
  because.message = status.error_message();
  return because;
}

bool CallAnswer::is_known() const {
  return !items.empty() &&
         std::all_of(items.begin(), items.end(),
                     [](const ItemAnswer& item) { return item.known; });
}

std::string MemberId(int64_t number) { return absl::StrCat("m", number); }

LoadClient::LoadClient(const std::shared_ptr<grpc::Channel>& channel,
                       const std::string& network_id)
    : network_name_(absl::StrCat("networks/", network_id)),
      networks_(v1::NetworkService::NewStub(channel)),
      members_(v1::MemberService::NewStub(channel)),
      credit_(v1::CreditService::NewStub(channel)),
      accounts_(v1::AccountService::NewStub(channel)),
      trades_(v1::TradeService::NewStub(channel)) {}

std::string LoadClient::MemberName(int64_t number) const {
  return absl::StrCat(network_name_, "/members/", MemberId(number));
}

std::string LoadClient::AccountName(int64_t number) const {
  return absl::StrCat(MemberName(number), "/accounts/main");
}

std::string LoadClient::TradeName(const std::string& id) const {
  return absl::StrCat(network_name_, "/trades/", id);
}

v1::CreateTradeRequest LoadClient::CreateRequest(
    const PlannedTrade& planned) const {
  v1::CreateTradeRequest request;
  request.set_parent(network_name_);
  request.set_trade_id(planned.trade_id);
  request.set_request_id(planned.key);
  v1::Trade& trade = *request.mutable_trade();
  trade.set_seller(MemberName(planned.seller));
  trade.set_buyer(MemberName(planned.buyer));
  trade.set_initiator(planned.buyer_pays ? v1::Trade::BUYER
                                         : v1::Trade::SELLER);
  trade.mutable_unit_leg()->set_minor_units(planned.units);
  if (planned.cash > 0) {
    trade.mutable_cash_leg()->set_currency_code("EUR");
    trade.mutable_cash_leg()->set_minor_units(planned.cash);
  }
  if (!planned.invoice.empty()) {
    v1::Invoice& invoice = *trade.mutable_invoice();
    invoice.set_number(planned.invoice);
    invoice.mutable_issue_date()->set_year(planned.invoice_year);
    invoice.mutable_issue_date()->set_month(3);
    invoice.mutable_issue_date()->set_day(14);
  }
  trade.set_description(planned.key);
  return request;
}

v1::BatchCreateTradesRequest LoadClient::BatchRequest(
    const PlannedCall& call) const {
  v1::BatchCreateTradesRequest request;
  request.set_parent(network_name_);
  const bool is_group = call.kind == Kind::kGroup;
  request.set_mode(is_group ? v1::BatchCreateTradesRequest::ATOMIC
                            : v1::BatchCreateTradesRequest::INDEPENDENT);
  request.set_request_id(call.request_id);
  for (const PlannedTrade& trade : call.trades) {
    v1::CreateTradeRequest& item = *request.add_requests();
    item = CreateRequest(trade);
    if (is_group) item.clear_request_id();
  }
  return request;
}

CallAnswer LoadClient::Send(const PlannedCall& call) const {
  switch (call.kind) {
    case Kind::kCreate:
      return Call(*trades_, &v1::TradeService::Stub::CreateTrade,
                  CreateRequest(call.trades.front()));
    case Kind::kBatch:
    case Kind::kGroup:
      return SendBatch(call);
    case Kind::kAccept:
    case Kind::kDecline:
    case Kind::kReverse:
      return SendStep(call);
    case Kind::kSetLimits:
      return SendLimits(call);
    case Kind::kAdmit:
      break;
  }
  return SendAdmission(call);
}

CallAnswer LoadClient::SendBatch(const PlannedCall& call) const {
  const v1::BatchCreateTradesRequest request = BatchRequest(call);
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::BatchCreateTradesResponse response;
  const grpc::Status status =
      trades_->BatchCreateTrades(&context, request, &response);
  if (!status.ok()) return Failed(ReasonOf(status));
  CallAnswer answer;
  answer.sequence = response.sequence();
  for (const auto& result : response.results()) {
    if (result.has_response()) {
      answer.items.push_back(Done(result.response()));
      continue;
    }
    answer.items.push_back(Refused(Explained(result.error())));
    if (!answer.items.back().known)
      answer.because = answer.items.back().because;
  }
  return answer;
}

CallAnswer LoadClient::SendStep(const PlannedCall& call) const {
  const auto send = [&](auto request, auto method) {
    request.set_name(TradeName(call.trade_id));
    request.set_request_id(call.request_id);
    return Call(*trades_, method, request);
  };
  if (call.kind == Kind::kAccept) {
    return send(v1::AcceptTradeRequest(), &v1::TradeService::Stub::AcceptTrade);
  }
  if (call.kind == Kind::kDecline) {
    return send(v1::DeclineTradeRequest(),
                &v1::TradeService::Stub::DeclineTrade);
  }
  return send(v1::ReverseTradeRequest(), &v1::TradeService::Stub::ReverseTrade);
}

CallAnswer LoadClient::SendLimits(const PlannedCall& call) const {
  v1::SetCreditLineRequest request;
  v1::CreditLine& line = *request.mutable_credit_line();
  line.set_name(absl::StrCat(AccountName(call.member), "/creditLine"));
  line.mutable_credit_line()->set_minor_units(call.credit_line);
  if (call.balance_limit > 0) {
    line.mutable_balance_limit()->set_minor_units(call.balance_limit);
  }
  request.set_reason(call.request_id);
  request.set_request_id(call.request_id);
  return Call(*credit_, &v1::CreditService::Stub::SetCreditLine, request);
}

CallAnswer LoadClient::SendAdmission(const PlannedCall& call) const {
  v1::CreateMemberRequest request;
  request.set_parent(network_name_);
  request.set_member_id(call.member_id);
  request.set_request_id(call.request_id);
  request.mutable_member()->set_legal_name(call.member_id);
  request.mutable_member()->set_country_code("BE");
  return Call(*members_, &v1::MemberService::Stub::CreateMember, request);
}

std::vector<CallAnswer> LoadClient::SendTwice(const PlannedCall& call) const {
  struct InFlight {
    grpc::ClientContext context;
    v1::CreateTradeResponse response;
    grpc::Status status;
  };
  const v1::CreateTradeRequest request = CreateRequest(call.trades.front());
  std::array<InFlight, 2> flights;
  absl::BlockingCounter pending(static_cast<int>(flights.size()));
  for (InFlight& flight : flights) {
    SetDeadline(&flight.context);
    trades_->async()->CreateTrade(&flight.context, &request, &flight.response,
                                  [&](grpc::Status status) {
                                    flight.status = std::move(status);
                                    pending.DecrementCount();
                                  });
  }
  pending.Wait();
  std::vector<CallAnswer> answers;
  answers.reserve(flights.size());
  for (const InFlight& flight : flights) {
    answers.push_back(One(flight.status, flight.response));
  }
  return answers;
}

grpc::Status LoadClient::SendAltered(const PlannedCall& call) const {
  v1::CreateTradeRequest request = CreateRequest(call.trades.front());
  request.mutable_trade()->mutable_unit_leg()->set_minor_units(
      call.trades.front().units + 1);
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::CreateTradeResponse response;
  return trades_->CreateTrade(&context, request, &response);
}

grpc::Status LoadClient::Preview(const PlannedCall& call,
                                 const std::string& request_id) const {
  v1::CreateTradeRequest request = CreateRequest(call.trades.front());
  request.set_request_id(request_id);
  request.set_validate_only(true);
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::CreateTradeResponse response;
  return trades_->CreateTrade(&context, request, &response);
}

}  // namespace skontro::integration
