#include "cli/data_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "ledger/base/status.h"
#include "ledger/storage/anchor_file.h"
#include "ledger/storage/data_marker.h"

namespace skontro::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kNewNetwork[] = "new";

// The ids of networks, for a message.
std::string ListOf(const std::vector<std::string>& folders) {
  if (folders.empty()) return "none";
  return absl::StrJoin(folders, ", ",
                       [](std::string* out, const std::string& folder) {
                         out->append(fs::path(folder).filename().string());
                       });
}

}  // namespace

absl::StatusOr<std::string> FindNetworkFolder(const std::string& path,
                                              const std::string& network) {
  std::error_code error;
  if (fs::exists(fs::path(path) / "CURRENT", error)) return path;
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<std::string> folders,
                           ListNetworkFolders(path, network));
  if (folders.size() == 1) return folders.front();
  return UsageFailure(absl::StrCat("say which network of ", path, ": it has ",
                                   ListOf(folders),
                                   "\nNext: add --network ID"));
}

absl::StatusOr<std::vector<std::string>> ListNetworkFolders(
    const std::string& path, const std::string& network) {
  std::error_code error;
  const fs::path networks = fs::path(path) / ledger::kNetworksFolder;
  if (!fs::exists(fs::path(path) / ledger::kDataMarkerName, error) ||
      !fs::is_directory(networks, error)) {
    return UsageFailure(absl::StrCat(
        path, " is no data directory\nNext: name the one of the server, as ",
        "skontrod --data-dir does"));
  }
  std::vector<std::string> folders;
  for (fs::directory_iterator entry(networks, error), end;
       !error && entry != end; entry.increment(error)) {
    // A name with a dot is a network whose creation was cut short.
    if (!entry->path().filename().string().starts_with('.')) {
      folders.push_back(entry->path().string());
    }
  }
  if (error) return FileFailure("read", networks.string(), error.value());
  std::sort(folders.begin(), folders.end());
  const std::string wanted = (networks / network).string();
  if (!network.empty() &&
      std::find(folders.begin(), folders.end(), wanted) != folders.end()) {
    return std::vector<std::string>{wanted};
  }
  if (!network.empty()) {
    return UsageFailure(absl::StrCat(path, " has no network '", network,
                                     "': it has ", ListOf(folders)));
  }
  if (!folders.empty()) return folders;
  return UsageFailure(absl::StrCat(path, " has no network yet"));
}

NewDataFolder::NewDataFolder(std::string path)
    : path_(std::move(path)),
      partial_path_(absl::StrCat(path_, ".", getpid(), ".partial")) {}

absl::StatusOr<std::unique_ptr<NewDataFolder>> NewDataFolder::Create(
    const std::string& path) {
  std::string plain = path;
  while (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  std::error_code error;
  if (fs::symlink_status(plain, error).type() != fs::file_type::not_found) {
    return UsageFailure(absl::StrCat(
        plain, " is there already, and nothing is overwritten\nNext: name a ",
        "folder that is not there yet"));
  }
  auto folder = absl::WrapUnique(new NewDataFolder(std::move(plain)));
  SKONTRO_RETURN_IF_ERROR(MakeFolders(
      absl::StrCat(folder->partial_path_, "/", ledger::kNetworksFolder)));
  return folder;
}

NewDataFolder::~NewDataFolder() {
  std::error_code error;
  if (!published_) fs::remove_all(partial_path_, error);
}

std::string NewDataFolder::network_path() const {
  return absl::StrCat(partial_path_, "/", ledger::kNetworksFolder, "/",
                      kNewNetwork);
}

absl::Status NewDataFolder::AddNetwork(const std::string& network_id,
                                       const ledger::AnchoredHead& head) {
  const std::string networks =
      absl::StrCat(partial_path_, "/", ledger::kNetworksFolder);
  const std::string named = absl::StrCat(networks, "/", network_id);
  SKONTRO_RETURN_IF_ERROR(SyncFolder(network_path()));
  if (rename(network_path().c_str(), named.c_str()) != 0) {
    return FileFailure("rename", network_path(), errno);
  }
  SKONTRO_RETURN_IF_ERROR(SyncFolder(networks));
  const std::string anchors = absl::StrCat(partial_path_, "/anchors");
  SKONTRO_RETURN_IF_ERROR(MakeFolders(anchors));
  const absl::Status anchored = ledger::CreateAnchorFile(
      absl::StrCat(anchors, "/", network_id, ".anchor"),
      ledger::EncodeNewAnchor(head));
  if (!anchored.ok()) {
    return Failure(ExitCode::kLocalFailure, std::string(anchored.message()));
  }
  return absl::OkStatus();
}

absl::Status NewDataFolder::Publish() {
  SKONTRO_RETURN_IF_ERROR(
      ReplaceFile(absl::StrCat(partial_path_, "/", ledger::kDataMarkerName),
                  ledger::kDataMarkerText));
  SKONTRO_RETURN_IF_ERROR(SyncFolder(partial_path_));
  if (renameat2(AT_FDCWD, partial_path_.c_str(), AT_FDCWD, path_.c_str(),
                RENAME_NOREPLACE) != 0) {
    return FileFailure("make", path_, errno);
  }
  published_ = true;
  const std::string above = fs::absolute(path_).parent_path().string();
  return SyncFolder(above);
}

}  // namespace skontro::cli
