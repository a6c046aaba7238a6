// A JournalCopy builds, in an empty store, the journal of another place from
// its rows: whole, or up to one sequence. The bytes are taken over as they are,
// so every digest is the same; each is checked before it is written.
//
// The projections are not copied: whoever opens the store rolls them forward.
//
// Thread safety: belongs to one thread.

#ifndef SKONTRO_LEDGER_JOURNAL_COPY_H_
#define SKONTRO_LEDGER_JOURNAL_COPY_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/storage/store.h"
#include "ledger/store_journal.h"

namespace skontro::ledger {

class JournalCopy {
 public:
  // Builds in `store`, which must be empty and outlive it. `last` is the newest
  // record that is copied; 0 copies all.
  JournalCopy(Store* store, Sequence last);

  JournalCopy(const JournalCopy&) = delete;
  JournalCopy& operator=(const JournalCopy&) = delete;

  // Adds the next batch of the journal, or what of it is not behind `last`.
  // Returns DATA_LOSS, naming the sequence, for a batch that is damaged or does
  // not follow the one before; INVALID_ARGUMENT if `last` is in the middle of
  // an atomic group; an error of the store.
  absl::Status AddBatch(std::string_view bytes);

  // Adds a row of the family `personal`; one of a record behind `last` is left
  // out. Returns DATA_LOSS for a key that is none. Whether the text is the one
  // that the record commits to is not looked at: verify the copy.
  absl::Status AddPersonal(std::string_view key, std::string_view value);

  // Makes the copy survive a crash of the machine and returns its head. Returns
  // OUT_OF_RANGE if the journal ended before `last`, NOT_FOUND if there was no
  // batch at all.
  absl::StatusOr<JournalHead> Finish();

  // Nothing before the first batch.
  const std::optional<JournalHead>& head() const { return head_; }

  // What was copied so far.
  uint64_t batch_count() const { return batch_count_; }
  uint64_t personal_count() const { return personal_count_; }

  // Whether later batches will be left out.
  bool reached_last() const {
    return last_ != Sequence{0} && head_.has_value() &&
           head_->sequence >= last_;
  }

 private:
  absl::Status WriteIfMuch();
  absl::Status WriteRows();

  Store* const store_;
  const Sequence last_;
  std::optional<JournalHead> head_;
  WriteBatch rows_;
  size_t bytes_ = 0;
  uint64_t batch_count_ = 0;
  uint64_t personal_count_ = 0;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_JOURNAL_COPY_H_
