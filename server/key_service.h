// KeyService of proto/skontro/v1/key_service.proto.

#ifndef SKONTRO_SERVER_KEY_SERVICE_H_
#define SKONTRO_SERVER_KEY_SERVICE_H_

#include "server/backend.h"
#include "skontro/v1/key_service.grpc.pb.h"

namespace skontro::server {

class KeyService final : public v1::KeyService::CallbackService {
 public:
  explicit KeyService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* CreateApiKey(
      grpc::CallbackServerContext* context,
      const v1::CreateApiKeyRequest* request,
      v1::CreateApiKeyResponse* response) override;
  grpc::ServerUnaryReactor* GetApiKey(grpc::CallbackServerContext* context,
                                      const v1::GetApiKeyRequest* request,
                                      v1::GetApiKeyResponse* response) override;
  grpc::ServerUnaryReactor* ListApiKeys(
      grpc::CallbackServerContext* context,
      const v1::ListApiKeysRequest* request,
      v1::ListApiKeysResponse* response) override;
  grpc::ServerUnaryReactor* RotateApiKey(
      grpc::CallbackServerContext* context,
      const v1::RotateApiKeyRequest* request,
      v1::RotateApiKeyResponse* response) override;
  grpc::ServerUnaryReactor* RevokeApiKey(
      grpc::CallbackServerContext* context,
      const v1::RevokeApiKeyRequest* request,
      v1::RevokeApiKeyResponse* response) override;

 private:
  const Backend backend_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_KEY_SERVICE_H_
