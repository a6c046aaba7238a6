// The events and rows of policies as bytes: those that differ from their
// defaults, ascending by number.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_POLICIES_CODEC_H_
#define SKONTRO_ENGINE_POLICIES_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/event.h"
#include "engine/row.h"

namespace skontro::storage::v1 {
class PoliciesSet;
}  // namespace skontro::storage::v1

namespace skontro::engine {

void WritePolicies(const PoliciesSet& from, storage::v1::PoliciesSet* to);

// DATA_LOSS for a policy that is unknown, out of order, or out of its bounds.
absl::StatusOr<PoliciesSet> ReadPolicies(const storage::v1::PoliciesSet& from);

std::string EncodePoliciesRow(const PoliciesRow& row);
absl::StatusOr<PoliciesRow> DecodePoliciesRow(std::string_view bytes);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_POLICIES_CODEC_H_
