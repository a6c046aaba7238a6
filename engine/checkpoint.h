// A checkpoint is a State in the store, so that a start reads the journal from
// there on only. It is never trusted more than the journal: one that is
// damaged, half written, of another format or of another journal is not used.
//
// Rows of the family `checkpoint` are in docs/journal_format.md. The chunks are
// made durable first, the header last: a checkpoint without a header is none.
//
// Thread safety: pure functions; one thread at a time saves.

#ifndef SKONTRO_ENGINE_CHECKPOINT_H_
#define SKONTRO_ENGINE_CHECKPOINT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/replay.h"
#include "ledger/storage/store.h"

namespace skontro::engine {

// How many are kept; the one before the newest is for a newest that is damaged.
inline constexpr size_t kCheckpointsKept = 2;

// Sequences of the checkpoints that have a header, newest first.
absl::StatusOr<std::vector<Sequence>> ListCheckpoints(
    const ledger::Snapshot& snapshot);

// Returns the state of the checkpoint at `sequence`. `genesis` is the state
// after the first record of the journal, `last` the sequence of its newest.
//
// Returns FAILED_PRECONDITION for a checkpoint that does not fit the journal
// (of another network, of a record that the journal has not got, has another of
// or has inside a batch) or is of another format, and DATA_LOSS for one that is
// damaged; the messages say which.
absl::StatusOr<Replayed> LoadCheckpoint(const ledger::Snapshot& snapshot,
                                        Sequence sequence, Sequence last,
                                        const Replayed& genesis,
                                        uint64_t digest_interval);

// Saves `state`, which is after the record with `digest` that ends a batch and
// is durable. Then lets go of what is not among the newest kCheckpointsKept.
// One at the same sequence is written again. Returns an error of the store.
absl::Status SaveCheckpoint(ledger::Store* store, const ledger::NetworkUid& uid,
                            const State& state, const ledger::Digest& digest);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_CHECKPOINT_H_
