#include "server/network.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "engine/index_reader.h"
#include "ledger/base/status.h"
#include "ledger/head_check.h"
#include "ledger/store_journal.h"

namespace skontro::server {

absl::StatusOr<std::unique_ptr<Network>> Network::Open(
    const std::string& directory, ledger::RocksdbResources* resources,
    const AnchorOpener& open_anchor, engine::Engine::Options options,
    const engine::OnStart& on_start, StoreWatch::OnCommit on_commit) {
  std::unique_ptr<Network> network(new Network);
  network->directory_ = directory;
  SKONTRO_ASSIGN_OR_RETURN(
      network->store_, ledger::RocksdbStore::Open(
                           directory, ledger::OpenMode::kExisting, resources));
  // Before anything is written: a store that lost records stays as it is.
  SKONTRO_ASSIGN_OR_RETURN(network->anchor_, open_anchor());
  SKONTRO_RETURN_IF_ERROR(CheckHead(*network->store_->GetSnapshot(),
                                    network->anchor_->opened().newest));
  network->store_watch_ =
      std::make_unique<StoreWatch>(network->store_.get(), std::move(on_commit));
  options.anchor = network->anchor_.get();
  SKONTRO_ASSIGN_OR_RETURN(
      network->engine_,
      engine::Engine::Open(network->store_watch_.get(), options, on_start));
  const std::string& zone = network->terms().time_zone;
  if (!absl::LoadTimeZone(zone, &network->zone_)) {
    return absl::FailedPreconditionError(
        absl::StrCat("this machine does not know the time zone ", zone,
                     " of the network; install the time zone data"));
  }
  network->head_keys_ = std::make_unique<HeadKeys>(directory);
  network->head_signer_ = std::make_unique<HeadSigner>(
      network->head_keys_.get(), network->engine_->uid(), network->id());
  network->key_ring_ =
      std::make_unique<KeyRing>(network->engine_.get(), LastUsePath(directory));
  SKONTRO_RETURN_IF_ERROR(network->key_ring_->Reload());
  const std::shared_ptr<const ledger::Snapshot> snapshot =
      network->engine_->view().snapshot;
  SKONTRO_ASSIGN_OR_RETURN(const ledger::ChainedRecord first,
                           ReadRecord(*snapshot, ledger::Sequence{1}));
  network->genesis_ = {first.record.time_us, first.digest, first.record.actor,
                       first.record.request_id, first.record.request_fields};
  return network;
}

absl::Status Network::CheckHeadKey() const {
  const ledger::ReadView view = engine_->view();
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<engine::HeadKeyRow> row,
                           engine::HeadKeyAt(*view.snapshot, view.sequence));
  if (!row.has_value()) {
    return absl::NotFoundError(
        "the network has no key for heads; make one with: skontro head "
        "rotate-key");
  }
  return head_keys_->Find(row->key).status();
}

ledger::CivilDate Network::DayOf(int64_t time_us) const {
  return DayIn(zone_, time_us);
}

ledger::CivilDate DayIn(absl::TimeZone zone, int64_t time_us) {
  const absl::CivilDay day =
      absl::ToCivilDay(absl::FromUnixMicros(time_us), zone);
  return ledger::CivilDate::FromDays(
      static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1)));
}

}  // namespace skontro::server
