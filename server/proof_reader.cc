#include "server/proof_reader.h"

#include <optional>
#include <string>
#include <vector>

#include "ledger/base/status.h"
#include "ledger/record_tree.h"
#include "server/convert_amount.h"
#include "server/page.h"
#include "server/record_reader.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

using ledger::Digest;
using ledger::RecordTreeReader;
using ledger::Sequence;

uint64_t Number(Sequence sequence) { return static_cast<uint64_t>(sequence); }

void WriteHead(const ledger::SignedHead& head, v1::TreeHead* out) {
  out->set_network(NetworkName(head.head.network_id));
  out->set_network_uid(head.head.uid.data(), head.head.uid.size());
  out->set_tree_size(static_cast<int64_t>(head.head.size));
  out->set_root_hash(WireDigest(head.head.root));
  WriteTime(head.head.time_us, out->mutable_sign_time());
  out->set_key_id(WireDigest(head.key_id));
  out->set_signature(head.signature);
}

// A tree that a proof leads to: of a head, or of a size that the caller has the
// head of.
struct Target {
  uint64_t size = 0;
  Digest root{};
  std::optional<ledger::SignedHead> head;
};

absl::StatusOr<Target> TargetOf(const ReadScope& scope, Sequence size,
                                Sequence min, int64_t now_us) {
  Target target;
  if (size == Sequence{0}) {
    SKONTRO_ASSIGN_OR_RETURN(target.head, scope.network.head_signer().HeadOf(
                                              scope.view, min, now_us));
    target.size = target.head->head.size;
    target.root = target.head->head.root;
    return target;
  }
  target.size = Number(size);
  RecordTreeReader tree(scope.view.snapshot.get(), target.size);
  SKONTRO_ASSIGN_OR_RETURN(target.root, RootOf(&tree, target.size));
  return target;
}

// A proof that nobody would believe is none to hand out.
absl::Status DoesNotHold() {
  return absl::DataLossError(
      "the rows of the family tree do not fit the journal");
}

absl::Status ProveInclusion(const ReadScope& scope, const InclusionQuery& query,
                            int64_t now_us,
                            v1::ProveInclusionResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Target target,
                           TargetOf(scope, query.size, query.min, now_us));
  RecordTreeReader tree(scope.view.snapshot.get(), target.size);
  SKONTRO_ASSIGN_OR_RETURN(const Digest digest,
                           tree.RecordDigest(query.record));
  const uint64_t leaf = Number(query.record) - 1;
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<Digest> proof,
                           ledger::ProveInclusion(&tree, leaf, target.size));
  if (!ledger::VerifyInclusion(ledger::LeafHash(ledger::BytesOf(digest)), leaf,
                               target.size, proof, target.root)) {
    return DoesNotHold();
  }
  response->set_record_digest(WireDigest(digest));
  for (const Digest& hash : proof) response->add_hashes(WireDigest(hash));
  response->set_tree_size(static_cast<int64_t>(target.size));
  response->set_root_hash(WireDigest(target.root));
  if (target.head.has_value()) {
    WriteHead(*target.head, response->mutable_head());
  }
  response->set_sequence(WireSequence(scope.view.sequence));
  return absl::OkStatus();
}

absl::Status ProveConsistency(const ReadScope& scope,
                              const ConsistencyQuery& query, int64_t now_us,
                              v1::ProveConsistencyResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Target target,
                           TargetOf(scope, query.second, query.min, now_us));
  const uint64_t first = Number(query.first);
  RecordTreeReader tree(scope.view.snapshot.get(), target.size);
  SKONTRO_ASSIGN_OR_RETURN(const Digest first_root, RootOf(&tree, first));
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<Digest> proof,
                           ledger::ProveConsistency(&tree, first, target.size));
  if (!ledger::VerifyConsistency(first, target.size, proof, first_root,
                                 target.root)) {
    return DoesNotHold();
  }
  for (const Digest& hash : proof) response->add_hashes(WireDigest(hash));
  response->set_first_root_hash(WireDigest(first_root));
  response->set_second_tree_size(static_cast<int64_t>(target.size));
  response->set_second_root_hash(WireDigest(target.root));
  if (target.head.has_value()) {
    WriteHead(*target.head, response->mutable_head());
  }
  response->set_sequence(WireSequence(scope.view.sequence));
  return absl::OkStatus();
}

}  // namespace

absl::Status FillHead(const ReadScope& scope, Sequence min, int64_t now_us,
                      v1::GetHeadResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(
      const ledger::SignedHead head,
      scope.network.head_signer().HeadOf(scope.view, min, now_us));
  WriteHead(head, response->mutable_head());
  response->set_sequence(static_cast<int64_t>(head.head.size));
  return absl::OkStatus();
}

absl::Status FillInclusion(const ReadScope& scope, const InclusionQuery& query,
                           int64_t now_us,
                           v1::ProveInclusionResponse* response) {
  return JournalBroken(query.record,
                       ProveInclusion(scope, query, now_us, response));
}

absl::Status FillConsistency(const ReadScope& scope,
                             const ConsistencyQuery& query, int64_t now_us,
                             v1::ProveConsistencyResponse* response) {
  return JournalBroken(query.first,
                       ProveConsistency(scope, query, now_us, response));
}

absl::Status FillKeys(const ReadScope& scope, std::string_view method,
                      const v1::ListHeadKeysRequest& request, int page_size,
                      v1::ListHeadKeysResponse* response) {
  SKONTRO_ASSIGN_OR_RETURN(const Page page, PageOf(scope, method, request));
  const Sequence before =
      page.is_first ? ledger::Next(page.sequence) : Sequence{page.number};
  const absl::Status walked = engine::WalkHeadKeys(
      *scope.view.snapshot, before, [&](const engine::HeadKeyRow& row) {
        if (response->keys_size() == page_size) {
          response->set_next_page_token(
              NextPage(scope, page, Number(row.sequence) + 1));
          return false;
        }
        WriteHeadKey(row, response->add_keys());
        return true;
      });
  response->set_sequence(WireSequence(page.sequence));
  return walked;
}

void WriteHeadKey(const engine::HeadKeyRow& row, v1::HeadKey* out) {
  out->set_key_id(WireDigest(ledger::HeadKeyId(row.key)));
  out->set_public_key(row.key.data(), row.key.size());
  out->set_sequence(WireSequence(row.sequence));
}

}  // namespace skontro::server
