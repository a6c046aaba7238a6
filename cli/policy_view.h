// Policies of a network for people and programs: one table says how each is
// named, read and shown.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_POLICY_VIEW_H_
#define SKONTRO_CLI_POLICY_VIEW_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "cli/listing.h"
#include "cli/unit.h"
#include "skontro/v1/network_service.pb.h"

namespace skontro::cli {

View<v1::Policies> PoliciesView(const Unit& unit);

// The names of all policies, with commas, such as "deal-cap".
std::string PolicyNames();

// Sets the policy of that name from what a person wrote. Returns a usage
// failure for a name or value that is none.
absl::Status SetPolicy(std::string_view name, std::string_view value,
                       const Unit& unit, v1::Policies* policies);

// The policy of that name as a person reads it.
std::string PolicyText(std::string_view name, const v1::Policies& policies,
                       const Unit& unit);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_POLICY_VIEW_H_
