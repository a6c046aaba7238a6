#include "cli/member_lookup.h"

#include "ledger/base/status.h"
#include "skontro/v1/member_service.grpc.pb.h"

namespace skontro::cli {

using v1::MemberService;

absl::StatusOr<std::vector<v1::Member>> MembersWith(
    Session& session, const std::string& id, const std::string& country) {
  v1::ListMembersRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_parent(), session.NetworkInUse());
  request.set_tax_id(id);
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::ListMembersResponse response,
      session.Read<MemberService>(&MemberService::Stub::ListMembers, request));
  std::vector<v1::Member> members(response.members().begin(),
                                  response.members().end());
  if (members.size() > 1) {
    std::erase_if(members, [&](const v1::Member& member) {
      return member.country_code() != country;
    });
  }
  return members;
}

}  // namespace skontro::cli
