#include "server/head_keys.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"

namespace skontro::server {
namespace {

using ledger::HeadKey;
using ledger::SigningKey;

// A file of a key has 119 bytes; one that is larger is none.
constexpr size_t kFileLengthMax = 4'096;

absl::Status Failed(const char* what, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(fd) != 0) return Failed("sync", path);
  return absl::OkStatus();
}

absl::Status SyncDirectory(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed("open", path);
  const absl::Cleanup close_it = [fd] { close(fd); };
  if (fsync(fd) != 0) return Failed("sync", path);
  return absl::OkStatus();
}

absl::Status WriteFile(const std::string& directory, const std::string& path,
                       std::string_view bytes) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return Failed("make", directory);
  }
  const int fd =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Failed("make", path);
  const absl::Cleanup close_it = [fd] { close(fd); };
  SKONTRO_RETURN_IF_ERROR(WriteAll(fd, bytes, path));
  SKONTRO_RETURN_IF_ERROR(SyncDirectory(directory));
  return SyncDirectory(directory + "/..");
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return absl::NotFoundError(absl::StrCat("there is no ", path));
  }
  if (fd < 0) return Failed("read", path);
  const absl::Cleanup close_it = [fd] { close(fd); };
  std::string bytes(kFileLengthMax, '\0');
  const ssize_t length = read(fd, bytes.data(), bytes.size());
  if (length < 0) return Failed("read", path);
  bytes.resize(static_cast<size_t>(length));
  return bytes;
}

}  // namespace

std::string HeadKeys::PathOf(const HeadKey& key) const {
  return absl::StrCat(directory_, "/", ledger::ToHex(ledger::HeadKeyId(key)),
                      ".pem");
}

absl::StatusOr<HeadKey> HeadKeys::Make() {
  std::array<char, ledger::kHeadKeyLength> seed;
  randombytes_buf(seed.data(), seed.size());
  auto key = std::make_shared<const SigningKey>(
      SigningKey::FromSeed({seed.data(), seed.size()}));
  sodium_memzero(seed.data(), seed.size());
  const HeadKey public_key = key->public_key();
  SKONTRO_RETURN_IF_ERROR(
      WriteFile(directory_, PathOf(public_key), key->ToPem()));
  const absl::MutexLock lock(&mutex_);
  known_.emplace(public_key, std::move(key));
  return public_key;
}

absl::StatusOr<std::shared_ptr<const SigningKey>> HeadKeys::Find(
    const HeadKey& key) {
  const absl::MutexLock lock(&mutex_);
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  const std::string path = PathOf(key);
  SKONTRO_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  absl::StatusOr<SigningKey> read = SigningKey::FromPem(pem);
  if (!read.ok() || read->public_key() != key) {
    return absl::DataLossError(
        absl::StrCat(path, " does not hold the key that it is named after"));
  }
  return known_.emplace(key, std::make_shared<const SigningKey>(*read))
      .first->second;
}

absl::Status HeadKeys::Destroy(const HeadKey& key) {
  const absl::MutexLock lock(&mutex_);
  known_.erase(key);
  const std::string path = PathOf(key);
  if (unlink(path.c_str()) != 0) {
    return errno == ENOENT || errno == ENOTDIR ? absl::OkStatus()
                                               : Failed("remove", path);
  }
  return SyncDirectory(directory_);
}

}  // namespace skontro::server
