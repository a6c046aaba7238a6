// How far something is, on one line of a terminal that is written over. Where
// nobody watches it writes nothing.
//
// Thread safety: none; one thread owns a ProgressLine.

#ifndef SKONTRO_CLI_PROGRESS_LINE_H_
#define SKONTRO_CLI_PROGRESS_LINE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/environment.h"

namespace skontro::cli {

class ProgressLine {
 public:
  explicit ProgressLine(Environment& environment) : environment_(environment) {}
  ~ProgressLine() { End(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Show(std::string line);

  // Takes the line away.
  void End();

 private:
  Environment& environment_;
  size_t width_ = 0;  // Of what stands on the line.
};

// "120 of 400 records, 30 %"; without a total above zero "120 records".
std::string ProgressText(int64_t count, int64_t total, const std::string& what);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_PROGRESS_LINE_H_
