// A RecordReader finds records of a journal by sequence, and is quick about it
// where one is near the last: it keeps the batch that it read last.
//
// Thread safety: none; one thread owns it.

#ifndef SKONTRO_SERVER_RECORD_READER_H_
#define SKONTRO_SERVER_RECORD_READER_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/record.h"
#include "ledger/storage/store.h"

namespace skontro::server {

// `status`, and if it says that the journal is damaged, JOURNAL_CHAIN_BROKEN
// for the client with the words for the log.
absl::Status JournalBroken(ledger::Sequence sequence,
                           const absl::Status& status);

class RecordReader {
 public:
  explicit RecordReader(std::shared_ptr<const ledger::Snapshot> snapshot)
      : snapshot_(std::move(snapshot)) {}

  const ledger::Snapshot& snapshot() const { return *snapshot_; }

  // Return JOURNAL_CHAIN_BROKEN where the journal is damaged or has not got to
  // that sequence, or an error of the disk. The record is there until the next
  // call.
  absl::StatusOr<const ledger::Record*> RecordAt(ledger::Sequence sequence);
  absl::StatusOr<ledger::Digest> DigestAt(ledger::Sequence sequence);

 private:
  // Sees to it that `batch_` holds `sequence`; its place there.
  absl::StatusOr<size_t> Load(ledger::Sequence sequence);

  const std::shared_ptr<const ledger::Snapshot> snapshot_;
  std::optional<ledger::CommittedBatch> batch_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_RECORD_READER_H_
