#include "cli/client/client.h"

#include <algorithm>
#include <chrono>

#include "absl/random/random.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "skontro/v1/account_service.grpc.pb.h"
#include "skontro/v1/network_service.grpc.pb.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::client {
namespace {

using v1::AccountService;
using v1::NetworkService;
using v1::TradeService;

std::string NetworkName(const std::string& network) {
  return absl::StartsWith(network, "networks/") ? network
                                                : "networks/" + network;
}

// `text` below `parent`, unless it is a name already.
std::string NameBelow(std::string_view parent, std::string_view collection,
                      std::string_view text) {
  if (text.empty() || text.starts_with("networks/")) return std::string(text);
  std::string name(parent);
  name.append("/").append(collection).append("/").append(text);
  return name;
}

// The error of every trade of a call that was not answered.
absl::Status ForItem(const absl::Status& status,
                     const std::string& request_id) {
  std::optional<CallError> error = ErrorOf(status);
  if (!error.has_value()) return status;
  error->request_id = request_id;
  return ToStatus(*error);
}

absl::Status ItemError(const google::rpc::Status& status,
                       const std::string& request_id) {
  CallError error = DecodeError(status);
  error.outcome = OutcomeOf(error, /*changes=*/true, /*unknown=*/false);
  error.request_id = request_id;
  return ToStatus(error);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Make(ClientOptions options) {
  SKONTRO_RETURN_IF_ERROR(CheckPolicy(options.retry));
  if (options.endpoint.empty() || options.network.empty()) {
    return absl::InvalidArgumentError("an endpoint and a network are needed");
  }
  if (!options.security.encrypted && !IsLoopback(options.endpoint)) {
    return absl::InvalidArgumentError(absl::StrCat(
        options.endpoint, " is not on this machine: calls must be encrypted"));
  }
  return std::unique_ptr<Client>(new Client(std::move(options)));
}

Client::Client(ClientOptions options)
    : options_(std::move(options)),
      network_(NetworkName(options_.network)),
      channel_(MakeChannel(options_.endpoint, options_.security)) {}

std::string Client::MemberName(std::string_view member) const {
  return NameBelow(network_, "members", member);
}

std::string Client::AccountName(std::string_view member) const {
  const std::string name = MemberName(member);
  return absl::StrContains(name, "/accounts/") ? name : name + "/accounts/main";
}

std::string Client::TradeName(std::string_view trade) const {
  return NameBelow(network_, "trades", trade);
}

void Client::Saw(int64_t sequence) {
  int64_t known = sequence_.load();
  while (sequence > known &&
         !sequence_.compare_exchange_weak(known, sequence)) {
  }
}

void Client::Prepare(absl::Time deadline, grpc::ClientContext* context) const {
  Authenticate(options_.security, context);
  if (deadline == absl::InfiniteFuture()) return;
  context->set_deadline(absl::ToChronoTime(deadline));
}

absl::Status Client::Try(
    const std::string& request_id,
    const std::function<grpc::Status(grpc::ClientContext*)>& attempt) const {
  Attempts attempts(options_.retry, request_id);
  while (true) {
    grpc::ClientContext context;
    Prepare(attempts.Deadline(), &context);
    const grpc::Status status = attempt(&context);
    if (status.ok()) return absl::OkStatus();
    SKONTRO_RETURN_IF_ERROR(attempts.Failed(DecodeError(status)));
  }
}

std::string Client::NewRequestId() {
  absl::BitGen random;
  const auto high = absl::Uniform<uint64_t>(random);
  const auto low = absl::Uniform<uint64_t>(random);
  // Version 4 and variant 1 of RFC 9562.
  return absl::StrFormat("%08x-%04x-4%03x-%04x-%012x", high >> 32,
                         (high >> 16) & 0xffff, high & 0xfff,
                         0x8000 | (low >> 50), low & 0xffffffffffff);
}

absl::StatusOr<v1::Network> Client::Network() {
  v1::GetNetworkRequest request;
  request.set_name(network_);
  SKONTRO_ASSIGN_OR_RETURN(
      v1::GetNetworkResponse response,
      Read<NetworkService>(&NetworkService::Stub::GetNetwork, request));
  return std::move(*response.mutable_network());
}

void Client::Complete(v1::CreateTradeRequest* request) const {
  request->set_parent(network_);
  v1::Trade* const trade = request->mutable_trade();
  trade->set_seller(MemberName(trade->seller()));
  trade->set_buyer(MemberName(trade->buyer()));
  if (request->request_id().empty()) request->set_request_id(NewRequestId());
}

absl::StatusOr<v1::CreateTradeResponse> Client::CreateTrade(
    v1::CreateTradeRequest request) {
  Complete(&request);
  return Change<TradeService>(&TradeService::Stub::CreateTrade,
                              std::move(request));
}

absl::StatusOr<v1::Trade> Client::GetTrade(std::string_view trade) {
  v1::GetTradeRequest request;
  request.set_name(TradeName(trade));
  SKONTRO_ASSIGN_OR_RETURN(
      v1::GetTradeResponse response,
      Read<TradeService>(&TradeService::Stub::GetTrade, request));
  return std::move(*response.mutable_trade());
}

absl::StatusOr<v1::Account> Client::GetAccount(std::string_view member) {
  v1::GetAccountRequest request;
  request.set_name(AccountName(member));
  SKONTRO_ASSIGN_OR_RETURN(
      v1::GetAccountResponse response,
      Read<AccountService>(&AccountService::Stub::GetAccount, request));
  return std::move(*response.mutable_account());
}

std::vector<absl::StatusOr<v1::CreateTradeResponse>> Client::CreateTrades(
    std::vector<v1::CreateTradeRequest> requests, size_t chunk) {
  SKONTRO_CHECK(chunk > 0 && chunk <= kBatchItemsMax);
  std::vector<absl::StatusOr<v1::CreateTradeResponse>> results;
  results.reserve(requests.size());
  for (size_t first = 0; first < requests.size(); first += chunk) {
    const size_t end = std::min(first + chunk, requests.size());
    std::vector<v1::CreateTradeRequest> part;
    part.reserve(end - first);
    for (size_t i = first; i < end; ++i) {
      Complete(&requests[i]);
      part.push_back(std::move(requests[i]));
    }
    CreateChunk(std::move(part), &results);
  }
  return results;
}

// A call without an answer is sent again whole, with the same ids. Of one that
// was answered, items that the server was too busy for are sent again alone.
void Client::CreateChunk(
    std::vector<v1::CreateTradeRequest> requests,
    std::vector<absl::StatusOr<v1::CreateTradeResponse>>* results) {
  v1::BatchCreateTradesRequest batch;
  batch.set_parent(network_);
  batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
  for (v1::CreateTradeRequest& request : requests) {
    *batch.add_requests() = std::move(request);
  }
  const absl::StatusOr<v1::BatchCreateTradesResponse> answer =
      Send<TradeService>(&TradeService::Stub::BatchCreateTrades, batch,
                         batch.requests(0).request_id());
  for (int i = 0; i < batch.requests_size(); ++i) {
    const std::string& id = batch.requests(i).request_id();
    if (!answer.ok()) {
      results->push_back(ForItem(answer.status(), id));
    } else if (i >= answer->results_size()) {
      results->push_back(
          absl::DataLossError("the answer has no result for it"));
    } else if (answer->results(i).has_response()) {
      results->push_back(answer->results(i).response());
    } else if (WasNotDone(DecodeError(answer->results(i).error()))) {
      results->push_back(Change<TradeService>(&TradeService::Stub::CreateTrade,
                                              batch.requests(i)));
    } else {
      results->push_back(ItemError(answer->results(i).error(), id));
    }
  }
}

}  // namespace skontro::client
