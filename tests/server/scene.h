// A Scene is a server in this process, over a data directory of its own that
// goes with it, with a client for every service. Its clock stands still until a
// test moves it.

#ifndef SKONTRO_TESTS_SERVER_SCENE_H_
#define SKONTRO_TESTS_SERVER_SCENE_H_

#include <google/protobuf/text_format.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/auth/api_key.h"
#include "server/clock.h"
#include "server/server.h"
#include "skontro/v1/account_service.grpc.pb.h"
#include "skontro/v1/audit_service.grpc.pb.h"
#include "skontro/v1/credit_service.grpc.pb.h"
#include "skontro/v1/fiscal_service.grpc.pb.h"
#include "skontro/v1/key_service.grpc.pb.h"
#include "skontro/v1/member_service.grpc.pb.h"
#include "skontro/v1/network_service.grpc.pb.h"
#include "skontro/v1/operation_service.grpc.pb.h"
#include "skontro/v1/trade_service.grpc.pb.h"
#include "skontro/v1/webhook_service.grpc.pb.h"

namespace skontro::server {

// A message from its text form; a mistake in the text fails the test.
template <typename Message>
Message Text(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << text;
  return message;
}

// A directory for one test, removed at its end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What an error says, taken apart as a stock client does.
struct Error {
  std::string reason;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> fields;  // Of BadRequest.
  bool has_retry = false;
  int error_infos = 0;
};
Error ErrorIn(const google::rpc::Status& status);
Error ErrorIn(const grpc::Status& status);

// What a call gave.
template <typename Response>
struct Reply {
  grpc::Status status;
  Response response;

  Error error() const { return ErrorIn(status); }
};

class Scene {
 public:
  // An empty server, at noon of 2026-03-02 in Paris.
  explicit Scene(const engine::Engine::Options& options = {});
  ~Scene();

  // Stops the server and starts it again over the same data.
  void Restart();

  // Makes network `res` (RES, pegged to EUR, both with two decimals; every
  // account may go 1,000.00 below zero) with the members imprimerie,
  // boulangerie and garage.
  void MakeNetwork(const std::string& id = "res");

  // What the server is started with, of the next Restart() on.
  Server::Options& server_options() { return server_options_; }

  Server& server() { return *server_; }
  NetworkRegistry& networks() { return *networks_; }
  ManualClock& clock() { return clock_; }
  Metrics& metrics() { return metrics_; }
  const std::string& directory() const { return directory_.path(); }
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  std::shared_ptr<grpc::Channel> NewChannel() const;

  Reply<v1::GetNetworkResponse> Call(const v1::GetNetworkRequest& request);
  Reply<v1::ListNetworksResponse> Call(const v1::ListNetworksRequest& request);
  Reply<v1::CreateNetworkResponse> Call(
      const v1::CreateNetworkRequest& request);
  Reply<v1::GetPoliciesResponse> Call(const v1::GetPoliciesRequest& request);
  Reply<v1::UpdatePoliciesResponse> Call(
      const v1::UpdatePoliciesRequest& request);
  Reply<v1::ArchiveNetworkResponse> Call(
      const v1::ArchiveNetworkRequest& request);
  Reply<v1::RestoreNetworkResponse> Call(
      const v1::RestoreNetworkRequest& request);
  Reply<v1::GetMemberResponse> Call(const v1::GetMemberRequest& request);
  Reply<v1::ListMembersResponse> Call(const v1::ListMembersRequest& request);
  Reply<v1::CreateMemberResponse> Call(const v1::CreateMemberRequest& request);
  Reply<v1::ChangeMemberStatusResponse> Call(
      const v1::ChangeMemberStatusRequest& request);
  Reply<v1::ListMemberStatusChangesResponse> Call(
      const v1::ListMemberStatusChangesRequest& request);
  Reply<v1::GetAccountResponse> Call(const v1::GetAccountRequest& request);
  Reply<v1::GetStatementResponse> Call(const v1::GetStatementRequest& request);
  Reply<v1::ListEntriesResponse> Call(const v1::ListEntriesRequest& request);
  Reply<v1::ListAccountsResponse> Call(const v1::ListAccountsRequest& request);
  Reply<v1::GetCreditLineResponse> Call(
      const v1::GetCreditLineRequest& request);
  Reply<v1::ListCreditLineChangesResponse> Call(
      const v1::ListCreditLineChangesRequest& request);
  Reply<v1::SetCreditLineResponse> Call(
      const v1::SetCreditLineRequest& request);
  Reply<v1::GetTradeResponse> Call(const v1::GetTradeRequest& request);
  Reply<v1::ListTradesResponse> Call(const v1::ListTradesRequest& request);
  Reply<v1::CreateTradeResponse> Call(const v1::CreateTradeRequest& request);
  Reply<v1::BatchCreateTradesResponse> Call(
      const v1::BatchCreateTradesRequest& request);
  Reply<v1::AcceptTradeResponse> Call(const v1::AcceptTradeRequest& request);
  Reply<v1::DeclineTradeResponse> Call(const v1::DeclineTradeRequest& request);
  Reply<v1::ReverseTradeResponse> Call(const v1::ReverseTradeRequest& request);
  Reply<v1::WithdrawTradeResponse> Call(
      const v1::WithdrawTradeRequest& request);
  Reply<v1::AuthoriseTradeResponse> Call(
      const v1::AuthoriseTradeRequest& request);
  Reply<v1::SettleTradeResponse> Call(const v1::SettleTradeRequest& request);
  Reply<v1::ReleaseTradeResponse> Call(const v1::ReleaseTradeRequest& request);

