// Runs work in a child process, so that it may end in any way: it may stop
// itself, hang, or be killed. The parent must have no threads: nothing of
// RocksDB may have been opened in it.

#ifndef SKONTRO_TESTS_FAULTS_CHILD_H_
#define SKONTRO_TESTS_FAULTS_CHILD_H_

#include <functional>
#include <string>

namespace skontro::faults {

struct ChildEnd {
  int code = 0;     // What the work returned; -1 if a signal ended it.
  int signal = 0;   // That ended it; 0 if it returned. SIGALRM: took too long.
  std::string out;  // What the work wrote to `out`.
  std::string err;  // What it wrote to standard error.
};

// `out` is a file descriptor. The child has nothing of the parent to give back.
using ChildWork = std::function<int(int out)>;

// Runs `work` in a child for at most `seconds`, and waits for it.
ChildEnd RunInChild(const ChildWork& work, unsigned seconds);

// Writes all of `text`, and a line feed.
void WriteLine(int out, const std::string& text);

}  // namespace skontro::faults

#endif  // SKONTRO_TESTS_FAULTS_CHILD_H_
