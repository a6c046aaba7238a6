#include "cli/progress_line.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace skontro::cli {

void ProgressLine::Show(int64_t count, int64_t total) {
  if (!environment_.err_is_terminal) return;
  std::string line = absl::StrCat(count, " ", what_);
  if (total > 0) {
    // In two steps, so that a count of many does not overflow.
    const int64_t percent = total < 100
                                ? count * 100 / total
                                : std::min<int64_t>(100, count / (total / 100));
    line = absl::StrCat(count, " of ", total, " ", what_, ", ", percent, " %");
  }
  const size_t width = line.size();
  if (width < width_) line.append(width_ - width, ' ');
  width_ = width;
  environment_.err << "\r" << line << std::flush;
}

void ProgressLine::End() {
  if (width_ == 0) return;
  environment_.err << "\r" << std::string(width_, ' ') << "\r" << std::flush;
  width_ = 0;
}

}  // namespace skontro::cli
