#include "tests/faults/session.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "engine/genesis.h"
#include "engine/replay.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/head_check.h"
#include "ledger/store_journal.h"
#include "tests/engine/commands.h"
#include "tests/engine/desk.h"

namespace skontro::faults {
namespace {

// Small: a process may have some of them open.
std::unique_ptr<ledger::RocksdbResources> NewResources(rocksdb::Env* env) {
  return std::make_unique<ledger::RocksdbResources>(
      /*cache_bytes=*/4 << 20, /*write_buffer_bytes=*/16 << 20, env);
}

// Often enough that a script has some.
constexpr uint64_t kCheckpointInterval = 50;

// Stops the process unless the checkpoint that a start would begin with, if
// there is one, leads to what the whole journal leads to.
void CompareReplays(const ledger::Snapshot& snapshot) {
  const auto whole = engine::Recover(snapshot, {false}, {}, {});
  const auto begun = engine::Recover(snapshot, {true}, {}, {});
  if (!whole.ok() || !begun.ok()) return;  // The engine will say so.
  const engine::State& a = *whole->replayed.state;
  const engine::State& b = *begun->replayed.state;
  SKONTRO_CHECK(a.sequence() == b.sequence() && a.time_us() == b.time_us() &&
                a.booking_date() == b.booking_date() &&
                a.DigestNow() == b.DigestNow());
}

}  // namespace

absl::Status Session::Create(const std::string& directory) {
  const auto resources = NewResources(nullptr);
  SKONTRO_ASSIGN_OR_RETURN(
      const auto store,
      ledger::RocksdbStore::Open(directory, ledger::OpenMode::kCreate,
                                 resources.get()));
  engine::GenesisRequest request;
  request.actor = engine::LocalOperator();
  request.request_id = "genesis";
  request.request_fields = {{1, 1}};
  request.booking_date = engine::Day(2026, 3, 2);
  request.time_us = engine::NoonOf(request.booking_date);
  return engine::CreateNetwork(store.get(), engine::kUid, engine::EuroTerms(),
                               request);
}

absl::StatusOr<std::unique_ptr<Session>> Session::Open(
    const std::string& directory,
    const std::optional<ledger::AnchoredHead>& anchored, rocksdb::Env* env) {
  std::unique_ptr<Session> session(new Session);
  session->directory_ = directory;
  session->anchored_ = anchored;
  session->resources_ = NewResources(env);
  SKONTRO_RETURN_IF_ERROR(session->OpenStore());
  return session;
}

std::unique_ptr<Session> Session::InMemory() {
  std::unique_ptr<Session> session(new Session);
  session->store_ = engine::NewNetwork(engine::EuroTerms());
  SKONTRO_CHECK(session->OpenStore().ok());
  return session;
}

absl::Status Session::OpenStore() {
  if (!directory_.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(
        store_, ledger::RocksdbStore::Open(
                    directory_, ledger::OpenMode::kExisting, resources_.get()));
  }
  if (anchored_.has_value()) {
    SKONTRO_RETURN_IF_ERROR(CheckHead(*store_->GetSnapshot(), *anchored_));
  }
  CompareReplays(*store_->GetSnapshot());
  engine::Engine::Options options;
  options.checkpoint_interval = kCheckpointInterval;
  // Rows come to the store many times in a script, and always at the same calls
  // of the file system.
  options.row_tail = {
      .move_bytes = 8 << 10, .bytes_max = 16 << 10, .own_thread = false};
  SKONTRO_ASSIGN_OR_RETURN(engine_,
                           engine::Engine::Open(store_.get(), options));
  return absl::OkStatus();
}

absl::Status Session::Reopen() {
  engine_.reset();
  if (!directory_.empty()) store_.reset();
  return OpenStore();
}

Session::~Session() {
  engine_.reset();
  store_.reset();
}

Answers Session::Ask(
    std::vector<engine::Command> commands,
    const std::function<void(const engine::Answer&)>& answered) {
  Answers answers(commands.size(), absl::UnknownError("not answered"));
  absl::BlockingCounter waiting(static_cast<int>(commands.size()));
  std::vector<engine::Reply> replies;
  for (absl::StatusOr<engine::Answer>& answer : answers) {
    replies.emplace_back([&](absl::StatusOr<engine::Answer> given) {
      if (given.ok() && answered) answered(*given);
      answer = std::move(given);
      waiting.DecrementCount();
    });
  }
  engine_->SubmitAll(std::move(commands), std::move(replies));
  waiting.Wait();
  return answers;
}

absl::StatusOr<std::string> ReadEveryRow(const ledger::Snapshot& snapshot) {
  std::string rows;
  for (size_t i = 0; i < ledger::kFamilyNames.size(); ++i) {
    // Checkpoints are no function of the journal: where they come depends on
    // when the engine stopped. What they lead to is compared by asking it.
    if (static_cast<ledger::Family>(i) == ledger::Family::kCheckpoint) continue;
    absl::StrAppend(&rows, std::string(ledger::kFamilyNames[i]), "\n");
    const std::unique_ptr<ledger::Iterator> it =
        snapshot.NewIterator(static_cast<ledger::Family>(i));
    for (it->Seek(""); it->Valid(); it->Next()) {
      absl::StrAppend(&rows, it->key().size(), ":", it->value().size(), ":");
      rows.append(it->key()).append(it->value());
    }
    SKONTRO_RETURN_IF_ERROR(it->status());
  }
  return rows;
}

absl::StatusOr<std::vector<ledger::Digest>> ReadDigests(
    const ledger::Snapshot& snapshot) {
  ledger::JournalReader reader(&snapshot, ledger::Sequence{1},
                               ledger::Trust::kNothing);
  std::vector<ledger::Digest> digests;
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(const std::optional<ledger::DecodedBatch> next,
                             reader.Next());
    if (!next.has_value()) return digests;
    digests.insert(digests.end(), next->batch.digests.begin(),
                   next->batch.digests.end());
  }
}

}  // namespace skontro::faults
