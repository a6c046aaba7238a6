#include "cli/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "fiscal/utf8.h"
#include "ledger/base/check.h"

namespace skontro::cli {
namespace {

// Marks without width that change the direction of what follows, or hide.
bool IsHidden(char32_t c) {
  return c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
         c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
}

bool IsCombining(char32_t c) {
  return (c >= 0x0300 && c <= 0x036f) || (c >= 0x1ab0 && c <= 0x1aff) ||
         (c >= 0x1dc0 && c <= 0x1dff) || (c >= 0x20d0 && c <= 0x20ff) ||
         (c >= 0xfe20 && c <= 0xfe2f);
}

// East Asian wide and full width, and pictures.
bool IsWide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
         (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0xfe30 && c <= 0xfe4f) || (c >= 0xff00 && c <= 0xff60) ||
         (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
         (c >= 0x20000 && c <= 0x3fffd);
}

bool StartsFormula(std::string_view text) {
  if (text.empty()) return false;
  const auto first = fiscal::DecodeUtf8(text, 0);
  if (!first.has_value()) return false;
  switch (first->value) {
    case U'=':
    case U'+':
    case U'-':
    case U'@':
    case 0xff1d:
    case 0xff0b:
    case 0xff0d:
    case 0xff20:
      return true;
    default:
      return false;
  }
}

void AppendCsvCell(std::string_view cell, std::string* csv) {
  const bool quoted =
      cell.find_first_of(",;\"\r\n") != std::string_view::npos ||
      (!cell.empty() && (cell.front() == ' ' || cell.back() == ' '));
  if (!quoted) {
    csv->append(cell);
    return;
  }
  csv->push_back('"');
  for (const char c : cell) {
    if (c == '"') csv->push_back('"');
    csv->push_back(c);
  }
  csv->push_back('"');
}

}  // namespace

void Table::Add(std::vector<std::string> cells) {
  SKONTRO_CHECK(cells.size() == headings_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::Text() const {
  std::vector<size_t> widths;
  return TextPart(&widths);
}

std::string Table::TextPart(std::vector<size_t>* widths) const {
  std::vector<std::vector<std::string>> lines;
  if (widths->empty()) {
    std::vector<std::string>& titles = lines.emplace_back();
    for (const Heading& heading : headings_) titles.push_back(heading.title);
  }
  for (const std::vector<std::string>& row : rows_) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& cell : row) line.push_back(PlainText(cell));
  }
  widths->resize(headings_.size());
  for (const std::vector<std::string>& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      (*widths)[i] = std::max((*widths)[i], DisplayWidth(line[i]));
    }
  }

  std::string text;
  for (const std::vector<std::string>& line : lines) {
    std::string written;
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string fill((*widths)[i] - DisplayWidth(line[i]), ' ');
      const bool right = headings_[i].kind == CellKind::kNumber;
      absl::StrAppend(&written, i == 0 ? "" : "  ", right ? fill : "", line[i],
                      right ? "" : fill);
    }
    written.erase(written.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, written, "\n");
  }
  return text;
}

std::string Table::Csv() const {
  std::string csv;
  for (size_t i = 0; i < headings_.size(); ++i) {
    if (i > 0) csv.push_back(',');
    AppendCsvCell(headings_[i].title, &csv);
  }
  csv.append("\r\n");
  return csv + CsvRows();
}

std::string Table::CsvRows() const {
  std::string csv;
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) csv.push_back(',');
      const bool is_text = headings_[i].kind == CellKind::kText;
      AppendCsvCell(is_text ? SpreadsheetText(row[i]) : row[i], &csv);
    }
    csv.append("\r\n");
  }
  return csv;
}

std::string PlainText(std::string_view text) {
  std::string plain;
  for (size_t at = 0; at < text.size();) {
    const auto point = fiscal::DecodeUtf8(text, at);
    if (!point.has_value()) {
      plain.push_back('?');
      ++at;
      continue;
    }
    if (fiscal::IsControl(point->value) || IsHidden(point->value)) {
      plain.push_back('?');
    } else {
      plain.append(text.substr(at, point->length));
    }
    at += point->length;
  }
  return plain;
}

std::string SpreadsheetText(std::string_view text) {
  std::string plain = PlainText(text);
  // A spreadsheet looks past blanks.
  const size_t first = plain.find_first_not_of(' ');
  if (first != std::string::npos &&
      StartsFormula(std::string_view(plain).substr(first))) {
    plain.insert(0, 1, '\'');
  }
  return plain;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const auto point = fiscal::DecodeUtf8(text, at);
    if (!point.has_value()) {
      ++at;
      ++width;
      continue;
    }
    at += point->length;
    if (!IsCombining(point->value)) width += IsWide(point->value) ? 2 : 1;
  }
  return width;
}

}  // namespace skontro::cli
