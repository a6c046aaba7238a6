// AccountService of proto/skontro/v1/account_service.proto.

#ifndef SKONTRO_SERVER_ACCOUNT_SERVICE_H_
#define SKONTRO_SERVER_ACCOUNT_SERVICE_H_

#include "server/backend.h"
#include "skontro/v1/account_service.grpc.pb.h"

namespace skontro::server {

class AccountService final : public v1::AccountService::CallbackService {
 public:
  explicit AccountService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* GetAccount(
      grpc::CallbackServerContext* context,
      const v1::GetAccountRequest* request,
      v1::GetAccountResponse* response) override;
  grpc::ServerUnaryReactor* GetStatement(
      grpc::CallbackServerContext* context,
      const v1::GetStatementRequest* request,
      v1::GetStatementResponse* response) override;
  grpc::ServerUnaryReactor* ListEntries(
      grpc::CallbackServerContext* context,
      const v1::ListEntriesRequest* request,
      v1::ListEntriesResponse* response) override;
  grpc::ServerUnaryReactor* ListAccounts(
      grpc::CallbackServerContext* context,
      const v1::ListAccountsRequest* request,
      v1::ListAccountsResponse* response) override;

 private:
  const Backend backend_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_ACCOUNT_SERVICE_H_
