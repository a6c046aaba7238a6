#include "tests/cli/fake_server.h"

#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/command_line.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace skontro::cli {
namespace {

using Context = grpc::ServerContext;

template <typename Function, typename Request, typename Response>
grpc::Status Answer(const Function& handler, const Request* request,
                    Response* response) {
  if (handler == nullptr) return {grpc::StatusCode::UNIMPLEMENTED, "not set"};
  return handler(*request, response);
}

grpc::Status GetRes(const v1::GetNetworkRequest& request,
                    v1::GetNetworkResponse* response) {
  if (request.name() != "networks/res") {
    return Refused(grpc::StatusCode::NOT_FOUND,
                   request.name() + " does not exist", "RESOURCE_NOT_FOUND",
                   {{"name", request.name()}});
  }
  v1::Network& network = *response->mutable_network();
  network.set_name("networks/res");
  network.set_display_name("RES");
  network.set_unit_code("RES");
  network.set_unit_decimals(2);
  network.set_peg_currency_code("EUR");
  network.set_peg_currency_decimals(2);
  network.mutable_parity()->set_numerator(1);
  network.mutable_parity()->set_denominator(1);
  network.set_time_zone("Europe/Brussels");
  response->set_sequence(1);
  return grpc::Status::OK;
}

class Network : public v1::NetworkService::Service {
 public:
  explicit Network(const Handlers& handlers) : handlers_(handlers) {}
  grpc::Status GetNetwork(Context*, const v1::GetNetworkRequest* request,
                          v1::GetNetworkResponse* response) override {
    return Answer(handlers_.get_network, request, response);
  }
  grpc::Status ListNetworks(Context*, const v1::ListNetworksRequest* request,
                            v1::ListNetworksResponse* response) override {
    return Answer(handlers_.list_networks, request, response);
  }
  grpc::Status CreateNetwork(Context*, const v1::CreateNetworkRequest* request,
                             v1::CreateNetworkResponse* response) override {
    return Answer(handlers_.create_network, request, response);
  }

 private:
  const Handlers& handlers_;
};

class Member : public v1::MemberService::Service {
 public:
  explicit Member(const Handlers& handlers) : handlers_(handlers) {}
  grpc::Status GetMember(Context*, const v1::GetMemberRequest* request,
                         v1::GetMemberResponse* response) override {
    return Answer(handlers_.get_member, request, response);
  }
  grpc::Status ListMembers(Context*, const v1::ListMembersRequest* request,
                           v1::ListMembersResponse* response) override {
    return Answer(handlers_.list_members, request, response);
  }
  grpc::Status CreateMember(Context*, const v1::CreateMemberRequest* request,
                            v1::CreateMemberResponse* response) override {
    return Answer(handlers_.create_member, request, response);
  }

 private:
  const Handlers& handlers_;
};

class Credit : public v1::CreditService::Service {
 public:
  explicit Credit(const Handlers& handlers) : handlers_(handlers) {}
  grpc::Status SetCreditLine(Context*, const v1::SetCreditLineRequest* request,
                             v1::SetCreditLineResponse* response) override {
    return Answer(handlers_.set_credit_line, request, response);
  }
  grpc::Status ListCreditLineChanges(
      Context*, const v1::ListCreditLineChangesRequest* request,
      v1::ListCreditLineChangesResponse* response) override {
    return Answer(handlers_.list_credit_line_changes, request, response);
  }

 private:
  const Handlers& handlers_;
};

class Account : public v1::AccountService::Service {
 public:
  explicit Account(const Handlers& handlers) : handlers_(handlers) {}
  grpc::Status GetAccount(Context*, const v1::GetAccountRequest* request,
                          v1::GetAccountResponse* response) override {
    return Answer(handlers_.get_account, request, response);
  }
  grpc::Status GetStatement(Context*, const v1::GetStatementRequest* request,
                            v1::GetStatementResponse* response) override {
    return Answer(handlers_.get_statement, request, response);
  }
  grpc::Status ListEntries(Context*, const v1::ListEntriesRequest* request,
                           v1::ListEntriesResponse* response) override {
    return Answer(handlers_.list_entries, request, response);
  }
  grpc::Status ListAccounts(Context*, const v1::ListAccountsRequest* request,
                            v1::ListAccountsResponse* response) override {
    return Answer(handlers_.list_accounts, request, response);
  }

