// How members are shown.

#ifndef SKONTRO_CLI_MEMBER_VIEW_H_
#define SKONTRO_CLI_MEMBER_VIEW_H_

#include "cli/listing.h"
#include "skontro/v1/member_service.pb.h"

namespace skontro::cli {

View<v1::Member> MemberView();
View<v1::MemberStatusChange> MemberStatusChangeView();

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_MEMBER_VIEW_H_
