// Heads and proofs of the tree over a network's records, on the wire.
//
// Thread safety: pure functions of what a read may look at.

#ifndef SKONTRO_SERVER_PROOF_READER_H_
#define SKONTRO_SERVER_PROOF_READER_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "engine/index_reader.h"
#include "server/call.h"
#include "skontro/v1/audit_service.pb.h"

namespace skontro::server {

// Of good form: the record is in the tree. `min` is visible and at or above the
// others.
struct InclusionQuery {
  ledger::Sequence record{};
  ledger::Sequence size{};  // Zero: of a head.
  ledger::Sequence min{};
};

// Of good form: the first is not above the second.
struct ConsistencyQuery {
  ledger::Sequence first{};
  ledger::Sequence second{};  // Zero: of a head.
  ledger::Sequence min{};
};

// Each fills the response, or returns HEAD_KEY_MISSING, JOURNAL_CHAIN_BROKEN
// where the tree cannot be read or a proof does not hold, or an error of the
// disk. `now_us` is the time that a head says it was signed at.
absl::Status FillHead(const ReadScope& scope, ledger::Sequence min,
                      int64_t now_us, v1::GetHeadResponse* response);
absl::Status FillInclusion(const ReadScope& scope, const InclusionQuery& query,
                           int64_t now_us,
                           v1::ProveInclusionResponse* response);
absl::Status FillConsistency(const ReadScope& scope,
                             const ConsistencyQuery& query, int64_t now_us,
                             v1::ProveConsistencyResponse* response);

// One page of keys, newest first. FIELD_INVALID for a page token of something
// else.
absl::Status FillKeys(const ReadScope& scope, std::string_view method,
                      const v1::ListHeadKeysRequest& request, int page_size,
                      v1::ListHeadKeysResponse* response);

void WriteHeadKey(const engine::HeadKeyRow& row, v1::HeadKey* out);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_PROOF_READER_H_
