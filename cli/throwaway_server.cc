#include "cli/throwaway_server.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cli/failure.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListening = "skontrod: listening on ";

// How often a wait looks whether it is to end.
constexpr int kLookEveryMs = 100;

// What a server may take to stop; calls that are on their way have ten seconds.
constexpr absl::Duration kStopTimeMax = absl::Seconds(30);

absl::StatusOr<std::string> MakeDirectory() {
  std::error_code error;
  std::string name =
      (fs::temp_directory_path(error) / "skontro-tour-XXXXXX").string();
  if (error || mkdtemp(name.data()) == nullptr) {
    return Failure(ExitCode::kLocalFailure,
                   absl::StrCat("cannot make a directory in ",
                                fs::temp_directory_path(error).string(), ": ",
                                std::strerror(errno)));
  }
  return name;
}

// The address in the first line that says one; empty if it ends before, or the
// watch does.
std::string ReadAddress(int fd, const InterruptWatch& watch) {
  std::string text;
  std::array<char, 512> piece;
  while (true) {
    pollfd ready{};
    ready.fd = fd;
    ready.events = POLLIN;
    const int count = poll(&ready, 1, kLookEveryMs);
    if (watch.interrupted()) return "";
    if (count <= 0) continue;
    const ssize_t got = read(fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return "";
    text.append(piece.data(), static_cast<size_t>(got));
    const size_t begin = text.find(kListening);
    const size_t end = text.find('\n', begin);
    if (begin == std::string::npos || end == std::string::npos) continue;
    return text.substr(begin + kListening.size(),
                       end - begin - kListening.size());
  }
}

std::string EndOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return text.substr(text.size() > 2'000 ? text.size() - 2'000 : 0);
}

// This process's environment without what is meant for another skontrod: its
// settings, and the service manager that waits for word of it.
std::vector<char*> ServerEnvironment() {
  std::vector<char*> variables;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable = *at;
    if (variable.starts_with("SKONTROD_") ||
        variable.starts_with("NOTIFY_SOCKET=")) {
      continue;
    }
    variables.push_back(*at);
  }
  variables.push_back(nullptr);
  return variables;
}

absl::StatusOr<pid_t> Spawn(const std::string& program,
                            const std::string& directory, int out) {
  const std::string log = directory + "/log";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const absl::Cleanup destroy = [&] {
    posix_spawn_file_actions_destroy(&actions);
  };
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_addopen(&actions, 2, log.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  const absl::Cleanup destroy_attributes = [&] {
    posix_spawnattr_destroy(&attributes);
  };
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  std::array<std::string, 8> words = {
      program,         "--data-dir",         directory + "/data",
      "--grpc-listen", "127.0.0.1:0",        "--http-listen",
      "none",          "--insecure-loopback"};
  std::array<char*, 9> arguments{};
  for (size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  std::vector<char*> variables = ServerEnvironment();
  pid_t process = 0;
  const int error =
      posix_spawnp(&process, program.c_str(), &actions, &attributes,
                   arguments.data(), variables.data());
  if (error != 0) {
    return Failure(
        ExitCode::kLocalFailure,
        absl::StrCat("cannot start ", program, ": ", std::strerror(error),
                     "\nNext: put skontrod beside skontro or on the "
                     "PATH, or name a running server with "
                     "--endpoint"));
  }
  return process;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ThrowawayServer>> ThrowawayServer::Start(
    const std::string& program, const InterruptWatch& watch) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string directory, MakeDirectory());
  absl::Cleanup remove = [&] {
    std::error_code ignored;
    fs::remove_all(directory, ignored);
  };
  std::array<int, 2> pipes{};
  if (pipe2(pipes.data(), O_CLOEXEC) != 0) {
    return Failure(ExitCode::kLocalFailure, std::strerror(errno));
  }
  const absl::Cleanup close_read = [&] { close(pipes[0]); };
  const absl::StatusOr<pid_t> process = Spawn(program, directory, pipes[1]);
  close(pipes[1]);
  if (!process.ok()) return process.status();
  std::move(remove).Cancel();
  std::unique_ptr<ThrowawayServer> server(
      new ThrowawayServer(directory, *process));
  server->endpoint_ = ReadAddress(pipes[0], watch);
  if (watch.interrupted()) {
    return Failure(ExitCode::kInterrupted,
                   "stopped before its server was there; nothing is left");
  }
  if (server->endpoint_.empty()) {
    return Failure(
        ExitCode::kLocalFailure,
        absl::StrCat(program, " did not start:\n", EndOf(directory + "/log")));
  }
  return server;
}

ThrowawayServer::~ThrowawayServer() {
  kill(process_, SIGTERM);
  const absl::Time end = absl::Now() + kStopTimeMax;
  pid_t gone = 0;
  while (gone == 0 && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(10));
    gone = waitpid(process_, nullptr, WNOHANG);
  }
  if (gone == 0) {
    kill(process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

std::string ServerProgram() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path beside = self.parent_path() / "skontrod";
    if (access(beside.c_str(), X_OK) == 0) return beside.string();
  }
  return "skontrod";
}

}  // namespace skontro::cli
