// The data directory of a server: who has it, and what is in it.
// docs/journal_format.md describes the files.
//
//   DATA/SKONTRO     says what it is and in which format
//   DATA/LOCK        held by the one server that writes
//   DATA/networks/   one directory per network
//   DATA/anchors/    their head anchors (server/anchor_directory.h), unless
//                    --anchor-dir puts them elsewhere
//
// Thread safety: const methods from any thread.

#ifndef SKONTRO_SERVER_DATA_DIRECTORY_H_
#define SKONTRO_SERVER_DATA_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/exit_code.h"

namespace skontro::server {

class DataDirectory {
 public:
  // Takes the data directory at `path` for this process; makes it where there
  // is nothing or an empty directory. Removes what a creation that was cut
  // short left behind. The messages say what to do next.
  //
  // Returns FAILED_PRECONDITION when another process has it, PERMISSION_DENIED
  // when it may not be written, RESOURCE_EXHAUSTED when the disk is full,
  // UNIMPLEMENTED when its format is newer, INVALID_ARGUMENT when it holds
  // other things and is left as it is, UNAVAILABLE for other trouble.
  static absl::StatusOr<std::unique_ptr<DataDirectory>> Open(
      const std::string& path);

  // What Inspect() finds.
  struct Glance {
    bool exists = false;    // Else Open() makes it.
    int64_t in_use_by = 0;  // The process that has it; -1 for one not known.
    std::vector<std::string> networks;
  };

  // Looks at what Open() would find, and makes and changes nothing. For a
  // moment it has the lock of the directory, shared. Returns the errors of
  // Open() but that another process has it, also for what is below `path`.
  static absl::StatusOr<Glance> Inspect(const std::string& path);

  // Lets go of it.
  ~DataDirectory();

  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::string& path() const { return path_; }

  // Where the network of this id is, or would be.
  std::string NetworkPath(std::string_view id) const;

  // Where the network of this id is made, before it is moved to its place.
  std::string CreatingPath(std::string_view id) const;

  // Moves a network that was made to its place, and makes that survive a crash
  // of the machine. Returns ALREADY_EXISTS if there is something.
  absl::Status Publish(std::string_view id) const;

  // Removes what is at CreatingPath(), if anything.
  absl::Status Discard(std::string_view id) const;

  // Ids of the networks that are there, in order.
  absl::StatusOr<std::vector<std::string>> NetworkIds() const;

 private:
  DataDirectory(std::string path, int lock)
      : path_(std::move(path)), lock_(lock) {}

  const std::string path_;
  const int lock_;
};

// What the process ends with when opening a data directory or a network in it
// failed like that.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_DATA_DIRECTORY_H_
