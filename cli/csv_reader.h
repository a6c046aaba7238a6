// Reads CSV (RFC 4180) as people's programs write it: with comma or semicolon,
// CR LF or LF, with or without the byte order mark of a spreadsheet.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_CSV_READER_H_
#define SKONTRO_CLI_CSV_READER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace skontro::cli {

struct CsvRow {
  int line = 0;  // Where the row begins, from 1.
  std::vector<std::string> cells;
};

// The rows of `text`; rows without any character are left out. The separator is
// the first comma, semicolon or tab outside quotes in the first row; a comma
// where there is none. A usage failure, naming the line, for a quote that is
// not closed or is followed by something else than the end of the cell.
absl::StatusOr<std::vector<CsvRow>> ParseCsv(std::string_view text);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_CSV_READER_H_
