// A Table is rows of cells under one header, written for people as aligned
// columns and for programs as CSV.
//
// Thread safety: none; one thread owns a Table.

#ifndef SKONTRO_CLI_TABLE_H_
#define SKONTRO_CLI_TABLE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace skontro::cli {

// A number or date is written by skontro itself: to the right in a table, and
// in CSV as it is. A text may come from anybody.
enum class CellKind { kText, kNumber };

class Table {
 public:
  struct Heading {
    std::string title;
    CellKind kind = CellKind::kText;
  };

  explicit Table(std::vector<Heading> headings)
      : headings_(std::move(headings)) {}

  // REQUIRES: as many cells as headings.
  void Add(std::vector<std::string> cells);

  size_t size() const { return rows_.size(); }

  // Aligned columns, two blanks between them, one line per row, no blanks at
  // the end of a line. Every cell goes through PlainText().
  std::string Text() const;

  // The same for one stretch of a long table: `widths` are those of the
  // stretches before, and grow where this one is wider. The first, for which
  // they are empty, has the header.
  std::string TextPart(std::vector<size_t>* widths) const;

  // RFC 4180: lines end with CR LF, cells with a comma, quote, blank at an end
  // or line end are quoted. Every text cell goes through SpreadsheetText().
  std::string Csv() const;

  // The same without the line of the titles.
  std::string CsvRows() const;

 private:
  std::vector<Heading> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// `text` with each control character, each mark that changes the direction of
// writing and each byte that is not UTF-8 replaced by `?`: nothing that a
// member wrote moves the cursor.
std::string PlainText(std::string_view text);

// PlainText() with an apostrophe before what a spreadsheet would run as a
// formula: what begins with = + - @ or one of their full width twins.
std::string SpreadsheetText(std::string_view text);

// How many columns of a terminal `text` takes.
size_t DisplayWidth(std::string_view text);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_TABLE_H_
