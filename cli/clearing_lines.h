// Credit lines for an edge list: a share of the debt, or a file that names
// them.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_CLEARING_LINES_H_
#define SKONTRO_CLI_CLEARING_LINES_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/edge_list.h"

namespace skontro::cli {

// Whether `text` is meant as a share, such as 20% or 0.5%, and not as the name
// of a file: digits, at most a point, and a percent sign at the end.
bool IsShare(std::string_view text);

// Millionths. A usage failure, naming `argument`, for a share of more than
// 100 % or four decimals. REQUIRES: IsShare(text).
absl::StatusOr<int64_t> ParseShare(std::string_view argument,
                                   std::string_view text);

// Gives the list the lines that `text` has, one a line: the name of a party,
// what it may spend and what it may receive, both in minor units; without the
// last nothing limits it. Cells and comments are as in an edge list, and a
// first line of the words party, spendable and receivable is left out.
//
// A usage failure, naming the line and what would do, for a line of other than
// two or three cells, an amount that is not a whole number, a party that the
// edge list does not have or that has a line already, or a file without any.
// REQUIRES: the list has no credit lines.
absl::Status ReadLines(std::string_view text, EdgeList* list);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_CLEARING_LINES_H_
