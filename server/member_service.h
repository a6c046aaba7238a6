// MemberService of proto/skontro/v1/member_service.proto.

#ifndef SKONTRO_SERVER_MEMBER_SERVICE_H_
#define SKONTRO_SERVER_MEMBER_SERVICE_H_

#include "server/backend.h"
#include "skontro/v1/member_service.grpc.pb.h"

namespace skontro::server {

class MemberService final : public v1::MemberService::CallbackService {
 public:
  explicit MemberService(const Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* GetMember(grpc::CallbackServerContext* context,
                                      const v1::GetMemberRequest* request,
                                      v1::GetMemberResponse* response) override;
  grpc::ServerUnaryReactor* ListMembers(
      grpc::CallbackServerContext* context,
      const v1::ListMembersRequest* request,
      v1::ListMembersResponse* response) override;
  grpc::ServerUnaryReactor* CreateMember(
      grpc::CallbackServerContext* context,
      const v1::CreateMemberRequest* request,
      v1::CreateMemberResponse* response) override;
  grpc::ServerUnaryReactor* ChangeMemberStatus(
      grpc::CallbackServerContext* context,
      const v1::ChangeMemberStatusRequest* request,
      v1::ChangeMemberStatusResponse* response) override;
  grpc::ServerUnaryReactor* ListMemberStatusChanges(
      grpc::CallbackServerContext* context,
      const v1::ListMemberStatusChangesRequest* request,
      v1::ListMemberStatusChangesResponse* response) override;

 private:
  const Backend backend_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_MEMBER_SERVICE_H_
