// A ServerProcess is a real skontrod that serves a data directory on a free
// port of the loopback interface.
//
// Thread safety: endpoint(), channel() and Kill() from any thread; the others
// from one at a time.

#ifndef SKONTRO_TESTS_INTEGRATION_SERVER_PROCESS_H_
#define SKONTRO_TESTS_INTEGRATION_SERVER_PROCESS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "tests/integration/process.h"

namespace skontro::integration {

class ServerProcess {
 public:
  struct Options {
    std::string program;  // Path of skontrod.
    std::string data_dir;
    int port = 0;  // 0: any free one.
    std::vector<std::string> flags;
    absl::Duration start_timeout = absl::Seconds(60);
    // Kills the server when this has passed since its start, even before it
    // serves.
    std::optional<absl::Duration> kill_after;
  };

  // Starts a server and waits until it answers. Returns
  //   ABORTED          the server ended before; the message has exit code and
  //                    log
  //   DEADLINE_EXCEEDED  it did not answer in time; it was killed
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(
      const Options& options);

  // Where it listens, such as 127.0.0.1:40001, and a new channel to there.
  const std::string& endpoint() const { return endpoint_; }
  std::shared_ptr<grpc::Channel> channel() const;
  int port() const;

  Process& process() { return *process_; }

  // kill -9. Returns at once.
  void Kill() const;

  // SIGTERM. Returns at once.
  void Terminate() const;

  // The exit code as Process::Wait(), or nullopt after `timeout`.
  std::optional<int> Wait(absl::Duration timeout = absl::Seconds(60));

  // What it wrote to standard output and error.
  std::string log() const;

  // The most memory that it ever had, in KiB; 0 where it has ended.
  int64_t peak_memory_kib() const;

 private:
  ServerProcess(std::unique_ptr<Process> process, std::string endpoint)
      : process_(std::move(process)), endpoint_(std::move(endpoint)) {}

  const std::unique_ptr<Process> process_;
  const std::string endpoint_;
};

// The path of a program of this build: in $SKONTRO_BIN_DIR where that is set,
// else where the build put it.
std::string ProgramPath(const std::string& name);

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_SERVER_PROCESS_H_
