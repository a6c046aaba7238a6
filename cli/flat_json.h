// Reads one JSON object whose members are texts, numbers, or arrays of texts:
// what a line of an NDJSON file of trades is. Numbers are kept as they are
// written, since an amount must not pass through a floating-point type.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_FLAT_JSON_H_
#define SKONTRO_CLI_FLAT_JSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace skontro::cli {

struct FlatMember {
  std::string key;
  // One text or number; of an array, each of its texts.
  std::vector<std::string> values;
};

// The members of the object in `text`, in its order. A member that is null is
// left out. A usage failure where `text` is no such object, has a key twice,
// or has anything after it.
absl::StatusOr<std::vector<FlatMember>> ParseFlatJson(std::string_view text);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_FLAT_JSON_H_
