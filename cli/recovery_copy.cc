#include "cli/recovery_copy.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "ledger/base/status.h"
#include "ledger/storage/anchor_file.h"

namespace skontro::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kMarker[] = "SKONTRO";
constexpr char kMarkerText[] = "skontro data directory\nformat 1\n";
// By what the server proves itself, and knows the keys of its callers.
constexpr const char* kSecretFiles[] = {"api_key_secret", "operator.key"};
constexpr char kCertificates[] = "tls";
constexpr size_t kMarkerLengthMax = 256;
constexpr size_t kPieceLength = 1 << 20;

absl::Status Fails(const std::string& what, const fs::path& path,
                   const std::error_code& error) {
  return FileFailure(what, path.string(), error.value());
}

// A file and where it is to be.
struct File {
  fs::path from;
  fs::path to;
  uint64_t bytes = 0;
};

absl::Status CheckFrom(const std::string& from) {
  const std::string marker = absl::StrCat(from, "/", kMarker);
  std::error_code error;
  if (!fs::exists(marker, error)) {
    return UsageFailure(absl::StrCat(
        from, " is no data directory: it has no file ", kMarker,
        "\nNext: name the data directory of the server, --data-dir of "
        "skontrod"));
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(marker, kMarkerLengthMax));
  if (text == kMarkerText) return absl::OkStatus();
  return UsageFailure(absl::StrCat(
      marker, " is not of format 1, so this program does not know what is in ",
      from, "\nNext: use the program that wrote it, or bring the file back"));
}

absl::Status CheckTo(const std::string& from, const std::string& to) {
  std::error_code error;
  if (fs::symlink_status(to, error).type() != fs::file_type::not_found) {
    return UsageFailure(absl::StrCat(
        to,
        " is there already, and nothing is written over\nNext: name a "
        "directory that is not there"));
  }
  const fs::path above = fs::weakly_canonical(from, error);
  const fs::path below = fs::weakly_canonical(to, error);
  if (std::mismatch(above.begin(), above.end(), below.begin(), below.end())
          .first == above.end()) {
    return UsageFailure(absl::StrCat(to, " is inside ", from,
                                     "\nNext: name a directory outside of it"));
  }
  return absl::OkStatus();
}

// Keeps servers out of `from` while it lives; -1 where no server ever was.
absl::StatusOr<int> KeepServersOut(const std::string& from) {
  const std::string name = absl::StrCat(from, "/LOCK");
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return -1;
  if (fd < 0) return FileFailure("open", name, errno);
  // Shared: a server wants it alone, and nothing has to be written for it.
  if (flock(fd, LOCK_SH | LOCK_NB) == 0) return fd;
  const int error = errno;
  close(fd);
  if (error != EWOULDBLOCK) return FileFailure("lock", name, error);
  return UsageFailure(absl::StrCat(
      from, " is in use by a server; what it writes would be torn in a copy",
      "\nNext: stop that server"));
}

absl::Status ListFiles(const fs::path& from, const fs::path& to,
                       std::vector<File>* files) {
  std::error_code error;
  fs::directory_iterator entry(from, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    files->push_back({entry->path(), to / entry->path().filename(),
                      entry->file_size(error)});
  }
  return error ? Fails("read", from, error) : absl::OkStatus();
}

// The store of a network, and its keys: the copy is to sign as it did.
absl::Status ListNetwork(const fs::path& from, const fs::path& to,
                         std::vector<File>* files) {
  SKONTRO_RETURN_IF_ERROR(ListFiles(from, to, files));
  std::error_code error;
  if (!fs::is_directory(from / kKeysFolder, error)) return absl::OkStatus();
  fs::create_directory(to / kKeysFolder, from / kKeysFolder, error);
  if (error) return Fails("make", to / kKeysFolder, error);
  return ListFiles(from / kKeysFolder, to / kKeysFolder, files);
}

// The networks, by their directories.
absl::StatusOr<std::vector<std::string>> ListNetworks(const fs::path& data) {
  std::vector<std::string> ids;
  std::error_code error;
  const fs::path networks = data / "networks";
  fs::directory_iterator entry(networks, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string id = entry->path().filename().string();
    // With a dot: a creation that was cut short.
    if (id.front() != '.' && entry->is_directory(error)) {
      ids.push_back(std::move(id));
    }
  }
  if (error) return Fails("read", networks, error);
  std::sort(ids.begin(), ids.end());
  return ids;
}

absl::StatusOr<uint64_t> CopyFile(const File& file,
                                  const std::function<void(uint64_t)>& told) {
  const int in = open(file.from.c_str(), O_RDONLY | O_CLOEXEC);
  if (in < 0) return FileFailure("read", file.from.string(), errno);
  const absl::Cleanup close_in = [in] { close(in); };
  // Nobody may read more of the copy than of the original: a key is secret.
  struct stat original = {};
  if (fstat(in, &original) != 0) {
    return FileFailure("read", file.from.string(), errno);
  }
  const int out = open(file.to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                       original.st_mode & 0777);
  if (out < 0) return FileFailure("write", file.to.string(), errno);
  const absl::Cleanup close_out = [out] { close(out); };
  std::string piece(kPieceLength, '\0');
  uint64_t copied = 0;
  while (true) {
    const ssize_t count = read(in, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return FileFailure("read", file.from.string(), errno);
    }
    if (count == 0) break;
    for (ssize_t done = 0; done < count;) {
      const ssize_t written =
          write(out, piece.data() + done, static_cast<size_t>(count - done));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        return FileFailure("write", file.to.string(), errno);
      }
      done += written;
    }
    copied += static_cast<uint64_t>(count);
    told(copied);
  }
  if (fsync(out) != 0) {
    return FileFailure("sync", file.to.string(), errno);
  }
  return copied;
}

