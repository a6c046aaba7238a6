// A server of the whole API on a port of this machine, whose answers are what
// the test says, and a run of skontro against it. It knows one network, `res`,
// and answers UNIMPLEMENTED to what the test did not set.

#ifndef SKONTRO_TESTS_CLI_FAKE_SERVER_H_
#define SKONTRO_TESTS_CLI_FAKE_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "grpcpp/server.h"
#include "skontro/v1/account_service.grpc.pb.h"
#include "skontro/v1/audit_service.grpc.pb.h"
#include "skontro/v1/credit_service.grpc.pb.h"
#include "skontro/v1/fiscal_service.grpc.pb.h"
#include "skontro/v1/member_service.grpc.pb.h"
#include "skontro/v1/network_service.grpc.pb.h"
#include "skontro/v1/operation_service.grpc.pb.h"
#include "skontro/v1/trade_service.grpc.pb.h"

namespace skontro::cli {

template <typename Request, typename Response>
using Handler = std::function<grpc::Status(const Request&, Response*)>;

template <typename Request, typename Part>
using StreamHandler =
    std::function<grpc::Status(const Request&, grpc::ServerWriter<Part>*)>;

// What the server does. Set before the call that it is for.
struct Handlers {
  Handler<v1::GetNetworkRequest, v1::GetNetworkResponse> get_network;
  Handler<v1::ListNetworksRequest, v1::ListNetworksResponse> list_networks;
  Handler<v1::CreateNetworkRequest, v1::CreateNetworkResponse> create_network;
  Handler<v1::GetMemberRequest, v1::GetMemberResponse> get_member;
  Handler<v1::ListMembersRequest, v1::ListMembersResponse> list_members;
  Handler<v1::CreateMemberRequest, v1::CreateMemberResponse> create_member;
  Handler<v1::SetCreditLineRequest, v1::SetCreditLineResponse> set_credit_line;
  Handler<v1::ListCreditLineChangesRequest, v1::ListCreditLineChangesResponse>
      list_credit_line_changes;
  Handler<v1::GetAccountRequest, v1::GetAccountResponse> get_account;
  Handler<v1::GetStatementRequest, v1::GetStatementResponse> get_statement;
  Handler<v1::ListEntriesRequest, v1::ListEntriesResponse> list_entries;
  Handler<v1::ListAccountsRequest, v1::ListAccountsResponse> list_accounts;
  Handler<v1::GetTradeRequest, v1::GetTradeResponse> get_trade;
  Handler<v1::ListTradesRequest, v1::ListTradesResponse> list_trades;
  Handler<v1::CreateTradeRequest, v1::CreateTradeResponse> create_trade;
  Handler<v1::AcceptTradeRequest, v1::AcceptTradeResponse> accept_trade;
  Handler<v1::AuthoriseTradeRequest, v1::AuthoriseTradeResponse>
      authorise_trade;
  Handler<v1::SettleTradeRequest, v1::SettleTradeResponse> settle_trade;
  Handler<v1::ReleaseTradeRequest, v1::ReleaseTradeResponse> release_trade;
  Handler<v1::WithdrawTradeRequest, v1::WithdrawTradeResponse> withdraw_trade;
  Handler<v1::BatchCreateTradesRequest, v1::BatchCreateTradesResponse>
      batch_create_trades;
  StreamHandler<v1::ExportRequest, v1::ExportChunk> export_books;
  Handler<v1::VerifyRequest, v1::VerifyResponse> verify;
  Handler<v1::GetOperationRequest, v1::GetOperationResponse> get_operation;
  Handler<v1::ListOperationsRequest, v1::ListOperationsResponse>
      list_operations;
  Handler<v1::CancelOperationRequest, v1::CancelOperationResponse>
      cancel_operation;
};

// What a run printed, and how it ended.
struct CliRun {
  ExitCode code;
  std::string out;
  std::string err;
};

class FakeServer {
 public:
  FakeServer();
  ~FakeServer();

  Handlers& handlers() { return *handlers_; }
  const std::string& endpoint() const { return endpoint_; }

  // Stops listening.
  void Stop();

  // Runs skontro on the network `res` of this server, without configuration.
  // Request ids that it makes are "id-1", "id-2", ...
  CliRun Run(const std::vector<std::string>& arguments) const;

 private:
  class Services;

  std::unique_ptr<Handlers> handlers_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
  std::string endpoint_;
};

// Runs skontro with these variables of the environment and no others.
CliRun RunCli(const std::vector<std::string>& arguments,
              const std::map<std::string, std::string>& variables);

// A refusal as the server sends it.
grpc::Status Refused(grpc::StatusCode code, const std::string& message,
                     const std::string& reason,
                     const std::map<std::string, std::string>& metadata);

}  // namespace skontro::cli

#endif  // SKONTRO_TESTS_CLI_FAKE_SERVER_H_
