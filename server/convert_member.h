// Members to and from the wire.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONVERT_MEMBER_H_
#define SKONTRO_SERVER_CONVERT_MEMBER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/command.h"
#include "engine/index_reader.h"
#include "engine/row.h"
#include "ledger/record.h"
#include "ledger/storage/store.h"
#include "server/form.h"
#include "skontro/v1/member_service.pb.h"

namespace skontro::server {

// The commands of requests; texts without salts. What is wrong with them goes
// to `form`.
engine::CreateMember ReadMember(const v1::CreateMemberRequest& request,
                                Form* form);

engine::ChangeMemberStatus ReadStatusChange(
    const v1::ChangeMemberStatusRequest& request, std::string_view member,
    Form* form);

// Where a membership stands.
void WriteStanding(const engine::Standing& standing, v1::Member* out);

// The change that the record `sequence` made, with its reason if that was not
// erased. Returns an error of the disk.
absl::Status WriteStatusChange(const ledger::Snapshot& snapshot,
                               ledger::Sequence sequence,
                               const engine::MemberStatusRow& row,
                               v1::MemberStatusChange* out);

void WriteMember(const std::string& network,
                 const engine::MemberProfile& profile, v1::Member* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_MEMBER_H_
