// AuditService of proto/skontro/v1/audit_service.proto.

#ifndef SKONTRO_SERVER_AUDIT_SERVICE_H_
#define SKONTRO_SERVER_AUDIT_SERVICE_H_

#include "server/backend.h"
#include "skontro/v1/audit_service.grpc.pb.h"

namespace skontro::server {

class AuditService final : public v1::AuditService::CallbackService {
 public:
  explicit AuditService(const Backend& backend) : backend_(backend) {}

  grpc::ServerWriteReactor<v1::VerifyProgress>* Verify(
      grpc::CallbackServerContext* context,
      const v1::VerifyRequest* request) override;

 private:
  const Backend backend_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUDIT_SERVICE_H_
