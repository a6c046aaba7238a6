// The secret halves of the keys that a network signs its heads with: one file
// each in the network's folder `keys`, beside the store and not in it, named by
// the id of the key. Whoever has such a file can sign heads in the network's
// name, so only the server's user may read it.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_HEAD_KEYS_H_
#define SKONTRO_SERVER_HEAD_KEYS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "ledger/signed_head.h"

namespace skontro::server {

class HeadKeys {
 public:
  // Of the network whose directory this is. Reads nothing yet.
  explicit HeadKeys(const std::string& network_directory)
      : directory_(network_directory + "/keys") {}

  // Makes a key from random bytes and writes its file, durably. Returns an
  // error of the disk.
  absl::StatusOr<ledger::HeadKey> Make() ABSL_LOCKS_EXCLUDED(mutex_);

  // The secret half of `key`. Looks for its file at each call until it is
  // there, so that it can be put back while the server runs. Returns NOT_FOUND
  // if there is none, DATA_LOSS if its file holds something else, or an error
  // of the disk.
  absl::StatusOr<std::shared_ptr<const ledger::SigningKey>> Find(
      const ledger::HeadKey& key) ABSL_LOCKS_EXCLUDED(mutex_);

  // Destroys the file of `key`, if there is one, and forgets the key.
  absl::Status Destroy(const ledger::HeadKey& key) ABSL_LOCKS_EXCLUDED(mutex_);

  // Where the file of `key` is, or would be.
  std::string PathOf(const ledger::HeadKey& key) const;

 private:
  const std::string directory_;
  absl::Mutex mutex_;
  std::map<ledger::HeadKey, std::shared_ptr<const ledger::SigningKey>> known_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_HEAD_KEYS_H_
