#include "server/auth/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"

namespace skontro::server {
namespace {

constexpr size_t kLengthMax = 64 * 1024;

absl::Status Failed(const char* what, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

absl::Status SyncDirectoryOf(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/'));
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed("open", directory);
  const absl::Cleanup close_it = [fd] { close(fd); };
  return fsync(fd) == 0 ? absl::OkStatus() : Failed("sync", directory);
}

}  // namespace

absl::Status WriteSecretFile(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".new";
  // What a start that was cut short left behind.
  unlink(temporary.c_str());
  const int fd =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Failed("make", temporary);
  absl::Cleanup discard = [&] { unlink(temporary.c_str()); };
  {
    const absl::Cleanup close_it = [fd] { close(fd); };
    if (fchmod(fd, 0600) != 0) return Failed("protect", temporary);
    for (std::string_view left = bytes; !left.empty();) {
      const ssize_t written = write(fd, left.data(), left.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Failed("write", temporary);
      left.remove_prefix(static_cast<size_t>(written));
    }
    if (fsync(fd) != 0) return Failed("sync", temporary);
  }
  if (link(temporary.c_str(), path.c_str()) != 0) {
    if (errno == EEXIST) {
      return absl::AlreadyExistsError(absl::StrCat(path, " is there"));
    }
    return Failed("make", path);
  }
  return SyncDirectoryOf(path);
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return absl::NotFoundError(absl::StrCat("there is no ", path));
  }
  if (fd < 0) return Failed("read", path);
  const absl::Cleanup close_it = [fd] { close(fd); };
  struct stat found {};
  if (fstat(fd, &found) != 0) return Failed("read", path);
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(path,
                     " may be read by others than its owner; look "
                     "whether that did harm, then run: chmod 600 ",
                     path));
  }
  std::string bytes(kLengthMax, '\0');
  const ssize_t length = read(fd, bytes.data(), bytes.size());
  if (length < 0) return Failed("read", path);
  bytes.resize(static_cast<size_t>(length));
  return bytes;
}

absl::StatusOr<std::string> ReadOrMakeSecretFile(
    const std::string& path, const std::function<std::string()>& make,
    bool* made) {
  *made = false;
  absl::StatusOr<std::string> bytes = ReadSecretFile(path);
  if (bytes.ok() || !absl::IsNotFound(bytes.status())) return bytes;
  std::string fresh = make();
  SKONTRO_RETURN_IF_ERROR(WriteSecretFile(path, fresh));
  *made = true;
  return fresh;
}

}  // namespace skontro::server
