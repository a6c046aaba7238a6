// The lines of a file of numbers that anybody may have made, as cells: parted
// by a comma, a semicolon, a tab or blanks, whichever of these a line has
// first. Lines that are empty or begin with # are passed over.
//
// Thread safety: none; one thread owns a CellLines.

#ifndef SKONTRO_CLI_CELL_LINES_H_
#define SKONTRO_CLI_CELL_LINES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cli/failure.h"

namespace skontro::cli {

class CellLines {
 public:
  // `shape` says what a line is, for the foot of a failure. Both outlive this.
  CellLines(std::string_view text, std::string_view shape)
      : text_(text), shape_(shape) {}

  // Goes to the next line with cells; false where there is none. A usage
  // failure for bytes that are no text.
  absl::StatusOr<bool> Next();

  // Those of the line, without the blanks around them.
  const std::vector<std::string_view>& cells() const { return cells_; }
  // The line whole.
  std::string_view line() const { return line_; }
  // From 1 on, counting those that were passed over.
  size_t number() const { return number_; }
  // Of those that were not.
  bool is_first() const { return taken_ == 1; }

  // A usage failure of this line.
  template <typename... Words>
  absl::Status Failure(const Words&... words) const {
    return UsageFailure(
        absl::StrCat("line ", number_, ": ", words..., "\n",
                     absl::string_view(shape_.data(), shape_.size())));
  }

 private:
  std::string_view text_;  // What is left of it.
  const std::string_view shape_;
  std::string_view line_;
  std::vector<std::string_view> cells_;
  size_t number_ = 0;
  size_t taken_ = 0;
};

// What a message shows of a line or cell: its beginning, and nothing that moves
// the cursor.
std::string ShownBeginning(std::string_view text);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_CELL_LINES_H_
