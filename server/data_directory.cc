#include "server/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"
#include "ledger/storage/data_marker.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

namespace fs = std::filesystem;

using ledger::kDataFormat;
using ledger::kDataMarkerText;
constexpr const char* kMarker = ledger::kDataMarkerName;
constexpr char kMarkerTemporary[] = "SKONTRO.new";
constexpr char kLock[] = "LOCK";
constexpr const char* kNetworks = ledger::kNetworksFolder;
constexpr std::string_view kCreatingPrefix = ".creating-";
constexpr std::string_view kMarkerStart = ledger::kDataMarkerStart;

absl::Status DiskError(const std::string& what, int error) {
  const std::string message =
      absl::StrCat(what, ": ", std::strerror(error), "; ");
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(absl::StrCat(
          message, "let the user of this process own and write it, or name ",
          "another directory with --data-dir"));
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(
          absl::StrCat(message, "make room and start again"));
    case ENOTDIR:
    case EEXIST:
      return absl::InvalidArgumentError(
          absl::StrCat(message, "name a directory with --data-dir"));
    default:
      return absl::UnavailableError(
          absl::StrCat(message, "see to the disk and start again"));
  }
}

absl::Status DiskError(const std::string& what, const std::error_code& error) {
  return DiskError(what, error.value());
}

absl::Status SyncDirectory(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return DiskError(absl::StrCat("cannot open ", path), errno);
  const absl::Cleanup close_it = [fd] { close(fd); };
  if (fsync(fd) != 0) {
    return DiskError(absl::StrCat("cannot sync ", path), errno);
  }
  return absl::OkStatus();
}

// What there is at `path` before anything is made.
enum class Found { kNothing, kEmpty, kData, kOther };

absl::StatusOr<Found> LookAt(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return Found::kNothing;
  if (error) return DiskError(absl::StrCat("cannot look at ", path), error);
  if (status.type() != fs::file_type::directory) {
    return DiskError(absl::StrCat("cannot use ", path), ENOTDIR);
  }
  Found found = Found::kEmpty;
  fs::directory_iterator entry(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == kMarker) return Found::kData;
    // A first start that was cut short left these, and nothing else.
    if (name != kLock && name != kMarkerTemporary) found = Found::kOther;
  }
  if (error) return DiskError(absl::StrCat("cannot read ", path), error);
  return found;
}

absl::Status CheckMarker(const std::string& path) {
  const std::string name = absl::StrCat(path, "/", kMarker);
  std::ifstream file(name, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open()) {
    return DiskError(absl::StrCat("cannot read ", name), EACCES);
  }
  const std::string_view view = text;
  const size_t end = view.find('\n', kMarkerStart.size());
  int64_t format = 0;
  if (!view.starts_with(kMarkerStart) || end == std::string_view::npos ||
      !absl::SimpleAtoi(std::string(view.substr(kMarkerStart.size(),
                                                end - kMarkerStart.size())),
                        &format) ||
      format < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, " is not what skontrod writes, so ", path,
        " is left as it is; name another directory with --data-dir, or bring "
        "the file back from a copy"));
  }
  if (format > kDataFormat) {
    return absl::UnimplementedError(
        absl::StrCat(path, " has format ", format, " and this skontrod knows ",
                     kDataFormat, "; start the newer skontrod that wrote it"));
  }
  return absl::OkStatus();
}

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return DiskError(absl::StrCat("cannot make ", path), error);
  return absl::OkStatus();
}

// Takes the lock, and says in its file who has it.
absl::StatusOr<int> TakeLock(const std::string& path) {
  const std::string name = absl::StrCat(path, "/", kLock);
  const int fd = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return DiskError(absl::StrCat("cannot write ", name), errno);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    char owner[32] = {};
    const ssize_t length = read(fd, owner, sizeof(owner) - 1);
    close(fd);
    if (error != EWOULDBLOCK) {
      return DiskError(absl::StrCat("cannot lock ", name), error);
    }
    int64_t pid = 0;
    const bool known =
        length > 0 && absl::SimpleAtoi(owner, &pid);  // Blanks are skipped.
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is in use by ",
                     known ? absl::StrCat("process ", pid) : "another process",
                     "; stop that server first, or name another directory with "
                     "--data-dir"));
  }
  const std::string pid = absl::StrCat(getpid(), "\n");
  // Only for the message above: the lock holds without it.
  if (ftruncate(fd, 0) == 0) {
    [[maybe_unused]] const ssize_t written = write(fd, pid.data(), pid.size());
  }
  return fd;
}

