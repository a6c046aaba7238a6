// A Client calls one server for one network, and tries again where that is
// safe.
//
//   SKONTRO_ASSIGN_OR_RETURN(auto client, client::Client::Make(options));
//   const auto paid = client->Change<v1::TradeService>(
//       &v1::TradeService::Stub::CreateTrade, request);
//   if (!paid.ok() &&
//       client::ErrorOf(paid.status())->outcome == client::Outcome::kUnknown) {
//     // The same again, now or tomorrow, under the same request id.
//   }
//
// Every change has a request id, a random UUID unless the request has one. Give
// your own, stored with the order before the first call, wherever your process
// may die between the call and its answer: the same id and content gives the
// same answer for ever, and is done once.
//
// Reads see at least what this client was answered before, also from another
// server process after a restart (`min_sequence`).
//
// A failed call returns a status with the code of the server and a CallError
// (call_error.h) that says whether it happened.
//
// Thread safety: any thread may call; one Client per process is enough.

#ifndef SKONTRO_CLI_CLIENT_CLIENT_H_
#define SKONTRO_CLI_CLIENT_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/client/call_error.h"
#include "cli/client/channel.h"
#include "cli/client/pages.h"
#include "cli/client/retry.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "skontro/v1/account_service.pb.h"
#include "skontro/v1/network_service.pb.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::client {

struct ClientOptions {
  std::string endpoint = "127.0.0.1:7411";
  std::string network;  // Its id or name: "res" or "networks/res".
  Security security;
  RetryPolicy retry;
};

class Client {
 public:
  // INVALID_ARGUMENT for an empty endpoint or network, a time that is not above
  // zero, or an endpoint that is not on this machine without encryption.
  // Nothing is connected yet.
  static absl::StatusOr<std::unique_ptr<Client>> Make(ClientOptions options);

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // "networks/res", and names below it: "networks/res/members/boulangerie" of
  // "boulangerie". What is a name already stays as it is.
  const std::string& network() const { return network_; }
  std::string MemberName(std::string_view member) const;
  std::string AccountName(std::string_view member) const;
  std::string TradeName(std::string_view trade) const;

  // The newest journal sequence that an answer showed; the next reads wait for
  // it. Give it to another process as Saw().
  int64_t sequence() const { return sequence_.load(); }
  void Saw(int64_t sequence);

  // Sends `request` by `method` of `Service` until an answer comes, it is
  // refused, or the time of the policy is over.
  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Read(
      grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
      Request request) {
    if constexpr (requires { request.set_min_sequence(1); }) {
      if (request.min_sequence() == 0) request.set_min_sequence(sequence());
    }
    return Send<Service>(method, request, /*request_id=*/"");
  }

  // The same for a method that changes something. A request without a request
  // id gets a random one; every attempt sends the same.
  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Change(
      grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
      Request request) {
    if (request.request_id().empty()) request.set_request_id(NewRequestId());
    return Send<Service>(method, request, request.request_id());
  }

  // The same for a list: every page in turn until `take` returns false.
  // DATA_LOSS where the server sends the same page for ever.
  template <typename Service, typename Request, typename Response>
  absl::Status ReadAll(
      grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
      Request request,
      const std::type_identity_t<std::function<bool(Response)>>& take) {
    // The same for every page: a token belongs to all the other fields.
    if (request.min_sequence() == 0) request.set_min_sequence(sequence());
    return ReadPages<Request, Response>(
        std::move(request),
        [&](const Request& page) {
          return Send<Service>(method, page, /*request_id=*/"");
        },
        take, absl::DataLossError("the server sends the same page for ever"));
  }

  // The network, asked from the server at the first call; for its unit, its
  // currency and their decimals.
  absl::StatusOr<v1::Network> Network();

  // What a program does most. `parent` and, where `trade.seller` and
  // `trade.buyer` are ids, their names are filled in.
  absl::StatusOr<v1::CreateTradeResponse> CreateTrade(
      v1::CreateTradeRequest request);
  absl::StatusOr<v1::Trade> GetTrade(std::string_view trade);
  absl::StatusOr<v1::Account> GetAccount(std::string_view member);

  // Makes many trades, each for itself, in calls of at most `chunk`: a result
  // for each, in order. A request without a request id gets a random one.
  // Trades that had no answer at the end of the policy's time have an error in
  // their results, and the next calls are made all the same.
  // REQUIRES: 0 < chunk <= 8,192.
  std::vector<absl::StatusOr<v1::CreateTradeResponse>> CreateTrades(
      std::vector<v1::CreateTradeRequest> requests, size_t chunk = 1'000);

  // For calls that have no method here.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const RetryPolicy& retry() const { return options_.retry; }
  void Prepare(absl::Time deadline, grpc::ClientContext* context) const;

  // A random UUID.
  static std::string NewRequestId();

 private:
  explicit Client(ClientOptions options);

  // One attempt after another until one is answered.
  absl::Status Try(
      const std::string& request_id,
      const std::function<grpc::Status(grpc::ClientContext*)>& attempt) const;

  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Send(
      grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
      const Request& request, const std::string& request_id) {
    const auto stub = Service::NewStub(channel_);
    Response response;
    const absl::Status status =
        Try(request_id, [&](grpc::ClientContext* context) {
          response.Clear();
          return (*stub.*method)(context, request, &response);
        });
    if (!status.ok()) return status;
    if constexpr (requires { response.outcome().sequence(); }) {
      Saw(response.outcome().sequence());
    } else if constexpr (requires { response.sequence(); }) {
      Saw(response.sequence());
    }
    return response;
  }

  void Complete(v1::CreateTradeRequest* request) const;
  void CreateChunk(
      std::vector<v1::CreateTradeRequest> requests,
      std::vector<absl::StatusOr<v1::CreateTradeResponse>>* results);

  const ClientOptions options_;
  const std::string network_;
  const std::shared_ptr<grpc::Channel> channel_;
  std::atomic<int64_t> sequence_ = 0;
};

}  // namespace skontro::client

#endif  // SKONTRO_CLI_CLIENT_CLIENT_H_
