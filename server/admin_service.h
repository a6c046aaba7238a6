// AdminService of proto/skontro/v1/admin_service.proto.

#ifndef SKONTRO_SERVER_ADMIN_SERVICE_H_
#define SKONTRO_SERVER_ADMIN_SERVICE_H_

#include <utility>

#include "server/backend.h"
#include "server/status_reader.h"
#include "skontro/v1/admin_service.grpc.pb.h"

namespace skontro::server {

class AdminService final : public v1::AdminService::CallbackService {
 public:
  AdminService(const Backend& backend, StatusSource source)
      : backend_(backend), source_(std::move(source)) {}

  grpc::ServerUnaryReactor* GetServerStatus(
      grpc::CallbackServerContext* context,
      const v1::GetServerStatusRequest* request,
      v1::GetServerStatusResponse* response) override;

 private:
  const Backend backend_;
  const StatusSource source_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_ADMIN_SERVICE_H_