// Who has the lock: 0 for nobody, -1 for a process that is not known.
int64_t LockOwner(const std::string& path) {
  const std::string name = absl::StrCat(path, "/", kLock);
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const absl::Cleanup close_it = [fd] { close(fd); };
  if (flock(fd, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return 0;
  char owner[32] = {};
  int64_t pid = 0;
  const bool known =
      read(fd, owner, sizeof(owner) - 1) > 0 && absl::SimpleAtoi(owner, &pid);
  return known ? pid : -1;
}

// Whether this process may make something where `path` is to be.
absl::Status CheckParent(const std::string& path) {
  std::error_code error;
  fs::path parent = fs::absolute(path, error).parent_path();
  while (!error && !fs::exists(parent, error) && parent.has_relative_path()) {
    parent = parent.parent_path();
  }
  if (access(parent.c_str(), W_OK | X_OK) != 0) {
    return DiskError(
        absl::StrCat("cannot make ", path, " in ", parent.string()), errno);
  }
  return absl::OkStatus();
}

// Whether this process may read and write all that is there.
absl::Status CheckRights(const std::string& path) {
  if (access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return DiskError(absl::StrCat("cannot use ", path), errno);
  }
  std::error_code error;
  fs::recursive_directory_iterator entry(path, error);
  for (; !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    const int mode = entry->is_directory(error) ? R_OK | W_OK | X_OK : R_OK;
    // What a running server removes meanwhile is not missed.
    if (access(entry->path().c_str(), mode) != 0 && errno != ENOENT) {
      return DiskError(absl::StrCat("cannot use ", entry->path().string()),
                       errno);
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return DiskError(absl::StrCat("cannot look through ", path), error);
  }
  return absl::OkStatus();
}

absl::Status NotOurs(const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat(
      path, " is not empty and has no file ", kMarker,
      ", so it is left as it is; name an empty or a new directory with "
      "--data-dir"));
}

absl::Status WriteMarker(const std::string& path) {
  const std::string temporary = absl::StrCat(path, "/", kMarkerTemporary);
  const std::string name = absl::StrCat(path, "/", kMarker);
  const int fd =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return DiskError(absl::StrCat("cannot write ", temporary), errno);
  const size_t length = kDataMarkerText.size();
  const bool written = write(fd, kDataMarkerText.data(), length) ==
                           static_cast<ssize_t>(length) &&
                       fsync(fd) == 0;
  const int error = errno;
  close(fd);
  if (!written) {
    return DiskError(absl::StrCat("cannot write ", temporary), error);
  }
  if (rename(temporary.c_str(), name.c_str()) != 0) {
    return DiskError(absl::StrCat("cannot write ", name), errno);
  }
  return SyncDirectory(path);
}

absl::Status RemoveLeftovers(const std::string& networks) {
  std::error_code error;
  std::vector<fs::path> leftovers;
  fs::directory_iterator entry(networks, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kCreatingPrefix)) leftovers.push_back(entry->path());
  }
  for (const fs::path& leftover : leftovers) {
    if (!error) fs::remove_all(leftover, error);
  }
  if (error) return DiskError(absl::StrCat("cannot clean ", networks), error);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> IdsIn(const std::string& networks) {
  std::vector<std::string> ids;
  std::error_code error;
  fs::directory_iterator entry(networks, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name.starts_with(kCreatingPrefix)) continue;
    if (!IsId(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat(networks, " holds '", name,
                       "', which is no network; move it elsewhere"));
    }
    ids.push_back(std::move(name));
  }
  if (error) return DiskError(absl::StrCat("cannot read ", networks), error);
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataDirectory>> DataDirectory::Open(
    const std::string& path) {
  SKONTRO_ASSIGN_OR_RETURN(const Found found, LookAt(path));
  if (found == Found::kOther) return NotOurs(path);
  if (found == Found::kNothing) SKONTRO_RETURN_IF_ERROR(MakeDirectory(path));
  if (found == Found::kData) SKONTRO_RETURN_IF_ERROR(CheckMarker(path));
  SKONTRO_ASSIGN_OR_RETURN(const int lock, TakeLock(path));
  std::unique_ptr<DataDirectory> directory(new DataDirectory(path, lock));
  const std::string networks = absl::StrCat(path, "/", kNetworks);
  SKONTRO_RETURN_IF_ERROR(MakeDirectory(networks));
  if (found != Found::kData) SKONTRO_RETURN_IF_ERROR(WriteMarker(path));
  SKONTRO_RETURN_IF_ERROR(RemoveLeftovers(networks));
  return directory;
}

absl::StatusOr<DataDirectory::Glance> DataDirectory::Inspect(
    const std::string& path) {
  SKONTRO_ASSIGN_OR_RETURN(const Found found, LookAt(path));
  Glance glance;
  if (found == Found::kOther) return NotOurs(path);
  if (found == Found::kNothing) {
    SKONTRO_RETURN_IF_ERROR(CheckParent(path));
    return glance;
  }
  glance.exists = true;
  if (found == Found::kData) SKONTRO_RETURN_IF_ERROR(CheckMarker(path));
  glance.in_use_by = LockOwner(path);
  SKONTRO_RETURN_IF_ERROR(CheckRights(path));
  const std::string networks = absl::StrCat(path, "/", kNetworks);
  std::error_code error;
  if (fs::exists(networks, error)) {
    SKONTRO_ASSIGN_OR_RETURN(glance.networks, IdsIn(networks));
  }
  return glance;
}

DataDirectory::~DataDirectory() { close(lock_); }

std::string DataDirectory::NetworkPath(std::string_view id) const {
  return absl::StrCat(path_, "/", kNetworks, "/", std::string(id));
}

std::string DataDirectory::CreatingPath(std::string_view id) const {
  return absl::StrCat(path_, "/", kNetworks, "/", std::string(kCreatingPrefix),
                      std::string(id));
}

absl::Status DataDirectory::Publish(std::string_view id) const {
  const std::string from = CreatingPath(id);
  const std::string to = NetworkPath(id);
  std::error_code error;
  if (fs::exists(to, error)) {
    return absl::AlreadyExistsError(absl::StrCat(to, " is there already"));
  }
  SKONTRO_RETURN_IF_ERROR(SyncDirectory(from));
  if (rename(from.c_str(), to.c_str()) != 0) {
    return DiskError(absl::StrCat("cannot rename ", from), errno);
  }
  return SyncDirectory(absl::StrCat(path_, "/", kNetworks));
}

absl::Status DataDirectory::Discard(std::string_view id) const {
  std::error_code error;
  fs::remove_all(CreatingPath(id), error);
  if (error) {
    return DiskError(absl::StrCat("cannot remove ", CreatingPath(id)), error);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> DataDirectory::NetworkIds() const {
  return IdsIn(absl::StrCat(path_, "/", kNetworks));
}

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kDone;
    case absl::StatusCode::kFailedPrecondition:
      return ExitCode::kInUse;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
      return ExitCode::kNotWritable;
    case absl::StatusCode::kUnimplemented:
      return ExitCode::kNewerFormat;
    case absl::StatusCode::kInvalidArgument:
      return ExitCode::kNotADataDirectory;
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kNotFound:
      return ExitCode::kDamaged;
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kHeadBehind;
    case absl::StatusCode::kAborted:
      return ExitCode::kAnchorLost;
    default:
      return ExitCode::kInternal;
  }
}

}  // namespace skontro::server
