#include "cli/csv_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

char SeparatorOf(std::string_view text) {
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == ',' || c == ';' || c == '\t') return c;
    if (c == '\n') break;
  }
  return ',';
}

class Reader {
 public:
  explicit Reader(std::string_view text)
      : text_(text), separator_(SeparatorOf(text)) {}

  absl::StatusOr<std::vector<CsvRow>> Read() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      SKONTRO_ASSIGN_OR_RETURN(CsvRow row, ReadRow());
      const bool blank = row.cells.size() == 1 && row.cells[0].empty();
      if (!blank) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool AtRowEnd() const {
    return at_ == text_.size() || text_[at_] == '\n' ||
           text_.substr(at_, 2) == "\r\n";
  }

  absl::StatusOr<CsvRow> ReadRow() {
    CsvRow row;
    row.line = line_;
    while (true) {
      SKONTRO_ASSIGN_OR_RETURN(row.cells.emplace_back(), ReadCell());
      if (AtRowEnd()) break;
      ++at_;  // The separator.
    }
    if (at_ < text_.size()) {
      at_ += text_[at_] == '\r' ? 2 : 1;
      ++line_;
    }
    return row;
  }

  absl::StatusOr<std::string> ReadCell() {
    std::string cell;
    if (at_ == text_.size() || text_[at_] != '"') {
      while (!AtRowEnd() && text_[at_] != separator_) {
        cell.push_back(text_[at_++]);
      }
      return cell;
    }
    const int line_begin = line_;
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c != '"') {
        cell.push_back(c);
      } else if (at_ < text_.size() && text_[at_] == '"') {
        cell.push_back('"');
        ++at_;
      } else if (AtRowEnd() || text_[at_] == separator_) {
        return cell;
      } else {
        return UsageFailure(absl::StrCat(
            "line ", line_, ": a quote ends a cell and more follows; write a ",
            "quote inside a cell twice"));
      }
    }
    return UsageFailure(absl::StrCat("line ", line_begin,
                                     ": a quote is opened and never closed"));
  }

  const std::string_view text_;
  const char separator_;
  size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

absl::StatusOr<std::vector<CsvRow>> ParseCsv(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  return Reader(text).Read();
}

}  // namespace skontro::cli
