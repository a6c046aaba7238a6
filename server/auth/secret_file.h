// Small files that only the server's user may read: its secret, the key of who
// runs it, private keys of certificates.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_AUTH_SECRET_FILE_H_
#define SKONTRO_SERVER_AUTH_SECRET_FILE_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::server {

// Writes a new file with mode 0600, whole and durably or not at all. Returns
// ALREADY_EXISTS where there is one, UNAVAILABLE for trouble of the disk.
absl::Status WriteSecretFile(const std::string& path, std::string_view bytes);

// The bytes of a small file. Returns NOT_FOUND where there is none,
// PERMISSION_DENIED for one that others than its owner may read (the message
// says how to mend that), UNAVAILABLE for trouble of the disk.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path);

// What the file says, made by `make` if there is no file; `made` tells.
absl::StatusOr<std::string> ReadOrMakeSecretFile(
    const std::string& path, const std::function<std::string()>& make,
    bool* made);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_SECRET_FILE_H_
