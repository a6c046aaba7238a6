// How far something is, on one line of a terminal that is written over. Where
// nobody watches it writes nothing.
//
// Thread safety: none; one thread owns a ProgressLine.

#ifndef SKONTRO_CLI_PROGRESS_LINE_H_
#define SKONTRO_CLI_PROGRESS_LINE_H_

#include <cstdint>
#include <string>

#include "cli/environment.h"

namespace skontro::cli {

class ProgressLine {
 public:
  // `what` is counted, such as "records".
  ProgressLine(Environment& environment, std::string what)
      : environment_(environment), what_(std::move(what)) {}
  ~ProgressLine() { End(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // `total` is zero where it is not known.
  void Show(int64_t count, int64_t total);

  // Takes the line away.
  void End();

 private:
  Environment& environment_;
  const std::string what_;
  size_t width_ = 0;  // Of what stands on the line.
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_PROGRESS_LINE_H_
