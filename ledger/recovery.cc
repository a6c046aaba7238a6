#include "ledger/recovery.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/synchronization/notification.h"
#include "ledger/base/status.h"
#include "ledger/head_check.h"
#include "ledger/recovery_codec.h"
#include "ledger/store_journal.h"

namespace skontro::ledger {
namespace {

RecoveryAccepted EventOf(const JournalHead& found,
                         const Acceptance& acceptance) {
  RecoveryAccepted event;
  if (acceptance.anchored.has_value()) {
    event.anchored = {acceptance.anchored->sequence,
                      acceptance.anchored->digest,
                      acceptance.anchored->time_us};
  }
  event.found = {found.sequence, found.digest, found.time_us};
  event.stored_sequence = std::max(found.sequence, acceptance.stored_sequence);
  return event;
}

// The record behind `found`, with its texts.
PendingBatch BatchOf(const JournalHead& found, const Acceptance& acceptance) {
  Record record;
  record.kind = RecordKind::kRecovery;
  record.time_us = RecoveryTime(found.time_us, acceptance);
  record.booking_date = std::max(found.booking_date, acceptance.booking_date);
  record.actor = acceptance.actor;
  record.event = EncodeRecoveryEvent(EventOf(found, acceptance));
  record.commitments = {
      {kSubjectNobody, kRecoveryReasonField,
       CommitmentOf(acceptance.reason_salt, acceptance.reason)},
      {kSubjectNobody, kRecoveryAuthorField,
       CommitmentOf(acceptance.author_salt, acceptance.author)}};
  PendingBatch batch;
  batch.payloads = {EncodePayload(record)};
  batch.records = {std::move(record)};
  const Sequence sequence = ledger::Next(found.sequence);
  batch.personal = {{kSubjectNobody, sequence, kRecoveryReasonField,
                     acceptance.reason_salt, acceptance.reason},
                    {kSubjectNobody, sequence, kRecoveryAuthorField,
                     acceptance.author_salt, acceptance.author}};
  return batch;
}

}  // namespace

int64_t RecoveryTime(int64_t found_time_us, const Acceptance& acceptance) {
  const int64_t last =
      acceptance.anchored.has_value()
          ? std::max(found_time_us, acceptance.anchored->time_us)
          : found_time_us;
  return std::max(acceptance.time_us, last + 1);
}

absl::StatusOr<AnchoredHead> AcceptRecovery(Store* store,
                                            const Acceptance& acceptance) {
  SKONTRO_ASSIGN_OR_RETURN(const JournalHead found,
                           ReadHead(*store->GetSnapshot()));
  {
    SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<StoreJournal> journal,
                             StoreJournal::Open(store));
    absl::Notification durable;
    journal->Append(BatchOf(found, acceptance),
                    [&](AppendOutcome) { durable.Notify(); });
    durable.WaitForNotification();
  }
  SKONTRO_ASSIGN_OR_RETURN(const JournalHead after,
                           ReadHead(*store->GetSnapshot()));
  return ToAnchored(after);
}

}  // namespace skontro::ledger