 private:
  const Handlers& handlers_;
};

class Trade : public v1::TradeService::Service {
 public:
  explicit Trade(const Handlers& handlers) : handlers_(handlers) {}
  grpc::Status GetTrade(Context*, const v1::GetTradeRequest* request,
                        v1::GetTradeResponse* response) override {
    return Answer(handlers_.get_trade, request, response);
  }
  grpc::Status ListTrades(Context*, const v1::ListTradesRequest* request,
                          v1::ListTradesResponse* response) override {
    return Answer(handlers_.list_trades, request, response);
  }
  grpc::Status CreateTrade(Context*, const v1::CreateTradeRequest* request,
                           v1::CreateTradeResponse* response) override {
    return Answer(handlers_.create_trade, request, response);
  }
  grpc::Status AuthoriseTrade(Context*,
                              const v1::AuthoriseTradeRequest* request,
                              v1::AuthoriseTradeResponse* response) override {
    return Answer(handlers_.authorise_trade, request, response);
  }
  grpc::Status SettleTrade(Context*, const v1::SettleTradeRequest* request,
                           v1::SettleTradeResponse* response) override {
    return Answer(handlers_.settle_trade, request, response);
  }
  grpc::Status ReleaseTrade(Context*, const v1::ReleaseTradeRequest* request,
                            v1::ReleaseTradeResponse* response) override {
    return Answer(handlers_.release_trade, request, response);
  }
  grpc::Status WithdrawTrade(Context*, const v1::WithdrawTradeRequest* request,
                             v1::WithdrawTradeResponse* response) override {
    return Answer(handlers_.withdraw_trade, request, response);
  }
  grpc::Status AcceptTrade(Context*, const v1::AcceptTradeRequest* request,
                           v1::AcceptTradeResponse* response) override {
    return Answer(handlers_.accept_trade, request, response);
  }
  grpc::Status BatchCreateTrades(
      Context*, const v1::BatchCreateTradesRequest* request,
      v1::BatchCreateTradesResponse* response) override {
    return Answer(handlers_.batch_create_trades, request, response);
  }

 private:
  const Handlers& handlers_;
};

class Fiscal : public v1::FiscalService::Service {
 public:
  explicit Fiscal(const Handlers& handlers) : handlers_(handlers) {}
  grpc::Status Export(Context*, const v1::ExportRequest* request,
                      grpc::ServerWriter<v1::ExportChunk>* writer) override {
    return Answer(handlers_.export_books, request, writer);
  }

 private:
  const Handlers& handlers_;
};

class Audit : public v1::AuditService::Service {
 public:
  explicit Audit(const Handlers& handlers) : handlers_(handlers) {}
  grpc::Status Verify(Context*, const v1::VerifyRequest* request,
                      v1::VerifyResponse* response) override {
    return Answer(handlers_.verify, request, response);
  }

 private:
  const Handlers& handlers_;
};

class Operations : public v1::OperationService::Service {
 public:
  explicit Operations(const Handlers& handlers) : handlers_(handlers) {}
  grpc::Status GetOperation(Context*, const v1::GetOperationRequest* request,
                            v1::GetOperationResponse* response) override {
    return Answer(handlers_.get_operation, request, response);
  }
  grpc::Status ListOperations(Context*,
                              const v1::ListOperationsRequest* request,
                              v1::ListOperationsResponse* response) override {
    return Answer(handlers_.list_operations, request, response);
  }
  grpc::Status CancelOperation(Context*,
                               const v1::CancelOperationRequest* request,
                               v1::CancelOperationResponse* response) override {
    return Answer(handlers_.cancel_operation, request, response);
  }

 private:
  const Handlers& handlers_;
};

}  // namespace

class FakeServer::Services {
 public:
  explicit Services(const Handlers& handlers)
      : network_(handlers),
        member_(handlers),
        credit_(handlers),
        account_(handlers),
        trade_(handlers),
        fiscal_(handlers),
        operations_(handlers),
        audit_(handlers) {}

  void Register(grpc::ServerBuilder* builder) {
    builder->RegisterService(&network_);
    builder->RegisterService(&member_);
    builder->RegisterService(&credit_);
    builder->RegisterService(&account_);
    builder->RegisterService(&trade_);
    builder->RegisterService(&fiscal_);
    builder->RegisterService(&operations_);
    builder->RegisterService(&audit_);
  }

 private:
  Network network_;
  Member member_;
  Credit credit_;
  Account account_;
  Trade trade_;
  Fiscal fiscal_;
  Operations operations_;
  Audit audit_;
};

FakeServer::FakeServer()
    : handlers_(std::make_unique<Handlers>()),
      services_(std::make_unique<Services>(*handlers_)) {
  handlers_->get_network = GetRes;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  services_->Register(&builder);
  server_ = builder.BuildAndStart();
  endpoint_ = absl::StrCat("127.0.0.1:", port);
}

FakeServer::~FakeServer() { Stop(); }

void FakeServer::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

CliRun FakeServer::Run(const std::vector<std::string>& arguments) const {
  return RunCli(arguments, {{"SKONTRO_ENDPOINT", endpoint_},
                            {"SKONTRO_NETWORK", "res"},
                            {"SKONTRO_CONFIG", "/nonexistent/config"}});
}

CliRun RunCli(const std::vector<std::string>& arguments,
              const std::map<std::string, std::string>& variables) {
  std::ostringstream out;
  std::ostringstream err;
  int id = 0;
  Environment environment = {
      .out = out,
      .err = err,
      .err_is_terminal = false,
      .variable =
          [&variables](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(std::string(name));
        if (found == variables.end()) return std::nullopt;
        return found->second;
      },
      .new_request_id = [&id] { return absl::StrCat("id-", ++id); }};
  const ExitCode code = RunCommandLine(arguments, environment);
  return {code, out.str(), err.str()};
}

grpc::Status Refused(grpc::StatusCode code, const std::string& message,
                     const std::string& reason,
                     const std::map<std::string, std::string>& metadata) {
  google::rpc::Status details;
  details.set_code(code);
  details.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("skontro");
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  details.add_details()->PackFrom(info);
  return {code, message, details.SerializeAsString()};
}

}  // namespace skontro::cli
