#include "ledger/journal_copy.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"

namespace skontro::ledger {
namespace {

// Enough rows for a write to cost little beside them.
constexpr size_t kWriteBytes = 4 * 1024 * 1024;

constexpr size_t kPersonalKeyLength = 20;

}  // namespace

JournalCopy::JournalCopy(Store* store, Sequence last)
    : store_(store), last_(last) {}

absl::Status JournalCopy::AddBatch(std::string_view bytes) {
  if (reached_last()) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(DecodedBatch batch,
                           DecodeBatch(bytes, Trust::kNothing));
  SKONTRO_RETURN_IF_ERROR(CheckFollows(head_, batch));
  std::string copied(bytes);
  if (last_ != Sequence{0} && batch.batch.last_sequence() > last_) {
    SKONTRO_ASSIGN_OR_RETURN(copied, CutBatch(bytes, last_));
    SKONTRO_ASSIGN_OR_RETURN(batch, DecodeBatch(copied, Trust::kNothing));
  }
  head_ = HeadAfter(batch.uid, batch.batch);
  bytes_ += copied.size();
  ++batch_count_;
  rows_.Put(Family::kJournal, JournalKey(batch.batch.first_sequence),
            std::move(copied));
  return WriteIfMuch();
}

absl::Status JournalCopy::AddPersonal(std::string_view key,
                                      std::string_view value) {
  if (key.size() != kPersonalKeyLength) {
    return absl::DataLossError("a row of personal data has a key that is none");
  }
  const Sequence sequence{ReadBigEndian<uint64_t>(key.substr(8))};
  if (last_ != Sequence{0} && sequence > last_) return absl::OkStatus();
  bytes_ += key.size() + value.size();
  ++personal_count_;
  rows_.Put(Family::kPersonal, std::string(key), std::string(value));
  return WriteIfMuch();
}

absl::StatusOr<JournalHead> JournalCopy::Finish() {
  if (!head_.has_value()) {
    return absl::NotFoundError("there is no journal to copy");
  }
  if (last_ != Sequence{0} && head_->sequence < last_) {
    return absl::OutOfRangeError(absl::StrCat(
        "the journal ends at sequence ", static_cast<uint64_t>(head_->sequence),
        ", before sequence ", static_cast<uint64_t>(last_),
        "; name one that it has"));
  }
  // The row that makes the store one: last, so that a copy that was cut short
  // is never taken for a whole one.
  SKONTRO_RETURN_IF_ERROR(WriteRows());
  AddFormatRow(&rows_);
  SKONTRO_RETURN_IF_ERROR(WriteRows());
  SKONTRO_RETURN_IF_ERROR(store_->Flush());
  return *head_;
}

absl::Status JournalCopy::WriteIfMuch() {
  return bytes_ < kWriteBytes ? absl::OkStatus() : WriteRows();
}

absl::Status JournalCopy::WriteRows() {
  if (rows_.empty()) return absl::OkStatus();
  const absl::Status written = store_->Write(rows_, Durability::kUnlogged);
  rows_ = WriteBatch();
  bytes_ = 0;
  return written;
}

}  // namespace skontro::ledger
