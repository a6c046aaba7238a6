#include "cli/output_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "ledger/base/check.h"

namespace skontro::cli {

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Create(
    std::string path) {
  // One name per process: two exports into one folder do not share a file.
  std::string partial = absl::StrCat(path, ".", getpid(), ".partial");
  const int descriptor =
      open(partial.c_str(),
           O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor < 0) return FileFailure("write", partial, errno);
  return absl::WrapUnique(
      new OutputFile(std::move(path), std::move(partial), descriptor));
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!published_) unlink(partial_path_.c_str());
}

absl::Status OutputFile::Write(std::string_view bytes) {
  SKONTRO_CHECK(descriptor_ >= 0);
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileFailure("write", partial_path_, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
    size_ += written;
  }
  return absl::OkStatus();
}

absl::Status OutputFile::Finish() {
  SKONTRO_CHECK(descriptor_ >= 0);
  if (fsync(descriptor_) != 0) {
    return FileFailure("write", partial_path_, errno);
  }
  const int descriptor = std::exchange(descriptor_, -1);
  if (close(descriptor) != 0) return FileFailure("write", partial_path_, errno);
  return absl::OkStatus();
}

absl::Status OutputFile::Publish(Existing existing) {
  SKONTRO_CHECK(descriptor_ < 0 && !published_);
  if (existing == Existing::kReplace) {
    if (rename(partial_path_.c_str(), path_.c_str()) != 0) {
      return FileFailure("write", path_, errno);
    }
    published_ = true;
    return absl::OkStatus();
  }
  if (renameat2(AT_FDCWD, partial_path_.c_str(), AT_FDCWD, path_.c_str(),
                RENAME_NOREPLACE) == 0) {
    published_ = true;
    return absl::OkStatus();
  }
  // A file system that does not know the flag has hard links, which refuse a
  // name that is taken as well.
  if (errno != EINVAL || link(partial_path_.c_str(), path_.c_str()) != 0) {
    return FileFailure("write", path_, errno);
  }
  return absl::OkStatus();  // The destructor takes the other name away.
}

}  // namespace skontro::cli
