#include "tests/faults/child.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "ledger/base/check.h"

namespace skontro::faults {
namespace {

// A file in memory, which takes any amount without anybody reading.
int NewFile() {
  const int file = memfd_create("child", 0);
  SKONTRO_CHECK(file >= 0);
  return file;
}

std::string TakeContents(int file) {
  std::string all;
  char buffer[4096];
  off_t at = 0;
  while (true) {
    const ssize_t got = pread(file, buffer, sizeof(buffer), at);
    SKONTRO_CHECK(got >= 0);
    if (got == 0) break;
    all.append(buffer, static_cast<size_t>(got));
    at += got;
  }
  close(file);
  return all;
}

}  // namespace

ChildEnd RunInChild(const ChildWork& work, unsigned seconds) {
  const int out = NewFile();
  const int err = NewFile();
  std::fflush(nullptr);
  const pid_t pid = fork();
  SKONTRO_CHECK(pid >= 0);
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(err, STDERR_FILENO);
    alarm(seconds);
    const int code = work(out);
    std::fflush(nullptr);
    _exit(code);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) SKONTRO_CHECK(errno == EINTR);
  ChildEnd end;
  if (WIFEXITED(status)) {
    end.code = WEXITSTATUS(status);
  } else {
    end.code = -1;
    end.signal = WTERMSIG(status);
  }
  end.out = TakeContents(out);
  end.err = TakeContents(err);
  return end;
}

void WriteLine(int out, const std::string& text) {
  const std::string line = text + "\n";
  SKONTRO_CHECK(write(out, line.data(), line.size()) ==
                static_cast<ssize_t>(line.size()));
}

}  // namespace skontro::faults
