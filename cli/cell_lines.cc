#include "cli/cell_lines.h"

#include <algorithm>

#include "cli/table.h"

namespace skontro::cli {
namespace {

constexpr size_t kShownLengthMax = 40;
constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// The first of the separators that the line has.
char SeparatorOf(std::string_view line) {
  for (const char each : {',', ';', '\t'}) {
    if (line.find(each) != std::string_view::npos) return each;
  }
  return ' ';
}

void Split(std::string_view line, std::vector<std::string_view>* cells) {
  const char separator = SeparatorOf(line);
  cells->clear();
  while (true) {
    const size_t end = line.find(separator);
    const std::string_view cell = Trimmed(line.substr(0, end));
    if (separator != ' ' || !cell.empty()) cells->push_back(cell);
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

}  // namespace

absl::StatusOr<bool> CellLines::Next() {
  while (!text_.empty()) {
    const size_t end = std::min(text_.find('\n'), text_.size());
    line_ = Trimmed(text_.substr(0, end));
    text_.remove_prefix(std::min(end + 1, text_.size()));
    if (++number_ == 1 && line_.substr(0, 3) == kByteOrderMark) {
      line_.remove_prefix(3);
    }
    if (line_.empty() || line_.front() == '#') continue;
    if (line_.find('\0') != std::string_view::npos) {
      return Failure("this is not a text");
    }
    Split(line_, &cells_);
    ++taken_;
    return true;
  }
  return false;
}

std::string ShownBeginning(std::string_view text) {
  std::string shown = PlainText(text.substr(0, kShownLengthMax));
  if (text.size() > kShownLengthMax) shown += "...";
  return shown;
}

}  // namespace skontro::cli
