// What a service manager is told: systemd, or another that names a socket in
// NOTIFY_SOCKET (sd_notify(3) describes the protocol: one datagram, lines of
// NAME=VALUE). libsystemd is not linked for that one datagram.
//
// Thread safety: may be called from any thread.

#ifndef SKONTRO_SERVER_SERVICE_MANAGER_H_
#define SKONTRO_SERVER_SERVICE_MANAGER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace skontro::server {

// It serves; it is about to end.
inline constexpr std::string_view kServiceReady = "READY=1\nSTATUS=serving";
inline constexpr std::string_view kServiceStopping =
    "STOPPING=1\nSTATUS=finishing what was accepted";

// It may take so much longer, from now on, until the next word of it or its
// end; a manager that has more patience anyway keeps that.
std::string ServiceNeeds(absl::Duration time);

// Tells the service manager, if there is one. Returns INVALID_ARGUMENT for a
// NOTIFY_SOCKET that is none, UNAVAILABLE where nobody takes it; whoever waits
// for word will then give up, so it is worth a line of the log.
absl::Status TellServiceManager(std::string_view state);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_SERVICE_MANAGER_H_
