// Whole files of this machine: bounded reading, and writing that is there in
// full after a crash or not at all.
//
// Thread safety: functions that touch the disk.

#ifndef SKONTRO_CLI_FILE_H_
#define SKONTRO_CLI_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::cli {

// The bytes of the file at `path`; `-` is the standard input. A local failure
// where it cannot be read; a usage failure where it has more than `bytes_max`.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t bytes_max);

// Writes `bytes` beside `path`, syncs, and renames over `path`.
absl::Status ReplaceFile(const std::string& path, std::string_view bytes);

// Makes the folder at `path` and those above it, where they are not there.
absl::Status MakeFolders(const std::string& path);

// Makes the names in the folder at `path` durable.
absl::Status SyncFolder(const std::string& path);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_FILE_H_
