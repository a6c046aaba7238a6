// CreditService of proto/skontro/v1/credit_service.proto.

#ifndef SKONTRO_SERVER_CREDIT_SERVICE_H_
#define SKONTRO_SERVER_CREDIT_SERVICE_H_

#include "server/backend.h"
#include "skontro/v1/credit_service.grpc.pb.h"

namespace skontro::server {

class CreditService final : public v1::CreditService::CallbackService {
 public:
  explicit CreditService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* GetCreditLine(
      grpc::CallbackServerContext* context,
      const v1::GetCreditLineRequest* request,
      v1::GetCreditLineResponse* response) override;
  grpc::ServerUnaryReactor* ListCreditLineChanges(
      grpc::CallbackServerContext* context,
      const v1::ListCreditLineChangesRequest* request,
      v1::ListCreditLineChangesResponse* response) override;
  grpc::ServerUnaryReactor* SetCreditLine(
      grpc::CallbackServerContext* context,
      const v1::SetCreditLineRequest* request,
      v1::SetCreditLineResponse* response) override;

 private:
  const Backend backend_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CREDIT_SERVICE_H_
