#include "cli/progress_line.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace skontro::cli {

void ProgressLine::Show(std::string line) {
  if (!environment_.err_is_terminal) return;
  const size_t width = line.size();
  if (width < width_) line.append(width_ - width, ' ');
  width_ = width;
  environment_.err << "\r" << line << std::flush;
}

void ProgressLine::End() {
  const size_t width = std::exchange(width_, 0);
  if (width == 0) return;
  environment_.err << "\r" << std::string(width, ' ') << "\r" << std::flush;
}

std::string ProgressText(int64_t count, int64_t total,
                         const std::string& what) {
  if (total <= 0) return absl::StrCat(count, " ", what);
  // Divides first where the product would be large.
  const int64_t percent =
      total < 100 ? count * 100 / total : count / (total / 100);
  return absl::StrCat(count, " of ", total, " ", what, ", ",
                      std::min<int64_t>(percent, 100), " %");
}

}  // namespace skontro::cli
