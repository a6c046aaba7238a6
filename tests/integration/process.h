// A Process is a program that this one started. It dies with the thread that
// started it, and with its object: no test leaves a server behind, not even one
// that is itself killed.
//
// Thread safety: pid(), Signal(), out() and err() from any thread; the others
// from one at a time.

#ifndef SKONTRO_TESTS_INTEGRATION_PROCESS_H_
#define SKONTRO_TESTS_INTEGRATION_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace skontro::integration {

class Process {
 public:
  struct Options {
    // The program, found on PATH unless it has a slash, and its arguments.
    std::vector<std::string> arguments;
    // Set over the variables of this process.
    std::vector<std::pair<std::string, std::string>> environment;
    std::string working_directory;  // Empty: that of this process.
  };

  // Starts a program with nothing on its standard input. Returns INTERNAL where
  // the system cannot make a process; a program that is not there exits with
  // 127, as in a shell.
  static absl::StatusOr<std::unique_ptr<Process>> Start(const Options& options);

  // Kills the program if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  // Sends `signal`; does nothing where the program has ended and was waited
  // for.
  void Signal(int signal) const;

  // The exit code, or 128 + the signal that ended the program; nullopt if it
  // still runs when `timeout` has passed.
  std::optional<int> Wait(absl::Duration timeout);

  // What the program wrote to its standard output and error so far.
  std::string out() const { return Contents(out_fd_); }
  std::string err() const { return Contents(err_fd_); }

 private:
  Process(pid_t pid, int pid_fd, int out_fd, int err_fd)
      : pid_(pid), pid_fd_(pid_fd), out_fd_(out_fd), err_fd_(err_fd) {}

  static std::string Contents(int fd);

  const pid_t pid_;
  const int pid_fd_;
  const int out_fd_;
  const int err_fd_;
  std::optional<int> exit_code_;
};

// What a program that has ended left.
struct Finished {
  int exit_code = 0;  // As Process::Wait().
  std::string out;
  std::string err;
};

// Runs a program to its end. One that takes longer than `timeout` is killed and
// has the exit code 137; one that cannot be started has 126.
Finished Run(const Process::Options& options,
             absl::Duration timeout = absl::Seconds(60));

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_PROCESS_H_
