#include "cli/listing.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace skontro::cli {

std::string TitledLines(
    const std::vector<std::pair<std::string, std::string>>& lines) {
  // Wide enough for every title that there is, so that parts written one after
  // another stand under each other.
  constexpr size_t kTitleWidth = 18;
  std::string text;
  for (const auto& [title, value] : lines) {
    if (value.empty()) continue;
    const size_t width = DisplayWidth(title);
    absl::StrAppend(&text, title,
                    std::string(std::max(kTitleWidth, width + 2) - width, ' '),
                    PlainText(value), "\n");
  }
  return text;
}

}  // namespace skontro::cli
