#include "server/record_reader.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"
#include "ledger/store_journal.h"

namespace skontro::server {

absl::Status JournalBroken(ledger::Sequence sequence,
                           const absl::Status& status) {
  if (status.code() != absl::StatusCode::kDataLoss) return status;
  const absl::Status reason =
      ToStatus({Reason::kJournalChainBroken,
                {{"sequence", absl::StrCat(static_cast<uint64_t>(sequence))}}});
  absl::Status both(status.code(), status.message());
  reason.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    both.SetPayload(url, payload);
  });
  return both;
}

absl::StatusOr<const ledger::Record*> RecordReader::RecordAt(
    ledger::Sequence sequence) {
  SKONTRO_ASSIGN_OR_RETURN(const size_t place, Load(sequence));
  return &batch_->records[place];
}

absl::StatusOr<ledger::Digest> RecordReader::DigestAt(
    ledger::Sequence sequence) {
  SKONTRO_ASSIGN_OR_RETURN(const size_t place, Load(sequence));
  return batch_->digests[place];
}

absl::StatusOr<size_t> RecordReader::Load(ledger::Sequence sequence) {
  if (!batch_.has_value() || sequence < batch_->first_sequence ||
      sequence > batch_->last_sequence()) {
    ledger::JournalReader reader(snapshot_.get(), sequence,
                                 ledger::Trust::kCrc);
    absl::StatusOr<std::optional<ledger::DecodedBatch>> next = reader.Next();
    if (!next.ok()) return JournalBroken(sequence, next.status());
    batch_.reset();
    if (!next->has_value() || sequence < (*next)->batch.first_sequence ||
        sequence > (*next)->batch.last_sequence()) {
      return JournalBroken(sequence, absl::DataLossError(absl::StrCat(
                                         "the journal has no sequence ",
                                         static_cast<uint64_t>(sequence))));
    }
    batch_ = std::move((*next)->batch);
  }
  return static_cast<size_t>(static_cast<uint64_t>(sequence) -
                             static_cast<uint64_t>(batch_->first_sequence));
}

}  // namespace skontro::server
