#include "server/network_registry.h"

#include <sodium.h>

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "engine/genesis.h"
#include "engine/permission.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/head_check.h"
#include "ledger/store_journal.h"
#include "server/request_hash.h"
#include "server/resource_name.h"
#include "server/start_log.h"

namespace skontro::server {
namespace {

constexpr char kMethod[] = "NetworkService.CreateNetwork";
constexpr size_t kRequestKeyLength = 16;

int64_t Number(ledger::Sequence sequence) {
  return static_cast<int64_t>(sequence);
}

// `status` with the network that it is about.
absl::Status Named(const std::string& id, const absl::Status& status) {
  return {status.code(),
          absl::StrCat("network ", id, ": ", std::string(status.message()))};
}

}  // namespace

NetworkRegistry::NetworkRegistry(const DataDirectory* directory,
                                 AnchorDirectory anchors,
                                 const Options& options, Log* log)
    : directory_(directory),
      anchors_(std::move(anchors)),
      options_(options),
      log_(log),
      resources_(options.cache_bytes, options.write_buffer_bytes) {}

absl::StatusOr<std::unique_ptr<NetworkRegistry>> NetworkRegistry::Open(
    const DataDirectory* directory, const Options& options, Log* log) {
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                           directory->NetworkIds());
  SKONTRO_ASSIGN_OR_RETURN(
      AnchorDirectory anchors,
      AnchorDirectory::Open(options.anchor_directory.empty()
                                ? absl::StrCat(directory->path(), "/anchors")
                                : options.anchor_directory,
                            ids));
  std::unique_ptr<NetworkRegistry> registry(
      new NetworkRegistry(directory, std::move(anchors), options, log));
  for (const std::string& id : ids) {
    absl::StatusOr<std::unique_ptr<Network>> network = registry->OpenOne(id);
    if (!network.ok()) return Named(id, network.status());
    const absl::MutexLock lock(&registry->mutex_);
    registry->networks_.emplace(id, *std::move(network));
  }
  return registry;
}

StoreWatch::OnCommit NetworkRegistry::OnCommitOf(const std::string& id) const {
  if (options_.metrics == nullptr) return {};
  return [metrics = options_.metrics, id](absl::Duration took, size_t bytes) {
    metrics->Committed(id, took, bytes);
  };
}

absl::StatusOr<std::unique_ptr<Network>> NetworkRegistry::OpenOne(
    const std::string& id) {
  engine::Engine::Options options = options_.engine;
  options.on_checkpoint = [log = log_, id](const auto& report) {
    LogCheckpoint(report, id, log);
  };
  StartLog start_log(log_, id);
  SKONTRO_ASSIGN_OR_RETURN(
      std::unique_ptr<Network> network,
      Network::Open(
          directory_->NetworkPath(id), &resources_,
          [&] { return OpenAnchor(id); }, options,
          [&](const auto& progress) { start_log.Tell(progress); },
          OnCommitOf(id)));
  if (network->id() != id) {
    return absl::DataLossError(
        absl::StrCat("its directory holds the network ", network->id(),
                     "; give the directory that name back"));
  }
  start_log.Opened(network->engine().view().sequence);
  const absl::Status key = network->CheckHeadKey();
  if (!key.ok()) {
    // Trades go on; only heads cannot be signed.
    log_->Write(LogLevel::kWarning, "head_key_missing",
                {{"network", id}, {"error", std::string(key.message())}});
  }
  return network;
}

absl::StatusOr<std::unique_ptr<ledger::HeadAnchor>> NetworkRegistry::OpenAnchor(
    const std::string& id) {
  SKONTRO_ASSIGN_OR_RETURN(std::unique_ptr<ledger::HeadAnchor> anchor,
                           anchors_.OpenAnchor(id, options_.anchor));
  const ledger::AnchorContents& found = anchor->opened();
  if (found.damaged_slots > 0) {
    log_->Write(LogLevel::kWarning, "anchor_slots_passed_over",
                {{"network", id},
                 {"slots", static_cast<int64_t>(found.damaged_slots)},
                 {"anchored", Number(found.newest.sequence)}});
  }
  return anchor;
}

Network* NetworkRegistry::Find(std::string_view id) const {
  const absl::ReaderMutexLock lock(&mutex_);
  const auto found = networks_.find(id);
  return found == networks_.end() ? nullptr : found->second.get();
}

std::vector<Network*> NetworkRegistry::All() const {
  const absl::ReaderMutexLock lock(&mutex_);
  std::vector<Network*> all;
  for (const auto& [id, network] : networks_) all.push_back(network.get());
  return all;
}

