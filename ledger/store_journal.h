// A Journal kept in a Store: the family `journal` holds one row per batch, and
// each batch is one synced write. A thread of its own, the committer, waits for
// the disk and calls back.

#ifndef SKONTRO_LEDGER_STORE_JOURNAL_H_
#define SKONTRO_LEDGER_STORE_JOURNAL_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "ledger/head_anchor.h"
#include "ledger/journal.h"
#include "ledger/storage/store.h"

namespace skontro::ledger {

// The newest record of a journal, and whose journal it is.
struct JournalHead {
  NetworkUid uid{};
  Sequence sequence{};
  Digest digest{};
  int64_t time_us = 0;
  CivilDate booking_date;
};

class StoreJournal : public Journal {
 public:
  // Writes the first record into a store without a journal and syncs it, so
  // that Open() finds one. Returns ALREADY_EXISTS where there is one.
  // REQUIRES: `genesis` is of kind kGenesis.
  static absl::Status Create(Store* store, const NetworkUid& uid,
                             const Record& genesis,
                             const std::vector<PersonalRow>& personal);

  // Opens the journal in `store`, which must outlive it, and starts the
  // committer. Reads the newest batch only; JournalReader reads the others.
  // `anchor`, if there is one, is told of each durable head before anybody is
  // answered, and must outlive the journal; whoever gives it has compared the
  // two (CheckHead()). Returns NOT_FOUND for a store without a journal,
  // DATA_LOSS or UNIMPLEMENTED as DecodeBatch() does.
  static absl::StatusOr<std::unique_ptr<StoreJournal>> Open(
      Store* store, HeadAnchor* anchor = nullptr);

  ~StoreJournal() override;

  std::shared_ptr<const CommittedBatch> Append(
      PendingBatch pending, std::function<void(AppendOutcome)> done) override;
  int depth() const override { return kDepth; }
  Sequence last_sequence() const override;
  Digest last_digest() const override;

 private:
  // One batch is synced while the next is decided; a third would only wait.
  static constexpr int kDepth = 2;

  struct Waiting {
    WriteBatch rows;
    JournalHead head;  // With these rows.
    std::function<void(AppendOutcome)> done;
  };

  StoreJournal(Store* store, HeadAnchor* anchor, const JournalHead& head);
  void RunCommitter();

  Store* const store_;
  HeadAnchor* const anchor_;  // May be null.

  mutable absl::Mutex mutex_;
  JournalHead head_ ABSL_GUARDED_BY(mutex_);
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread committer_;  // Last: starts when everything above is ready.
};

// The head of a journal that ends with `batch`.
JournalHead HeadAfter(const NetworkUid& uid, const CommittedBatch& batch);

// OK if `next` may be the batch after `before`, or the first of a journal if
// that is nothing. Returns DATA_LOSS naming the sequences between which the
// journal is broken.
absl::Status CheckFollows(const std::optional<JournalHead>& before,
                          const DecodedBatch& next);

// The key of a batch in the family `journal`.
std::string JournalKey(Sequence first_sequence);

// Adds the row without which a store holds no journal.
void AddFormatRow(WriteBatch* rows);

// Returns the newest record of the journal in `snapshot`; NOT_FOUND if it has
// none, or as DecodeBatch() does.
absl::StatusOr<JournalHead> ReadHead(const Snapshot& snapshot);

// Reads a journal batch by batch, in order, and checks that the batches follow
// each other. Belongs to one thread; the snapshot must outlive it.
class JournalReader {
 public:
  // Starts with the batch that holds `from`; with the first if that is 0.
  JournalReader(const Snapshot* snapshot, Sequence from, Trust trust);

  // Returns the next batch, nullopt behind the last, or an error: DATA_LOSS
  // where a batch is missing, in another's place or of another journal, or as
  // DecodeBatch() does; it names the sequence. REQUIRES: no error before.
  absl::StatusOr<std::optional<DecodedBatch>> Next();

  // The same into `batch`, whose memory is used again; false behind the last.
  absl::StatusOr<bool> Next(DecodedBatch* batch);

 private:
  // Decodes the batch under the iterator and checks that it may follow.
  absl::Status Take(DecodedBatch* next);

  std::unique_ptr<Iterator> it_;
  const Trust trust_;
  const Sequence from_;
  bool started_ = false;
  std::optional<JournalHead> previous_;
};

// A record with its digest.
struct ChainedRecord {
  Record record;
  Digest digest{};
};

// Returns one record; NOT_FOUND where the journal has not got to that sequence,
// or as JournalReader does.
absl::StatusOr<ChainedRecord> ReadRecord(const Snapshot& snapshot,
                                         Sequence sequence);

// Returns the digests of `count` records from `first` on, without a look at
// what the records say. DATA_LOSS where one of them is missing, or as
// DecodeBatch(). REQUIRES: count > 0.
absl::StatusOr<std::vector<Digest>> ReadDigests(const Snapshot& snapshot,
                                                Sequence first, uint64_t count);

// Returns a text of personal data, or nullopt if it was erased.
absl::StatusOr<std::optional<std::string>> ReadPersonal(
    const Snapshot& snapshot, uint64_t subject, Sequence sequence,
    uint32_t field);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORE_JOURNAL_H_
