// What a test asks of a refusal.

#ifndef SKONTRO_TESTS_FISCAL_REFUSAL_MATCHERS_H_
#define SKONTRO_TESTS_FISCAL_REFUSAL_MATCHERS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "ledger/base/reason.h"

namespace skontro::fiscal {

// "FIELD_INVALID Invoice/ID": the reason, and the field where it has one; "OK"
// without an error, the bare code for an error without a reason.
inline std::string RefusalText(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::optional<Refusal> refusal = RefusalOf(status);
  if (!refusal.has_value()) return absl::StatusCodeToString(status.code());
  std::string text(ReasonName(refusal->reason));
  const std::string_view field = MetadataOf(*refusal, "field");
  if (!field.empty()) text.append(" ").append(field);
  return text;
}

// The metadata `key` of a refusal, or empty.
inline std::string RefusalValue(const absl::Status& status,
                                std::string_view key) {
  const std::optional<Refusal> refusal = RefusalOf(status);
  return refusal.has_value() ? std::string(MetadataOf(*refusal, key)) : "";
}

}  // namespace skontro::fiscal

#endif  // SKONTRO_TESTS_FISCAL_REFUSAL_MATCHERS_H_