// The server's own: without its secret no key in the journal would fit any
// more, and without its certificates no client would trust it.
absl::Status ListSecrets(const fs::path& from, const fs::path& to,
                         std::vector<File>* files) {
  for (const char* const name : kSecretFiles) {
    std::error_code missing;
    const uint64_t bytes = fs::file_size(from / name, missing);
    if (!missing) files->push_back({from / name, to / name, bytes});
  }
  std::error_code error;
  if (!fs::is_directory(from / kCertificates, error)) return absl::OkStatus();
  fs::create_directory(to / kCertificates, from / kCertificates, error);
  if (error) return Fails("make", to / kCertificates, error);
  return ListFiles(from / kCertificates, to / kCertificates, files);
}

// Makes the folders of the copy and lists what belongs in them.
absl::StatusOr<std::vector<File>> Prepare(
    const CopyRequest& request, const std::vector<std::string>& networks) {
  std::vector<File> files;
  std::error_code error;
  const fs::path to = request.to;
  const fs::path from = request.from;
  // With the rights of the original.
  if (to.has_parent_path()) fs::create_directories(to.parent_path(), error);
  if (!error) fs::create_directory(to, from, error);
  if (!error) fs::create_directory(to / "networks", from / "networks", error);
  if (!error) fs::create_directory(to / "anchors", from / "networks", error);
  for (const std::string& id : networks) {
    if (error) break;
    fs::create_directory(NetworkDirectory(request.to, id),
                         NetworkDirectory(request.from, id), error);
    SKONTRO_RETURN_IF_ERROR(ListNetwork(NetworkDirectory(request.from, id),
                                        NetworkDirectory(request.to, id),
                                        &files));
    const fs::path anchor = request.anchors.empty()
                                ? fs::path(AnchorPath(request.from, id))
                                : fs::path(request.anchors) / (id + ".anchor");
    std::error_code missing;
    const uint64_t bytes = fs::file_size(anchor, missing);
    if (!missing) files.push_back({anchor, AnchorPath(request.to, id), bytes});
  }
  if (error) return Fails("make", to, error);
  SKONTRO_RETURN_IF_ERROR(ListSecrets(from, to, &files));
  return files;
}

}  // namespace

std::string NetworkDirectory(const std::string& data, const std::string& id) {
  return absl::StrCat(data, "/networks/", id);
}

std::string AnchorPath(const std::string& data, const std::string& id) {
  return absl::StrCat(data, "/anchors/", id, ".anchor");
}

absl::StatusOr<CopySummary> CopyForRecovery(const CopyRequest& request,
                                            const OnCopyProgress& on_progress) {
  SKONTRO_RETURN_IF_ERROR(CheckFrom(request.from));
  SKONTRO_RETURN_IF_ERROR(CheckTo(request.from, request.to));
  SKONTRO_ASSIGN_OR_RETURN(const int lock, KeepServersOut(request.from));
  const absl::Cleanup let_go = [lock] {
    if (lock >= 0) close(lock);
  };
  CopySummary summary;
  SKONTRO_ASSIGN_OR_RETURN(summary.networks, ListNetworks(request.from));
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<File> files,
                           Prepare(request, summary.networks));
  uint64_t total = 0;
  for (const File& file : files) total += file.bytes;
  for (const File& file : files) {
    SKONTRO_ASSIGN_OR_RETURN(const uint64_t copied,
                             CopyFile(file, [&](uint64_t bytes) {
                               on_progress(summary.bytes + bytes, total);
                             }));
    summary.bytes += copied;
    ++summary.files;
  }
  for (const std::string& id : summary.networks) {
    const std::string network = NetworkDirectory(request.to, id);
    const std::string keys = absl::StrCat(network, "/", kKeysFolder);
    std::error_code error;
    if (fs::is_directory(keys, error)) {
      SKONTRO_RETURN_IF_ERROR(SyncFolder(keys));
    }
    SKONTRO_RETURN_IF_ERROR(SyncFolder(network));
  }
  const std::string certificates = absl::StrCat(request.to, "/", kCertificates);
  std::error_code none;
  if (fs::is_directory(certificates, none)) {
    SKONTRO_RETURN_IF_ERROR(SyncFolder(certificates));
  }
  for (const char* folder : {"/networks", "/anchors", ""}) {
    SKONTRO_RETURN_IF_ERROR(SyncFolder(request.to + folder));
  }
  return summary;
}

absl::Status FinishCopy(const CopyRequest& request) {
  return ReplaceFile(absl::StrCat(request.to, "/", kMarker), kMarkerText);
}

}  // namespace skontro::cli
