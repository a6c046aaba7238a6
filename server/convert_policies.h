// Policies on the wire.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONVERT_POLICIES_H_
#define SKONTRO_SERVER_CONVERT_POLICIES_H_

#include <cstdint>
#include <string>

#include "engine/command.h"
#include "engine/event.h"
#include "server/form.h"
#include "skontro/v1/network_service.pb.h"

namespace skontro::server {

// The command for the request. What is wrong with its form goes to `form`.
engine::UpdatePolicies ReadPolicies(const v1::UpdatePoliciesRequest& request,
                                    Form* form);

// `time_us` is when they were set; 0 for never.
void WritePolicies(const std::string& network, const engine::PoliciesSet& set,
                   int64_t time_us, v1::Policies* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_POLICIES_H_
