#include "tests/integration/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace skontro::integration {
namespace {

// Null-terminated pointers into `strings`, as exec takes them.
std::vector<char*> Pointers(std::vector<std::string>* strings) {
  std::vector<char*> pointers;
  for (std::string& string : *strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const Process::Options& options) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t end = text.find('=');
    if (end != std::string::npos) {
      variables[text.substr(0, end)] = text.substr(end + 1);
    }
  }
  for (const auto& [name, value] : options.environment) {
    variables[name] = value;
  }
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) {
    entries.push_back(absl::StrCat(name, "=", value));
  }
  return entries;
}

// Of the new process, between fork and exec: only what is safe while other
// threads of the parent may have held a lock.
[[noreturn]] void BecomeProgram(const char* directory, int out_fd, int err_fd,
                                char* const* arguments,
                                char* const* environment, pid_t parent) {
  const int no_input = open("/dev/null", O_RDONLY);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
      (directory != nullptr && chdir(directory) != 0) ||
      dup2(no_input, STDIN_FILENO) < 0 || dup2(out_fd, STDOUT_FILENO) < 0 ||
      dup2(err_fd, STDERR_FILENO) < 0) {
    _exit(126);
  }
  execvpe(arguments[0], arguments, environment);
  _exit(127);
}

// The header of this C library for the calls of file descriptors of processes
// does not work in C++.
int PidFd(pid_t pid) {
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

int ExitCodeOf(const siginfo_t& info) {
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Process>> Process::Start(
    const Options& options) {
  std::vector<std::string> arguments = options.arguments;
  std::vector<std::string> environment = Environment(options);
  const std::vector<char*> argument_pointers = Pointers(&arguments);
  const std::vector<char*> environment_pointers = Pointers(&environment);
  const char* const directory = options.working_directory.empty()
                                    ? nullptr
                                    : options.working_directory.c_str();
  const int out_fd = memfd_create("out", MFD_CLOEXEC);
  const int err_fd = memfd_create("err", MFD_CLOEXEC);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    BecomeProgram(directory, out_fd, err_fd, argument_pointers.data(),
                  environment_pointers.data(), parent);
  }
  const int pid_fd = pid < 0 ? -1 : PidFd(pid);
  if (out_fd < 0 || err_fd < 0 || pid_fd < 0) {
    return absl::InternalError(absl::StrCat("cannot start ", arguments[0], ": ",
                                            std::strerror(errno)));
  }
  return std::unique_ptr<Process>(new Process(pid, pid_fd, out_fd, err_fd));
}

Process::~Process() {
  if (!exit_code_.has_value()) {
    Signal(SIGKILL);
    Wait(absl::InfiniteDuration());
  }
  for (const int fd : {pid_fd_, out_fd_, err_fd_}) close(fd);
}

void Process::Signal(int signal) const {
  syscall(SYS_pidfd_send_signal, pid_fd_, signal, nullptr, 0);
}

std::optional<int> Process::Wait(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!exit_code_.has_value()) {
    pollfd waited{pid_fd_, POLLIN, 0};
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    const int wait_ms = left > 1'000 ? 1'000 : static_cast<int>(left);
    poll(&waited, 1, wait_ms < 0 ? 0 : wait_ms);
    siginfo_t info{};
    if (waitid(P_PIDFD, static_cast<id_t>(pid_fd_), &info, WEXITED | WNOHANG) ==
            0 &&
        info.si_pid != 0) {
      exit_code_ = ExitCodeOf(info);
    } else if (absl::Now() >= deadline) {
      break;
    }
  }
  return exit_code_;
}

std::string Process::Contents(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return "";
  std::string contents(static_cast<size_t>(status.st_size), '\0');
  const ssize_t size = pread(fd, contents.data(), contents.size(), 0);
  contents.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return contents;
}

Finished Run(const Process::Options& options, absl::Duration timeout) {
  const absl::StatusOr<std::unique_ptr<Process>> process =
      Process::Start(options);
  if (!process.ok()) return {126, "", process.status().ToString()};
  std::optional<int> code = (*process)->Wait(timeout);
  if (!code.has_value()) {
    (*process)->Signal(SIGKILL);
    code = (*process)->Wait(absl::InfiniteDuration());
  }
  return {*code, (*process)->out(), (*process)->err()};
}

}  // namespace skontro::integration