  Reply<v1::GetHeadResponse> Call(const v1::GetHeadRequest& request);
  Reply<v1::ProveInclusionResponse> Call(
      const v1::ProveInclusionRequest& request);
  Reply<v1::ProveConsistencyResponse> Call(
      const v1::ProveConsistencyRequest& request);
  Reply<v1::ListHeadKeysResponse> Call(const v1::ListHeadKeysRequest& request);
  Reply<v1::RotateHeadKeyResponse> Call(
      const v1::RotateHeadKeyRequest& request);

  Reply<v1::CreateApiKeyResponse> Call(const v1::CreateApiKeyRequest& request);
  Reply<v1::GetApiKeyResponse> Call(const v1::GetApiKeyRequest& request);
  Reply<v1::ListApiKeysResponse> Call(const v1::ListApiKeysRequest& request);
  Reply<v1::RotateApiKeyResponse> Call(const v1::RotateApiKeyRequest& request);
  Reply<v1::RevokeApiKeyResponse> Call(const v1::RevokeApiKeyRequest& request);

  Reply<v1::CreateWebhookResponse> Call(
      const v1::CreateWebhookRequest& request);
  Reply<v1::GetWebhookResponse> Call(const v1::GetWebhookRequest& request);
  Reply<v1::ListWebhooksResponse> Call(const v1::ListWebhooksRequest& request);
  Reply<v1::DeleteWebhookResponse> Call(
      const v1::DeleteWebhookRequest& request);
  Reply<v1::PauseWebhookResponse> Call(const v1::PauseWebhookRequest& request);
  Reply<v1::ResumeWebhookResponse> Call(
      const v1::ResumeWebhookRequest& request);
  Reply<v1::ListDeadLettersResponse> Call(
      const v1::ListDeadLettersRequest& request);
  Reply<v1::ResendDeadLetterResponse> Call(
      const v1::ResendDeadLetterRequest& request);
  Reply<v1::SkipDeadLetterResponse> Call(
      const v1::SkipDeadLetterRequest& request);

  // The files of an export, by name; the last is the manifest.
  struct Export {
    grpc::Status status;
    std::vector<std::pair<std::string, std::string>> files;
  };
  Export Call(const v1::ExportRequest& request);

  Reply<v1::VerifyResponse> Call(const v1::VerifyRequest& request);
  Reply<v1::GetOperationResponse> Call(const v1::GetOperationRequest& request);
  Reply<v1::ListOperationsResponse> Call(
      const v1::ListOperationsRequest& request);
  Reply<v1::CancelOperationResponse> Call(
      const v1::CancelOperationRequest& request);

  // Verifies a network and waits for the end; fails the test if there is no
  // report.
  v1::VerifyReport Verify(const std::string& id = "res");

  // The same with a deadline, `left` from now.
  void set_deadline(absl::Duration left) { deadline_ = left; }

  // From now on calls come with this key; empty for none.
  void set_key(const std::string& key) { key_ = key; }
  const std::string& key() const { return key_; }

  // The key of who runs the server. Without a key calls are the local
  // operator's too, but for those after DistrustAnybody(), which starts anew.
  const std::string& server_key() const { return server_key_; }
  void DistrustAnybody() {
    trust_anybody_ = false;
    Restart();
  }

  // Balance of the account of a member of `res`.
  int64_t BalanceOf(const std::string& member);

 private:
  void Start();
  void Stop();
  std::unique_ptr<grpc::ClientContext> NewContext() const;
  template <typename Service, typename Request, typename Response>
  Reply<Response> Invoke(grpc::Status (Service::*method)(grpc::ClientContext*,
                                                         const Request&,
                                                         Response*),
                         Service& stub, const Request& request);

  const engine::Engine::Options options_;
  Server::Options server_options_;
  TemporaryDirectory directory_;
  ManualClock clock_;
  std::unique_ptr<Log> log_;
  Metrics metrics_;
  std::unique_ptr<DataDirectory> data_;
  std::unique_ptr<NetworkRegistry> networks_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  absl::Duration deadline_ = absl::Seconds(50);
  const std::string server_key_ = NewServerKey();
  std::string key_;
  bool trust_anybody_ = true;
};

// Requests in few words, for network `res`. Ids of requests are given by the
// caller, since they are what many tests are about.
v1::CreateTradeRequest TradeRequest(const std::string& request_id,
                                    const std::string& seller,
                                    const std::string& buyer, int64_t units,
                                    v1::Trade::Initiator initiator);
inline v1::CreateTradeRequest Sale(const std::string& request_id,
                                   int64_t units) {
  return TradeRequest(request_id, "imprimerie", "boulangerie", units,
                      v1::Trade::BUYER);
}
inline v1::CreateTradeRequest Proposal(const std::string& request_id,
                                       int64_t units) {
  return TradeRequest(request_id, "imprimerie", "boulangerie", units,
                      v1::Trade::SELLER);
}
v1::CreateMemberRequest MemberRequest(const std::string& request_id,
                                      const std::string& id);
v1::CreateNetworkRequest NetworkRequest(const std::string& request_id,
                                        const std::string& id);
v1::SetCreditLineRequest LineRequest(const std::string& request_id,
                                     const std::string& member, int64_t line);

}  // namespace skontro::server

#endif  // SKONTRO_TESTS_SERVER_SCENE_H_
