// A ThrowawayServer is a skontrod of this user's own, on a free port of the
// loopback and in a new temporary directory, which ends with it and takes all
// of its data along. It has the standard settings, whatever this user's
// environment says of another server, and tells no service manager of itself.
//
// It is in a process group of its own: Ctrl-C on the terminal is for its owner,
// who stops it.
//
// Thread safety: belongs to one thread.

#ifndef SKONTRO_CLI_THROWAWAY_SERVER_H_
#define SKONTRO_CLI_THROWAWAY_SERVER_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cli/interrupt.h"

namespace skontro::cli {

class ThrowawayServer {
 public:
  // Starts the skontrod at `program` and waits until it serves. A local failure
  // where there is none, or it ended; the message has the end of its log. A
  // failure with kInterrupted where the watch was first. Nothing is left then.
  static absl::StatusOr<std::unique_ptr<ThrowawayServer>> Start(
      const std::string& program, const InterruptWatch& watch);

  // Stops the server, by force where it takes longer than half a minute, and
  // removes its directory.
  ~ThrowawayServer();

  ThrowawayServer(const ThrowawayServer&) = delete;
  ThrowawayServer& operator=(const ThrowawayServer&) = delete;

  const std::string& endpoint() const { return endpoint_; }
  // For files of its client too; `data` below it is the server's.
  const std::string& directory() const { return directory_; }
  std::string data_directory() const { return directory_ + "/data"; }

 private:
  ThrowawayServer(std::string directory, pid_t process)
      : directory_(std::move(directory)), process_(process) {}

  const std::string directory_;
  const pid_t process_;
  std::string endpoint_;
};

// Where skontrod is: beside this program, else by its name alone.
std::string ServerProgram();

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_THROWAWAY_SERVER_H_
