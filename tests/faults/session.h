// A Session is an engine on a store on disk, worked by one caller who waits for
// each answer: what a server is to its network, without the network.
//
// Belongs to one thread.

#ifndef SKONTRO_TESTS_FAULTS_SESSION_H_
#define SKONTRO_TESTS_FAULTS_SESSION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "ledger/anchor_slots.h"
#include "ledger/storage/rocksdb_store.h"

namespace skontro::faults {

// What a command was answered; the answer of a command that could not be asked
// is its status.
using Answers = std::vector<absl::StatusOr<engine::Answer>>;

class Session {
 public:
  // Opens the network in `directory` below the file system of `env`; of the
  // machine where there is none. Compares it first with the head that an anchor
  // holds, as a server does. Returns the errors of RocksdbStore::Open(),
  // CheckHead() and Engine::Open().
  static absl::StatusOr<std::unique_ptr<Session>> Open(
      const std::string& directory,
      const std::optional<ledger::AnchoredHead>& anchored,
      rocksdb::Env* env = nullptr);

  // A new network in `directory`, which is closed again.
  static absl::Status Create(const std::string& directory);

  // The same network in memory.
  static std::unique_ptr<Session> InMemory();

  // Stops the engine and closes the store.
  ~Session();

  // Asks for all of these with one lock, so that they are one batch, and waits.
  // `answered` is called on the journal's thread as each answer comes.
  Answers Ask(std::vector<engine::Command> commands,
              const std::function<void(const engine::Answer&)>& answered = {});

  // Stops and opens again. After an error there is nothing but to go.
  absl::Status Reopen();

  absl::Status Flush() { return store_->Flush(); }
  engine::Engine& engine() { return *engine_; }
  ledger::ReadView view() const { return engine_->view(); }

 private:
  Session() = default;

  absl::Status OpenStore();

  std::string directory_;  // Empty in memory.
  std::optional<ledger::AnchoredHead> anchored_;
  std::unique_ptr<ledger::RocksdbResources> resources_;
  std::unique_ptr<ledger::Store> store_;
  std::unique_ptr<engine::Engine> engine_;
};

// Every row that follows from the journal, one after another, or why a row
// cannot be read.
absl::StatusOr<std::string> ReadEveryRow(const ledger::Snapshot& snapshot);

// The digest of every record from the first on, recomputed from what is stored.
absl::StatusOr<std::vector<ledger::Digest>> ReadDigests(
    const ledger::Snapshot& snapshot);

}  // namespace skontro::faults

#endif  // SKONTRO_TESTS_FAULTS_SESSION_H_
