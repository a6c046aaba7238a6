// A list of obligations in a file, one a line: debtor, creditor, amount, and
// nothing else. Cells are parted by a comma, a semicolon, a tab or blanks; the
// names are any texts without those, the amount is a whole number of minor
// units. Empty lines and lines that begin with # are left out, as is a first
// line of the words debtor, creditor and amount. So any public data set of
// debts can be run.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_EDGE_LIST_H_
#define SKONTRO_CLI_EDGE_LIST_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/netting/netting.h"

namespace skontro::cli {

struct EdgeList {
  // Parties are numbered in the order of their names, obligations in that of
  // the lines, from 1 on. No credit lines.
  netting::Problem problem;
  std::vector<std::string> names;
  // Lines of a party that owes itself: there is nothing to clear in them.
  size_t left_out = 0;
};

// A usage failure, naming the line and what would do, for a line of other than
// three cells, an amount that is not a whole number above zero, a total past
// what clearing takes, bytes that are no text, or a file without any line.
absl::StatusOr<EdgeList> ParseEdgeList(std::string_view text);

// The number of the party of that name; nullopt where no line has it.
std::optional<netting::Party> PartyNamed(const EdgeList& list,
                                         std::string_view name);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_EDGE_LIST_H_
