// Finds members by the ids that documents name them by.
//
// Thread safety: functions of a Session; see there.

#ifndef SKONTRO_CLI_MEMBER_LOOKUP_H_
#define SKONTRO_CLI_MEMBER_LOOKUP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/session.h"
#include "skontro/v1/member_service.pb.h"

namespace skontro::cli {

// The members that have this VAT or company id, of the party's country where
// several have it: a company id is unique within its country only.
absl::StatusOr<std::vector<v1::Member>> MembersWith(Session& session,
                                                    const std::string& id,
                                                    const std::string& country);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_MEMBER_LOOKUP_H_
