#include "server/head_signer.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "engine/index_reader.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"
#include "ledger/record_tree.h"
#include "server/record_reader.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

// HEAD_KEY_MISSING for the client.
absl::Status KeyMissing(const std::string& network_id,
                        const std::string& key_id) {
  return ToStatus({Reason::kHeadKeyMissing,
                   {{"network", NetworkName(network_id)}, {"key_id", key_id}}});
}

}  // namespace

absl::StatusOr<ledger::SignedHead> HeadSigner::HeadOf(
    const ledger::ReadView& view, ledger::Sequence min, int64_t now_us) {
  const absl::MutexLock lock(&mutex_);
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<engine::HeadKeyRow> row,
                           engine::HeadKeyAt(*view.snapshot, view.sequence));
  if (!row.has_value()) return KeyMissing(network_id_, "");
  const ledger::Digest key_id = ledger::HeadKeyId(row->key);
  if (last_.has_value() && last_->key_id == key_id &&
      ledger::Sequence{last_->head.size} >= min &&
      ledger::Sequence{last_->head.size} <= view.sequence &&
      now_us >= last_->head.time_us &&
      now_us - last_->head.time_us < kHeadAgeMaxUs) {
    return *last_;
  }
  const absl::StatusOr<std::shared_ptr<const ledger::SigningKey>> key =
      keys_->Find(row->key);
  if (!key.ok()) return KeyMissing(network_id_, ledger::ToHex(key_id));
  ledger::TreeHead head;
  head.uid = uid_;
  head.network_id = network_id_;
  head.size = static_cast<uint64_t>(view.sequence);
  head.time_us = now_us;
  ledger::RecordTreeReader tree(view.snapshot.get(), head.size);
  absl::StatusOr<ledger::Digest> root = RootOf(&tree, head.size);
  if (!root.ok()) return JournalBroken(view.sequence, root.status());
  head.root = *root;
  last_ = (*key)->Sign(std::move(head));
  return *last_;
}

}  // namespace skontro::server
