// When the keys of a network were used last, in a file beside its books, so
// that a restart does not forget it. It is a convenience for people who look
// for keys that nobody uses: written now and then, never synced, and a line
// that is damaged is as if it were not there.
//
//   NETWORK/last_uses   one line for each key that was used: "ID MICROSECONDS",
//                       since 1970-01-01 UTC, ordered by id
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_AUTH_LAST_USE_FILE_H_
#define SKONTRO_SERVER_AUTH_LAST_USE_FILE_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"

namespace skontro::server {

// The time of the last use of each key, by its id.
using LastUses = std::map<std::string, int64_t, std::less<>>;

std::string LastUsePath(const std::string& network_directory);

// What the file says; nothing where there is none.
LastUses ReadLastUses(const std::string& path);

// Replaces the file as a whole. Returns UNAVAILABLE where that fails; the file
// is then as it was.
absl::Status WriteLastUses(const std::string& path, const LastUses& uses);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_LAST_USE_FILE_H_
