// How a server is, for the person who runs it: one screen, the warnings first.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_STATUS_VIEW_H_
#define SKONTRO_CLI_STATUS_VIEW_H_

#include <cstdint>
#include <string>

#include "skontro/v1/admin_service.pb.h"

namespace skontro::cli {

// The screen; with colours where a terminal shows it.
std::string StatusText(const v1::ServerStatus& status, bool in_colour = false);

// One JSON object with everything, names as in the proto.
std::string StatusJson(const v1::ServerStatus& status);

// The networks as CSV, one in a line.
std::string StatusCsv(const v1::ServerStatus& status);

// Such as "4 s", "12 min", "3 h", "9 days"; "now" below a second.
std::string AgeText(int64_t seconds);

// Such as "512 B", "4.2 MiB", "1.0 GiB".
std::string BytesText(int64_t bytes);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_STATUS_VIEW_H_
