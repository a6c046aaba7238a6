// An AnchorFile is the small file that holds a head anchor: some thousand bytes
// that are overwritten in place, block by block, and synced. What the bytes
// mean is ledger/head_anchor.h's affair.
//
// Durability: what Write() wrote survives a crash of the machine when Sync()
// has returned OK, and may or may not before that. After an error of either
// nobody knows what is on the disk: what the kernel could not write it may have
// dropped, and a second sync would say that all is well. So none is retried.
//
// Thread safety: one thread at a time.

#ifndef SKONTRO_LEDGER_STORAGE_ANCHOR_FILE_H_
#define SKONTRO_LEDGER_STORAGE_ANCHOR_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::ledger {

class AnchorFile {
 public:
  virtual ~AnchorFile() = default;

  // The path, for messages.
  virtual const std::string& name() const = 0;

  // Returns the first `size` bytes, or fewer where the file is shorter.
  virtual absl::StatusOr<std::string> Read(size_t size) = 0;

  // Overwrites the file from `offset` on.
  virtual absl::Status Write(uint64_t offset, std::string_view bytes) = 0;

  // Waits until what was written is on the disk.
  virtual absl::Status Sync() = 0;
};

// Opens the anchor at `path` and locks it, so that a second process with a copy
// of the same network cannot write to it as well. Returns NOT_FOUND where there
// is none, FAILED_PRECONDITION when another process has it, PERMISSION_DENIED
// when it may not be written, UNAVAILABLE for other trouble with the disk.
absl::StatusOr<std::unique_ptr<AnchorFile>> OpenAnchorFile(
    const std::string& path);

// Writes a new anchor of these bytes at `path`, and makes file and name survive
// a crash of the machine. Returns ALREADY_EXISTS where there is something;
// RESOURCE_EXHAUSTED when the disk is full, or as OpenAnchorFile(); nothing is
// left behind then.
absl::Status CreateAnchorFile(const std::string& path, std::string_view bytes);

// Reads the anchor at `path` without a lock and without the right to write.
// Errors as OpenAnchorFile().
absl::StatusOr<std::string> ReadAnchorFile(const std::string& path,
                                           size_t size);

// Makes the names in the directory at `path` survive a crash of the machine.
absl::Status SyncDirectory(const std::string& path);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_ANCHOR_FILE_H_
