// Members to and from the wire.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONVERT_MEMBER_H_
#define SKONTRO_SERVER_CONVERT_MEMBER_H_

#include <string>

#include "engine/command.h"
#include "engine/index_reader.h"
#include "server/form.h"
#include "skontro/v1/member_service.pb.h"

namespace skontro::server {

// The command of the request; texts without salts. What is wrong with it goes
// to `form`.
engine::CreateMember ReadMember(const v1::CreateMemberRequest& request,
                                Form* form);

void WriteMember(const std::string& network,
                 const engine::MemberProfile& profile, v1::Member* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_MEMBER_H_
