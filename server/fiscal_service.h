// FiscalService of proto/skontro/v1/fiscal_service.proto.

#ifndef SKONTRO_SERVER_FISCAL_SERVICE_H_
#define SKONTRO_SERVER_FISCAL_SERVICE_H_

#include "server/backend.h"
#include "skontro/v1/fiscal_service.grpc.pb.h"

namespace skontro::server {

class FiscalService final : public v1::FiscalService::CallbackService {
 public:
  explicit FiscalService(const Backend& backend) : backend_(backend) {}

  grpc::ServerWriteReactor<v1::ExportChunk>* Export(
      grpc::CallbackServerContext* context,
      const v1::ExportRequest* request) override;

 private:
  const Backend backend_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_FISCAL_SERVICE_H_
