#include "cli/verifier/difference.h"

#include <map>

#include "absl/strings/str_join.h"

namespace skontro::verifier {

std::string Differences(const std::vector<FieldText>& expected,
                        const std::vector<FieldText>& actual) {
  constexpr size_t kShownMax = 3;
  // Path to what is expected and what is there.
  std::map<std::string, std::pair<std::string, std::string>> fields;
  for (const auto& [path, value] : expected) fields[path].first = value;
  for (const auto& [path, value] : actual) fields[path].second = value;

  std::vector<std::string> lines;
  size_t more = 0;
  for (const auto& [path, values] : fields) {
    const auto& [wanted, found] = values;
    if (wanted == found) continue;
    if (lines.size() == kShownMax) {
      ++more;
      continue;
    }
    lines.push_back(absl::StrCat(path, " is ", found.empty() ? "absent" : found,
                                 ", not ", wanted.empty() ? "absent" : wanted));
  }
  if (more > 0) lines.push_back(absl::StrCat("and ", more, " fields more"));
  return absl::StrJoin(lines, "; ");
}

}  // namespace skontro::verifier
