#include "ledger/storage/anchor_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"

namespace skontro::ledger {
namespace {

absl::Status DiskError(const std::string& path, const char* what, int error) {
  const std::string message =
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case EEXIST:
      return absl::AlreadyExistsError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

// A file descriptor that is closed with its object.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::StatusOr<Descriptor> OpenAt(const std::string& path, int flags) {
  Descriptor file(open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (file.get() < 0) return DiskError(path, "open", errno);
  return file;
}

absl::StatusOr<std::string> ReadAll(int fd, const std::string& path,
                                    size_t size) {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t count =
        pread(fd, bytes.data() + done, size - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return DiskError(path, "read", errno);
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

absl::Status WriteAll(int fd, const std::string& path, uint64_t offset,
                      std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return DiskError(path, "write", errno);
    bytes.remove_prefix(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return absl::OkStatus();
}

class PosixAnchorFile : public AnchorFile {
 public:
  PosixAnchorFile(std::string path, Descriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}

  const std::string& name() const override { return path_; }

  absl::StatusOr<std::string> Read(size_t size) override {
    return ReadAll(file_.get(), path_, size);
  }

  absl::Status Write(uint64_t offset, std::string_view bytes) override {
    return WriteAll(file_.get(), path_, offset, bytes);
  }

  // The size never changes, so nothing but the bytes has to reach the disk.
  absl::Status Sync() override {
    if (fdatasync(file_.get()) != 0) return DiskError(path_, "sync", errno);
    return absl::OkStatus();
  }

 private:
  const std::string path_;
  const Descriptor file_;
};

absl::Status WriteAndSync(int fd, const std::string& path,
                          std::string_view bytes) {
  SKONTRO_RETURN_IF_ERROR(WriteAll(fd, path, 0, bytes));
  if (fsync(fd) != 0) return DiskError(path, "sync", errno);
  return SyncDirectory(std::filesystem::path(path).parent_path().string());
}

}  // namespace

absl::StatusOr<std::unique_ptr<AnchorFile>> OpenAnchorFile(
    const std::string& path) {
  SKONTRO_ASSIGN_OR_RETURN(Descriptor file, OpenAt(path, O_RDWR));
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return DiskError(path, "lock", errno);
    return absl::FailedPreconditionError(absl::StrCat(
        path, " is in use by another process; stop that server first"));
  }
  return std::make_unique<PosixAnchorFile>(path, std::move(file));
}

absl::Status CreateAnchorFile(const std::string& path, std::string_view bytes) {
  SKONTRO_ASSIGN_OR_RETURN(const Descriptor file,
                           OpenAt(path, O_WRONLY | O_CREAT | O_EXCL));
  const absl::Status status = WriteAndSync(file.get(), path, bytes);
  if (!status.ok()) unlink(path.c_str());
  return status;
}

absl::StatusOr<std::string> ReadAnchorFile(const std::string& path,
                                           size_t size) {
  SKONTRO_ASSIGN_OR_RETURN(const Descriptor file, OpenAt(path, O_RDONLY));
  return ReadAll(file.get(), path, size);
}

absl::Status SyncDirectory(const std::string& path) {
  SKONTRO_ASSIGN_OR_RETURN(
      const Descriptor directory,
      OpenAt(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY));
  if (fsync(directory.get()) != 0) return DiskError(path, "sync", errno);
  return absl::OkStatus();
}

}  // namespace skontro::ledger
