// The credentials that a server has of itself, in its data directory:
//
//   DATA/api_key_secret   what the digests of keys are made with
//   DATA/operator.key     the key of who runs the server
//
// Both are made at the first start, with mode 0600. Who can read them may do
// anything that the server can; nothing of them is in a journal or a backup.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_AUTH_CREDENTIALS_H_
#define SKONTRO_SERVER_AUTH_CREDENTIALS_H_

#include <string>

#include "absl/status/statusor.h"

namespace skontro::server {

struct Credentials {
  std::string secret;      // 32 bytes.
  std::string server_key;  // The text of a key.
  bool is_new = false;     // The key was made just now.
};

// Where the key of who runs the server is.
std::string ServerKeyPath(const std::string& data_directory);

// Reads the credentials, and makes what is not there. Returns
// FAILED_PRECONDITION for a file that does not hold what it should, and the
// errors of ReadSecretFile(). REQUIRES: the data directory is this process's.
absl::StatusOr<Credentials> LoadCredentials(const std::string& data_directory);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_CREDENTIALS_H_
