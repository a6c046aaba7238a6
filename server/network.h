// A Network is one open network: its store, its engine, its zone, its keys.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_NETWORK_H_
#define SKONTRO_SERVER_NETWORK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/engine.h"
#include "ledger/head_anchor.h"
#include "ledger/storage/rocksdb_store.h"
#include "server/auth/key_ring.h"
#include "server/head_keys.h"
#include "server/head_signer.h"
#include "server/store_watch.h"

namespace skontro::server {

class Network {
 public:
  // What the first record says of the request that created the network.
  struct Genesis {
    int64_t time_us = 0;
    ledger::Digest digest{};
    std::string actor;
    std::string request_id;
    std::vector<ledger::FieldHash> request_fields;
  };

  // Opens its anchor, once there is a store to compare it with.
  using AnchorOpener =
      std::function<absl::StatusOr<std::unique_ptr<ledger::HeadAnchor>>()>;

  // Opens the network in `directory` and compares it with its anchor.
  // `resources` must outlive it. `on_start` is called now and then, `on_commit`
  // with every batch of records, unless it is empty.
  //
  // Returns the errors of RocksdbStore::Open(), of `open_anchor`, CheckHead()
  // and Engine::Open(); FAILED_PRECONDITION if this machine does not know its
  // time zone.
  static absl::StatusOr<std::unique_ptr<Network>> Open(
      const std::string& directory, ledger::RocksdbResources* resources,
      const AnchorOpener& open_anchor, engine::Engine::Options options,
      const engine::OnStart& on_start, StoreWatch::OnCommit on_commit = {});

  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  const std::string& id() const { return terms().id; }
  const engine::NetworkCreated& terms() const { return engine_->terms(); }
  const Genesis& genesis() const { return genesis_; }
  engine::Engine& engine() const { return *engine_; }

  // Keys and heads of the tree. Whoever sets another key holds `rotation` from
  // making it until it is known whether it is in the journal.
  HeadKeys& head_keys() const { return *head_keys_; }
  HeadSigner& head_signer() const { return *head_signer_; }

  // The keys of its clients.
  KeyRing& key_ring() const { return *key_ring_; }
  absl::Mutex& rotation() const { return rotation_; }

  // How its store is.
  ledger::StoreNumbers ReadStoreNumbers() const {
    return store_->ReadNumbers();
  }

  // Where its files are.
  const std::string& directory() const { return directory_; }

  // Whether heads can be signed; if not, why, for the operator.
  absl::Status CheckHeadKey() const;

  // The day that `time_us` falls on in the network's time zone.
  ledger::CivilDate DayOf(int64_t time_us) const;

 private:
  Network() = default;

  // In this order: what is below uses what is above.
  std::unique_ptr<ledger::RocksdbStore> store_;
  std::unique_ptr<StoreWatch> store_watch_;
  std::unique_ptr<ledger::HeadAnchor> anchor_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<HeadKeys> head_keys_;
  std::unique_ptr<HeadSigner> head_signer_;
  std::unique_ptr<KeyRing> key_ring_;
  mutable absl::Mutex rotation_;
  absl::TimeZone zone_;
  Genesis genesis_;
  std::string directory_;
};

// The day that `time_us` falls on in `zone`.
ledger::CivilDate DayIn(absl::TimeZone zone, int64_t time_us);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_NETWORK_H_
