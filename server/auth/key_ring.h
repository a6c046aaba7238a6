// The keys of one network in memory, so that a call is authenticated without
// the disk. It is what the journal says: read at a start and again after every
// change of a key, before that change is answered.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_AUTH_KEY_RING_H_
#define SKONTRO_SERVER_AUTH_KEY_RING_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "engine/actor.h"
#include "engine/engine.h"
#include "ledger/digest.h"
#include "server/auth/last_use_file.h"
#include "server/client_use.h"

namespace skontro::server {

class KeyRing {
 public:
  // One key. What it is never changes; Reload() makes others.
  struct Key {
    engine::Actor actor;
    engine::CredentialKind kind = engine::CredentialKind::kSecret;
    ledger::Digest digest{};
    int64_t expire_time_us = 0;  // 0 for never.
    bool revoked = false;
    // When a call came with it last; 0 for never.
    std::shared_ptr<std::atomic<int64_t>> last_use_us;
    // What its identity uses of the server, with this key and others.
    std::shared_ptr<ClientUse> use;
  };

  // `engine` must outlive the ring, which is empty until Reload(). The file is
  // what an earlier process kept of the last uses.
  KeyRing(const engine::Engine* engine, std::string last_use_path)
      : engine_(*engine),
        last_use_path_(std::move(last_use_path)),
        kept_uses_(ReadLastUses(last_use_path_)) {}

  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  // Reads the keys as they are now. After an error of the disk there are none:
  // a key that was revoked must not go on.
  absl::Status Reload() ABSL_LOCKS_EXCLUDED(reload_mutex_, mutex_);

  // The key of this id, or of this certificate; nullptr for none.
  std::shared_ptr<const Key> Find(std::string_view id) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<const Key> FindCertificate(const ledger::Digest& sha256) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Writes the file anew, if a key was used since it was written last. Returns
  // the errors of WriteLastUses().
  absl::Status SaveLastUses() ABSL_LOCKS_EXCLUDED(save_mutex_, mutex_);

  // What each identity uses that has a key, ordered by identity.
  std::vector<std::pair<std::string, std::shared_ptr<const ClientUse>>> Uses()
      const ABSL_LOCKS_EXCLUDED(mutex_);

  // When a call came with the key last; 0 for never, as far as is known.
  int64_t LastUseUs(std::string_view id) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  int64_t KeptUse(std::string_view id) const;

  struct Table {
    absl::flat_hash_map<std::string, std::shared_ptr<const Key>> by_id;
    std::map<ledger::Digest, std::shared_ptr<const Key>> by_certificate;
    std::map<std::string, std::shared_ptr<ClientUse>> by_identity;
  };

  const engine::Engine& engine_;
  const std::string last_use_path_;
  const LastUses kept_uses_;
  // Held while the keys are read, so that an older reading never comes last.
  absl::Mutex reload_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  absl::Mutex save_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  LastUses saved_uses_ ABSL_GUARDED_BY(save_mutex_) = kept_uses_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Table> table_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const Table>();
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_KEY_RING_H_
