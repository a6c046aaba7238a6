#include "ledger/head_check.h"

#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"

namespace skontro::ledger {
namespace {

constexpr char kNextStep[] =
    "Stop here: start nothing on it and delete nothing. If a newer copy of the "
    "directory exists, start that one. If not, `skontro recover DATA --to "
    "COPY` lists what is missing, and lets you accept the loss";

uint64_t Number(Sequence sequence) { return static_cast<uint64_t>(sequence); }

absl::Status Behind(Sequence found, const AnchoredHead& anchored) {
  return absl::OutOfRangeError(absl::StrCat(
      "the store ends at sequence ", Number(found),
      " and the head anchor says that sequence ", Number(anchored.sequence),
      " was durable: ", Number(anchored.sequence) - Number(found),
      " records are missing. ", kNextStep));
}

}  // namespace

AnchoredHead ToAnchored(const JournalHead& head) {
  return {head.uid, /*epoch=*/0, head.sequence, head.digest, head.time_us};
}

absl::Status CheckHead(const Snapshot& snapshot, const AnchoredHead& anchored) {
  const absl::StatusOr<JournalHead> head = ReadHead(snapshot);
  if (absl::IsNotFound(head.status())) return Behind(Sequence{0}, anchored);
  SKONTRO_RETURN_IF_ERROR(head.status());
  if (head->uid != anchored.uid) {
    return absl::OutOfRangeError(absl::StrCat(
        "the head anchor is of another network than the store, which ends at "
        "sequence ",
        Number(head->sequence), " while the anchor says ",
        Number(anchored.sequence),
        ". Give each of the two back what belongs to it; each data directory "
        "needs an anchor directory of its own"));
  }
  if (head->sequence < anchored.sequence) {
    return Behind(head->sequence, anchored);
  }
  SKONTRO_ASSIGN_OR_RETURN(const ChainedRecord record,
                           ReadRecord(snapshot, anchored.sequence));
  if (record.digest != anchored.digest) {
    return absl::OutOfRangeError(absl::StrCat(
        "the store ends at sequence ", Number(head->sequence),
        " and its record ", Number(anchored.sequence),
        " is another than the one that the head anchor says was durable at "
        "sequence ",
        Number(anchored.sequence), ": it is another history. ", kNextStep));
  }
  return absl::OkStatus();
}

}  // namespace skontro::ledger
