// Who may read /metrics, and of which networks: whoever runs the server, of
// all; an operator and an auditor of a network, of theirs. What is of the
// server as a whole is for each of them.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_HTTP_METRICS_ACCESS_H_
#define SKONTRO_SERVER_HTTP_METRICS_ACCESS_H_

#include <string_view>

#include "absl/status/status.h"
#include "server/auth/caller.h"

namespace skontro::server::http {

// ROLE_MISSING for who may not.
absl::Status CheckMetricsAccess(const Caller& caller);

// Whether the caller is shown what is said of a network. REQUIRES: it may read
// /metrics.
bool ShowsMetricsOf(const Caller& caller, std::string_view network);

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_METRICS_ACCESS_H_