absl::StatusOr<NetworkRegistry::Created> NetworkRegistry::Create(
    const NewNetwork& request) {
  const absl::MutexLock creating(&creation_mutex_);
  if (stopped_) return Created{nullptr, {{Reason::kShuttingDown, {}}}};
  if (!request.validate_only) {
    for (Network* network : All()) {
      const Network::Genesis& genesis = network->genesis();
      if (genesis.actor != request.actor.identity ||
          genesis.request_id != request.request_id) {
        continue;
      }
      const std::optional<uint32_t> field =
          FirstDifference(genesis.request_fields,
                          request.hash_fields(network->terms().request_key));
      if (!field.has_value()) return Created{network, {}};
      return Created{nullptr,
                     {{Reason::kRequestIdReused,
                       {{"request_id", request.request_id},
                        {"field", std::string(request.field_name(*field))}}}}};
    }
  }
  std::vector<Refusal> refusals = CheckNew(request);
  if (request.validate_only) return Created{nullptr, std::move(refusals)};
  if (!refusals.empty()) return Created{nullptr, {refusals.front()}};
  if (paused_.has_value()) return Created{nullptr, {*paused_}};
  SKONTRO_ASSIGN_OR_RETURN(std::unique_ptr<Network> network, Make(request));
  Network* const made = network.get();
  const absl::MutexLock lock(&mutex_);
  networks_.emplace(made->id(), std::move(network));
  return Created{made, {}};
}

std::vector<Refusal> NetworkRegistry::CheckNew(
    const NewNetwork& request) const {
  std::vector<Refusal> refusals;
  if (auto forbidden = engine::CheckPermission(request.actor, kMethod)) {
    refusals.push_back(*std::move(forbidden));
  }
  if (Find(request.terms.id) != nullptr) {
    refusals.push_back(
        {Reason::kResourceExists, {{"name", NetworkName(request.terms.id)}}});
  }
  if (All().size() >= kNetworksMax) {
    refusals.push_back(FieldInvalid(
        "network_id", request.terms.id,
        absl::StrCat("one of the ", kNetworksMax,
                     " networks that are there; a server has no more, so "
                     "start another server for the next")));
  }
  return refusals;
}

absl::StatusOr<std::unique_ptr<Network>> NetworkRegistry::Make(
    const NewNetwork& request) {
  engine::NetworkCreated terms = request.terms;
  terms.request_key.resize(kRequestKeyLength);
  randombytes_buf(terms.request_key.data(), terms.request_key.size());
  ledger::NetworkUid uid;
  randombytes_buf(uid.data(), uid.size());
  absl::TimeZone zone;
  SKONTRO_CHECK(absl::LoadTimeZone(terms.time_zone, &zone));
  const engine::GenesisRequest genesis{
      request.actor, request.request_id, request.hash_fields(terms.request_key),
      request.time_us, DayIn(zone, request.time_us)};

  // Whatever goes wrong before the rename leaves nothing behind.
  SKONTRO_RETURN_IF_ERROR(directory_->Discard(terms.id));
  SKONTRO_RETURN_IF_ERROR(anchors_.Discard(terms.id));
  absl::Cleanup discard = [&] {
    directory_->Discard(terms.id).IgnoreError();
    anchors_.Discard(terms.id).IgnoreError();
  };
  {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::unique_ptr<ledger::RocksdbStore> store,
        ledger::RocksdbStore::Open(directory_->CreatingPath(terms.id),
                                   ledger::OpenMode::kCreate, &resources_));
    HeadKeys keys(directory_->CreatingPath(terms.id));
    SKONTRO_ASSIGN_OR_RETURN(const ledger::HeadKey key, keys.Make());
    terms.head_key.assign(key.begin(), key.end());
    SKONTRO_RETURN_IF_ERROR(
        engine::CreateNetwork(store.get(), uid, terms, genesis));
    SKONTRO_ASSIGN_OR_RETURN(const ledger::JournalHead head,
                             ReadHead(*store->GetSnapshot()));
    SKONTRO_RETURN_IF_ERROR(anchors_.Create(terms.id, ToAnchored(head)));
  }
  SKONTRO_RETURN_IF_ERROR(directory_->Publish(terms.id));
  // From here on the network is there; a start finishes what is left to do.
  std::move(discard).Cancel();
  SKONTRO_RETURN_IF_ERROR(anchors_.Publish(terms.id));
  log_->Write(LogLevel::kInfo, "network_created", {{"network", terms.id}});
  return OpenOne(terms.id);
}

void NetworkRegistry::PauseIntake(const Refusal& refusal) {
  const absl::MutexLock creating(&creation_mutex_);
  paused_ = refusal;
  for (Network* network : All()) network->engine().PauseIntake(refusal);
}

void NetworkRegistry::ResumeIntake() {
  const absl::MutexLock creating(&creation_mutex_);
  paused_.reset();
  for (Network* network : All()) network->engine().ResumeIntake();
}

void NetworkRegistry::StopIntake() {
  const absl::MutexLock creating(&creation_mutex_);
  stopped_ = true;
  for (Network* network : All()) network->engine().StopIntake();
}

}  // namespace skontro::server
