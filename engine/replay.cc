#include "engine/replay.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/checkpoint.h"
#include "engine/event_codec.h"
#include "ledger/base/status.h"
#include "ledger/store_journal.h"

namespace skontro::engine {
namespace {

constexpr uint64_t kProgressEvery = 65'536;

absl::Status LossAt(Sequence sequence, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("sequence ", static_cast<uint64_t>(sequence), ": ", what));
}

// Whatever is in the journal is in the store, or will be before the first
// command: nothing has to be remembered of it.
absl::Status Apply(Sequence sequence, const ledger::Record& record,
                   State* state) {
  const absl::StatusOr<Event> event = DecodeEvent(record.event);
  if (!event.ok()) return LossAt(sequence, event.status().message());
  if (std::holds_alternative<NetworkCreated>(*event)) {
    return LossAt(sequence,
                  "the creation of the network is not where it must be");
  }
  const absl::Status digest = state->CheckDigest(*event);
  if (!digest.ok()) return LossAt(sequence, digest.message());
  state->Apply(record, *event, State::Recall::kNothing);
  return absl::OkStatus();
}

// Checks that the batch holds the record that the state is after, and applies
// those behind it.
absl::Status ApplyRest(const ledger::CommittedBatch& batch,
                       Replayed* replayed) {
  const Sequence at = replayed->state->sequence();
  if (at < batch.first_sequence || at > batch.last_sequence()) {
    return LossAt(at, "the journal does not have this record");
  }
  size_t rank =
      static_cast<uint64_t>(at) - static_cast<uint64_t>(batch.first_sequence);
  if (batch.digests[rank] != replayed->digest) {
    return LossAt(at, "the journal has another record here");
  }
  while (++rank < batch.records.size()) {
    SKONTRO_RETURN_IF_ERROR(Apply(ledger::Next(replayed->state->sequence()),
                                  batch.records[rank], replayed->state.get()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Replayed> BeginReplay(const ledger::Snapshot& snapshot,
                                     uint64_t digest_interval) {
  ledger::JournalReader reader(&snapshot, Sequence{1}, ledger::Trust::kCrc);
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<ledger::DecodedBatch> first,
                           reader.Next());
  if (!first.has_value()) {
    return absl::NotFoundError("the store holds no journal");
  }
  if (first->batch.first_sequence != Sequence{1}) {
    return absl::DataLossError("the journal does not begin at sequence 1");
  }
  const ledger::Record& genesis = first->batch.records.front();
  absl::StatusOr<Event> event = DecodeEvent(genesis.event);
  if (!event.ok()) return LossAt(Sequence{1}, event.status().message());
  auto* created = std::get_if<NetworkCreated>(&*event);
  if (created == nullptr || genesis.kind != ledger::RecordKind::kGenesis) {
    return LossAt(Sequence{1},
                  "the creation of the network is not where it must be");
  }
  return Replayed{
      first->uid,
      std::make_unique<State>(genesis, std::move(*created), digest_interval),
      first->batch.digests.front()};
}

absl::Status RollForward(const ledger::Snapshot& snapshot,
                         const std::function<bool(Sequence)>& go_on,
                         Replayed* replayed) {
  ledger::JournalReader reader(&snapshot, replayed->state->sequence(),
                               ledger::Trust::kCrc);
  ledger::DecodedBatch next;
  bool first = true;
  while (true) {
    SKONTRO_ASSIGN_OR_RETURN(const bool found, reader.Next(&next));
    if (!found) break;
    if (first) {
      SKONTRO_RETURN_IF_ERROR(ApplyRest(next.batch, replayed));
      first = false;
    } else {
      for (const ledger::Record& record : next.batch.records) {
        SKONTRO_RETURN_IF_ERROR(Apply(ledger::Next(replayed->state->sequence()),
                                      record, replayed->state.get()));
      }
    }
    replayed->digest = next.batch.digests.back();
    if (go_on && !go_on(replayed->state->sequence())) {
      return absl::CancelledError("the replay was stopped");
    }
  }
  if (first) {
    return LossAt(replayed->state->sequence(),
                  "the journal does not have this record");
  }
  replayed->state->CheckInvariants();
  return absl::OkStatus();
}

absl::StatusOr<Recovered> Recover(const ledger::Snapshot& snapshot,
                                  const RecoverOptions& options,
                                  const OnStart& on_start,
                                  const std::function<bool(Sequence)>& go_on) {
  SKONTRO_ASSIGN_OR_RETURN(const ledger::JournalHead head,
                           ledger::ReadHead(snapshot));
  const auto tell = [&](StartProgress::Step step, Sequence sequence,
                        absl::string_view why) {
    if (on_start) on_start({step, sequence, head.sequence, std::string(why)});
  };
  uint64_t reported = 0;
  const auto on_batch = [&](Sequence reached) {
    const uint64_t rank = static_cast<uint64_t>(reached) / kProgressEvery;
    if (rank != reported) {
      reported = rank;
      tell(StartProgress::Step::kReplay, reached, "");
    }
    return !go_on || go_on(reached);
  };

  SKONTRO_ASSIGN_OR_RETURN(Replayed genesis,
                           BeginReplay(snapshot, options.digest_interval));
  std::vector<Sequence> checkpoints;
  if (options.use_checkpoints) {
    absl::StatusOr<std::vector<Sequence>> listed = ListCheckpoints(snapshot);
    if (listed.ok()) {
      checkpoints = *std::move(listed);
    } else {
      tell(StartProgress::Step::kCheckpointIgnored, Sequence{0},
           listed.status().message());
    }
  }
  for (const Sequence sequence : checkpoints) {
    absl::StatusOr<Replayed> begin = LoadCheckpoint(
        snapshot, sequence, head.sequence, genesis, options.digest_interval);
    absl::Status status = begin.status();
    if (status.ok()) {
      tell(StartProgress::Step::kCheckpoint, sequence, "");
      reported = static_cast<uint64_t>(sequence) / kProgressEvery;
      status = RollForward(snapshot, on_batch, &*begin);
    }
    if (status.ok()) return Recovered{*std::move(begin), sequence};
    if (absl::IsCancelled(status)) return status;
    // If it is the journal that is damaged, reading it whole will say so.
    tell(StartProgress::Step::kCheckpointIgnored, sequence, status.message());
  }
  reported = 0;
  SKONTRO_RETURN_IF_ERROR(RollForward(snapshot, on_batch, &genesis));
  return Recovered{std::move(genesis), Sequence{0}};
}

}  // namespace skontro::engine
