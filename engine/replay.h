// Replay reads a journal back into a State, from its beginning or from a
// checkpoint on, and compares every state digest on the way.
//
// Thread safety: pure functions of the snapshot; what they fill belongs to one
// thread.

#ifndef SKONTRO_ENGINE_REPLAY_H_
#define SKONTRO_ENGINE_REPLAY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/state.h"
#include "ledger/record_codec.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

// The state after some record, and whose journal it is from.
struct Replayed {
  ledger::NetworkUid uid{};
  std::unique_ptr<State> state;
  ledger::Digest digest{};  // Of the record at state->sequence().
};

// Returns the state after the first record. Returns NOT_FOUND for a store
// without a journal, DATA_LOSS for one that does not begin with a genesis, and
// the errors of JournalReader.
absl::StatusOr<Replayed> BeginReplay(const ledger::Snapshot& snapshot,
                                     uint64_t digest_interval);

// Applies every record behind the state to it. `go_on` is called after each
// batch and may be empty; where it returns false the replay stops and returns
// CANCELLED.
//
// Returns DATA_LOSS, naming the sequence, where the journal is damaged, where
// it has not got the record that the state is after, and where a state digest
// is not that of the state; what is in `replayed` is then of no use.
absl::Status RollForward(const ledger::Snapshot& snapshot,
                         const std::function<bool(Sequence)>& go_on,
                         Replayed* replayed);

// How a start comes along, for a log.
struct StartProgress {
  enum class Step {
    kCheckpoint,         // It begins with the checkpoint at `sequence`.
    kCheckpointIgnored,  // The one at `sequence` cannot be used; see `why`.
    kReplay,             // The journal is read up to `sequence`.
    kProjection,         // The projections include `sequence`.
  };
  Step step = Step::kReplay;
  Sequence sequence{};
  Sequence last{};  // The end of the journal.
  std::string why;
};
using OnStart = std::function<void(const StartProgress&)>;

struct RecoverOptions {
  bool use_checkpoints = true;
  uint64_t digest_interval = kDigestInterval;
};

// A replay to the end of the journal.
struct Recovered {
  Replayed replayed;
  Sequence checkpoint{};  // Where it began; 0 for the beginning.
};

// Returns the state at the end of the journal: the newest checkpoint that fits
// the journal, rolled forward, or the whole journal. A checkpoint that does not
// fit, or from which the journal cannot be rolled forward, is told and ignored.
// The callbacks may be empty; `go_on` is that of RollForward().
absl::StatusOr<Recovered> Recover(const ledger::Snapshot& snapshot,
                                  const RecoverOptions& options,
                                  const OnStart& on_start,
                                  const std::function<bool(Sequence)>& go_on);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_REPLAY_H_
