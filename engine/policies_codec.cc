#include "engine/policies_codec.h"

#include "ledger/base/status.h"
#include "skontro/storage/v1/event.pb.h"
#include "skontro/storage/v1/row.pb.h"

namespace skontro::engine {

namespace pb = storage::v1;

void WritePolicies(const PoliciesSet& from, pb::PoliciesSet* to) {
  to->set_version(from.version);
  for (const PolicyRule& rule : PolicyRules()) {
    const int64_t value = from.policies.Get(rule.policy);
    if (value == rule.by_default) continue;
    pb::PolicyValue* out = to->add_values();
    out->set_policy(static_cast<uint32_t>(rule.policy));
    out->set_value(value);
  }
}

absl::StatusOr<PoliciesSet> ReadPolicies(const pb::PoliciesSet& from) {
  PoliciesSet to;
  to.version = from.version();
  uint32_t last = 0;
  for (const pb::PolicyValue& value : from.values()) {
    const PolicyRule* const rule = FindPolicyRule(value.policy());
    if (rule == nullptr || value.policy() <= last ||
        value.value() == rule->by_default || value.value() < rule->least ||
        value.value() > rule->most) {
      return absl::DataLossError("a policy that this version knows not");
    }
    to.policies.Set(rule->policy, value.value());
    last = value.policy();
  }
  return to;
}

std::string EncodePoliciesRow(const PoliciesRow& row) {
  pb::PoliciesRow message;
  WritePolicies(row.set, message.mutable_set());
  message.set_time_us(row.time_us);
  message.set_author(row.author);
  return message.SerializeAsString();
}

absl::StatusOr<PoliciesRow> DecodePoliciesRow(std::string_view bytes) {
  pb::PoliciesRow message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("bytes that are no row of policies");
  }
  PoliciesRow row;
  SKONTRO_ASSIGN_OR_RETURN(row.set, ReadPolicies(message.set()));
  row.time_us = message.time_us();
  row.author = message.author();
  return row;
}

}  // namespace skontro::engine
