// NetworkService of proto/skontro/v1/network_service.proto.

#ifndef SKONTRO_SERVER_NETWORK_SERVICE_H_
#define SKONTRO_SERVER_NETWORK_SERVICE_H_

#include "server/backend.h"
#include "skontro/v1/network_service.grpc.pb.h"

namespace skontro::server {

class NetworkService final : public v1::NetworkService::CallbackService {
 public:
  explicit NetworkService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* GetNetwork(
      grpc::CallbackServerContext* context,
      const v1::GetNetworkRequest* request,
      v1::GetNetworkResponse* response) override;
  grpc::ServerUnaryReactor* ListNetworks(
      grpc::CallbackServerContext* context,
      const v1::ListNetworksRequest* request,
      v1::ListNetworksResponse* response) override;
  grpc::ServerUnaryReactor* CreateNetwork(
      grpc::CallbackServerContext* context,
      const v1::CreateNetworkRequest* request,
      v1::CreateNetworkResponse* response) override;
  grpc::ServerUnaryReactor* GetPolicies(
      grpc::CallbackServerContext* context,
      const v1::GetPoliciesRequest* request,
      v1::GetPoliciesResponse* response) override;
  grpc::ServerUnaryReactor* UpdatePolicies(
      grpc::CallbackServerContext* context,
      const v1::UpdatePoliciesRequest* request,
      v1::UpdatePoliciesResponse* response) override;

 private:
  const Backend backend_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_NETWORK_SERVICE_H_
