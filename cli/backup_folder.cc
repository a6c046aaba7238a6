#include "cli/backup_folder.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "ledger/base/status.h"
#include "ledger/storage/data_marker.h"

namespace skontro::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kExtension[] = ".skj";
constexpr size_t kMarkerLengthMax = 256;

absl::Status NoBackup(const std::string& path) {
  return UsageFailure(absl::StrCat(
      path, " is no backup: it has no file ", ledger::kBackupMarkerName,
      "\nNext: name a folder that skontro backup made, or a new one"));
}

// The names in the folder at `path`, ascending, without those of files that
// are being written.
absl::StatusOr<std::vector<std::string>> Names(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) return FileFailure("read", path, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

absl::StatusOr<BackupFolder> BackupFolder::OpenOrMake(const std::string& path) {
  std::error_code error;
  const bool empty =
      !fs::exists(path, error) ||
      (fs::is_directory(path, error) && fs::is_empty(path, error));
  if (error) return FileFailure("read", path, error.value());
  if (!empty) return Open(path);
  SKONTRO_RETURN_IF_ERROR(
      MakeFolders(absl::StrCat(path, "/", ledger::kNetworksFolder)));
  SKONTRO_RETURN_IF_ERROR(
      ReplaceFile(absl::StrCat(path, "/", ledger::kBackupMarkerName),
                  ledger::kBackupMarkerText));
  SKONTRO_RETURN_IF_ERROR(SyncFolder(path));
  return BackupFolder(path);
}

absl::StatusOr<BackupFolder> BackupFolder::Open(const std::string& path) {
  const std::string marker = absl::StrCat(path, "/", ledger::kBackupMarkerName);
  std::error_code error;
  if (!fs::is_regular_file(marker, error)) return NoBackup(path);
  SKONTRO_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(marker, kMarkerLengthMax));
  if (text != ledger::kBackupMarkerText) {
    return UsageFailure(absl::StrCat(
        marker,
        " is of another version, or damaged\nNext: use a newer skontro, "
        "or make a backup in a new folder"));
  }
  return BackupFolder(path);
}

std::string BackupFolder::FolderOf(const std::string& network) const {
  return absl::StrCat(path_, "/", ledger::kNetworksFolder, "/", network);
}

absl::StatusOr<std::vector<std::string>> BackupFolder::Networks(
    const std::string& network) const {
  SKONTRO_ASSIGN_OR_RETURN(
      const std::vector<std::string> names,
      Names(absl::StrCat(path_, "/", ledger::kNetworksFolder)));
  if (names.empty()) {
    return UsageFailure(absl::StrCat(path_, " has no network yet"));
  }
  if (network.empty()) return names;
  if (std::find(names.begin(), names.end(), network) != names.end()) {
    return std::vector<std::string>{network};
  }
  return UsageFailure(absl::StrCat(path_, " has no network '", network,
                                   "': it has ", absl::StrJoin(names, ", ")));
}

absl::StatusOr<std::vector<std::string>> BackupFolder::Files(
    const std::string& network) const {
  const std::string folder = FolderOf(network);
  std::vector<std::string> files;
  std::error_code error;
  if (!fs::exists(folder, error)) return files;
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(folder));
  for (const std::string& name : names) {
    if (name.ends_with(kExtension)) files.push_back(folder + "/" + name);
  }
  return files;
}

absl::StatusOr<std::string> BackupFolder::NewFile(
    const std::string& network, ledger::Sequence first) const {
  const std::string folder = FolderOf(network);
  SKONTRO_RETURN_IF_ERROR(MakeFolders(folder));
  SKONTRO_RETURN_IF_ERROR(
      SyncFolder(absl::StrCat(path_, "/", ledger::kNetworksFolder)));
  // All of one length, so that the order of the names is that of the files.
  return absl::StrFormat("%s/%020d%s", folder, static_cast<uint64_t>(first),
                         kExtension);
}

}  // namespace skontro::cli
