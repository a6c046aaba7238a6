// The networks of a server: opened at start, found by id, created on request.
//
// Thread safety: all methods may be called from any thread. A Network that was
// handed out lives as long as the registry.

#ifndef SKONTRO_SERVER_NETWORK_REGISTRY_H_
#define SKONTRO_SERVER_NETWORK_REGISTRY_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "engine/actor.h"
#include "server/anchor_directory.h"
#include "server/data_directory.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/network.h"

namespace skontro::server {

// What it takes to create a network: of good form.
struct NewNetwork {
  engine::Actor actor;
  std::string request_id;
  // The hashes of the request's fields under a network's request key.
  std::function<std::vector<ledger::FieldHash>(std::string_view key)>
      hash_fields;
  std::string_view (*field_name)(uint32_t number) = nullptr;
  bool validate_only = false;
  engine::NetworkCreated terms;  // The registry chooses the request key.
  int64_t time_us = 0;
};

class NetworkRegistry {
 public:
  // More would not share caches and write buffers well.
  static constexpr size_t kNetworksMax = 64;

  struct Options {
    size_t cache_bytes = 256u << 20;
    size_t write_buffer_bytes = 256u << 20;
    engine::Engine::Options engine;  // The registry gives it the anchors.
    // Where the head anchors are; empty for `anchors` in the data directory.
    std::string anchor_directory;
    ledger::HeadAnchor::Options anchor;
    // Told of every commit where there is one; must outlive the registry.
    Metrics* metrics = nullptr;
  };

  // Opens every network in `directory`, which must outlive the registry, like
  // `log`. Returns the error of the first that cannot be opened, naming it: to
  // go on without it would look as if its members' units were gone.
  static absl::StatusOr<std::unique_ptr<NetworkRegistry>> Open(
      const DataDirectory* directory, const Options& options, Log* log);

  NetworkRegistry(const NetworkRegistry&) = delete;
  NetworkRegistry& operator=(const NetworkRegistry&) = delete;

  // The network of this id, or nullptr.
  Network* Find(std::string_view id) const ABSL_LOCKS_EXCLUDED(mutex_);

  // All networks, ordered by id.
  std::vector<Network*> All() const ABSL_LOCKS_EXCLUDED(mutex_);

  struct Created {
    Network* network = nullptr;     // Nothing in a preview or a refusal.
    std::vector<Refusal> refusals;  // All of them in a preview, else the first.
  };

  // Creates the network, or finds the one that the same request created before.
  // Writes to the disk: not for a thread of gRPC. Order of the checks:
  // idempotency, permission, existence. Returns an error of the disk.
  absl::StatusOr<Created> Create(const NewNetwork& request)
      ABSL_LOCKS_EXCLUDED(creation_mutex_, mutex_);

  // Refuses later changes of every network, and later networks, with `refusal`,
  // until ResumeIntake(). See Engine::PauseIntake().
  void PauseIntake(const Refusal& refusal)
      ABSL_LOCKS_EXCLUDED(creation_mutex_, mutex_);
  void ResumeIntake() ABSL_LOCKS_EXCLUDED(creation_mutex_, mutex_);

  // Refuses later commands of every network, and later networks.
  void StopIntake() ABSL_LOCKS_EXCLUDED(creation_mutex_, mutex_);

 private:
  NetworkRegistry(const DataDirectory* directory, AnchorDirectory anchors,
                  const Options& options, Log* log);

  StoreWatch::OnCommit OnCommitOf(const std::string& id) const;
  absl::StatusOr<std::unique_ptr<Network>> OpenOne(const std::string& id);
  absl::StatusOr<std::unique_ptr<ledger::HeadAnchor>> OpenAnchor(
      const std::string& id);
  absl::StatusOr<std::unique_ptr<Network>> Make(const NewNetwork& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(creation_mutex_);
  std::vector<Refusal> CheckNew(const NewNetwork& request) const;

  const DataDirectory* const directory_;
  const AnchorDirectory anchors_;
  const Options options_;
  Log* const log_;
  ledger::RocksdbResources resources_;

  // Held while a network is created; one at a time is enough.
  absl::Mutex creation_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  bool stopped_ ABSL_GUARDED_BY(creation_mutex_) = false;
  std::optional<Refusal> paused_ ABSL_GUARDED_BY(creation_mutex_);

  mutable absl::Mutex mutex_;
  std::map<std::string, std::unique_ptr<Network>, std::less<>> networks_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_NETWORK_REGISTRY_H_
