// OperationService of proto/skontro/v1/operation_service.proto.

#ifndef SKONTRO_SERVER_OPERATION_SERVICE_H_
#define SKONTRO_SERVER_OPERATION_SERVICE_H_

#include "server/backend.h"
#include "skontro/v1/operation_service.grpc.pb.h"

namespace skontro::server {

class OperationService final : public v1::OperationService::CallbackService {
 public:
  explicit OperationService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* GetOperation(
      grpc::CallbackServerContext* context,
      const v1::GetOperationRequest* request,
      v1::GetOperationResponse* response) override;
  grpc::ServerUnaryReactor* ListOperations(
      grpc::CallbackServerContext* context,
      const v1::ListOperationsRequest* request,
      v1::ListOperationsResponse* response) override;
  grpc::ServerUnaryReactor* CancelOperation(
      grpc::CallbackServerContext* context,
      const v1::CancelOperationRequest* request,
      v1::CancelOperationResponse* response) override;

 private:
  const Backend backend_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_OPERATION_SERVICE_H_
