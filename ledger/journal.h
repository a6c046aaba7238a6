// A Journal is the append-only, hash-chained sequence of records from which
// everything else can be rebuilt. docs/journal_format.md describes its bytes.
//
// Thread safety: one thread at a time may call Append(); the const methods may
// be called from any thread.

#ifndef SKONTRO_LEDGER_JOURNAL_H_
#define SKONTRO_LEDGER_JOURNAL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/record.h"
#include "ledger/record_codec.h"

namespace skontro::ledger {

// Records that are decided and not yet in the journal.
struct PendingBatch {
  std::vector<Record> records;
  std::vector<std::string> payloads;  // EncodePayload() of each record.
  std::vector<PersonalRow> personal;  // Of these records.
};

// What became of a batch. kDeposed: another writer has taken over; the batch is
// not, and never will be, in the journal. An embedded journal is never deposed.
enum class AppendOutcome { kDurable, kDeposed };

class Journal {
 public:
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Waits for the batches that were appended.
  virtual ~Journal() = default;

  // Appends the records of `pending` as one batch, all of them or none, and
  // returns at once with the batch as it will be, digests included. `done` is
  // called once, on a thread of the journal: with kDurable when the batch
  // survives a crash of the machine. Batches become durable in the order of the
  // calls. A write that fails stops the process: memory would be ahead of disk.
  //
  // REQUIRES: 1 to kBatchRecordsMax records as EncodeBatch() wants them, which
  // go on from the newest in time and booking day; personal rows of these
  // records; fewer than depth() batches on their way.
  virtual std::shared_ptr<const CommittedBatch> Append(
      PendingBatch pending, std::function<void(AppendOutcome)> done) = 0;

  // How many batches may be on their way at once.
  virtual int depth() const = 0;

  // Sequence and digest of the newest record, durable or on its way.
  virtual Sequence last_sequence() const = 0;
  virtual Digest last_digest() const = 0;

 protected:
  Journal() = default;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_JOURNAL_H_
