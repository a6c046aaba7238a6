// AuditService of proto/skontro/v1/audit_service.proto.

#ifndef SKONTRO_SERVER_AUDIT_SERVICE_H_
#define SKONTRO_SERVER_AUDIT_SERVICE_H_

#include "server/backend.h"
#include "skontro/v1/audit_service.grpc.pb.h"

namespace skontro::server {

class AuditService final : public v1::AuditService::CallbackService {
 public:
  explicit AuditService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* Verify(grpc::CallbackServerContext* context,
                                   const v1::VerifyRequest* request,
                                   v1::VerifyResponse* response) override;

  grpc::ServerUnaryReactor* GetHead(grpc::CallbackServerContext* context,
                                    const v1::GetHeadRequest* request,
                                    v1::GetHeadResponse* response) override;
  grpc::ServerUnaryReactor* ProveInclusion(
      grpc::CallbackServerContext* context,
      const v1::ProveInclusionRequest* request,
      v1::ProveInclusionResponse* response) override;
  grpc::ServerUnaryReactor* ProveConsistency(
      grpc::CallbackServerContext* context,
      const v1::ProveConsistencyRequest* request,
      v1::ProveConsistencyResponse* response) override;
  grpc::ServerUnaryReactor* ListHeadKeys(
      grpc::CallbackServerContext* context,
      const v1::ListHeadKeysRequest* request,
      v1::ListHeadKeysResponse* response) override;
  grpc::ServerUnaryReactor* RotateHeadKey(
      grpc::CallbackServerContext* context,
      const v1::RotateHeadKeyRequest* request,
      v1::RotateHeadKeyResponse* response) override;

 private:
  const Backend backend_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUDIT_SERVICE_H_
