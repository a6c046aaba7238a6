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

  grpc::ServerUnaryReactor* ArchiveNetwork(
      grpc::CallbackServerContext* context,
      const v1::ArchiveNetworkRequest* request,
      v1::ArchiveNetworkResponse* response) override;
  grpc::ServerUnaryReactor* RestoreNetwork(
      grpc::CallbackServerContext* context,
      const v1::RestoreNetworkRequest* request,
      v1::RestoreNetworkResponse* response) override;

 private:
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* SetArchived(grpc::CallbackServerContext* context,
                                        std::string_view method, bool archived,
                                        const Request& request,
                                        Response* response);

  const Backend backend_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_NETWORK_SERVICE_H_
