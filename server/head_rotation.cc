#include "server/head_rotation.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include "engine/index_reader.h"
#include "ledger/base/status.h"
#include "server/convert_outcome.h"
#include "server/proof_reader.h"
#include "server/record_reader.h"

namespace skontro::server {
namespace {

absl::StatusOr<engine::Answer> SubmitAndWait(Network* network,
                                             engine::Command command) {
  absl::StatusOr<engine::Answer> result = absl::UnknownError("no answer");
  absl::Notification answered;
  network->engine().Submit(std::move(command),
                           [&](absl::StatusOr<engine::Answer> answer) {
                             result = std::move(answer);
                             answered.Notify();
                           });
  answered.WaitForNotification();
  return result;
}

// What a key that is no longer used leaves behind is destroyed; where that
// cannot be done, the operator is told.
void Destroy(Log& log, Network* network, const ledger::HeadKey& key) {
  const absl::Status status = network->head_keys().Destroy(key);
  if (status.ok()) return;
  log.Write(
      LogLevel::kError, "head_key_not_destroyed",
      {{"network", network->id()}, {"error", std::string(status.message())}});
}

absl::Status Fill(const engine::Answer& answer, const ledger::ReadView& view,
                  v1::RotateHeadKeyResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<engine::HeadKeyRow> row,
                           engine::HeadKeyAt(*view.snapshot, answer.sequence));
  if (!row.has_value() || row->sequence != answer.sequence) {
    return JournalBroken(
        answer.sequence,
        absl::DataLossError("a row of the family head_key is missing"));
  }
  WriteHeadKey(*row, response->mutable_key());
  RecordReader records(view.snapshot);
  return WriteOutcome(answer, &records, response->mutable_outcome());
}

}  // namespace

absl::Status RotateNow(Log& log, Network* network, engine::Command command,
                       v1::RotateHeadKeyResponse* response) {
  if (command.validate_only) {
    command.body = engine::SetHeadKey{};
    SKONTRO_ASSIGN_OR_RETURN(const engine::Answer preview,
                             SubmitAndWait(network, std::move(command)));
    WritePreview(preview, response->mutable_outcome());
    return absl::OkStatus();
  }
  const absl::MutexLock lock(&network->rotation());
  const ledger::ReadView before = network->engine().view();
  SKONTRO_ASSIGN_OR_RETURN(
      const std::optional<engine::HeadKeyRow> old_key,
      engine::HeadKeyAt(*before.snapshot, before.sequence));
  SKONTRO_ASSIGN_OR_RETURN(const ledger::HeadKey key,
                           network->head_keys().Make());
  command.body = engine::SetHeadKey{std::string(key.begin(), key.end())};
  const absl::StatusOr<engine::Answer> answer =
      SubmitAndWait(network, std::move(command));
  if (!answer.ok() || answer->repeated || !answer->refusals.empty()) {
    Destroy(log, network, key);
  } else {
    if (old_key.has_value()) Destroy(log, network, old_key->key);
    log.Write(LogLevel::kInfo, "head_key_rotated",
              {{"network", network->id()},
               {"key_id", ledger::ToHex(ledger::HeadKeyId(key))}});
  }
  SKONTRO_RETURN_IF_ERROR(answer.status());
  if (!answer->refusals.empty()) return ToStatus(answer->refusals.front());
  return Fill(*answer, network->engine().view(), response);
}

}  // namespace skontro::server
