#include "server/anchor_directory.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/status.h"
#include "ledger/storage/anchor_file.h"

namespace skontro::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".anchor";
constexpr std::string_view kCreatingPrefix = ".creating-";

absl::Status DiskError(const std::string& what, const std::error_code& error) {
  const std::string message = absl::StrCat(what, ": ", error.message());
  if (error == std::errc::permission_denied ||
      error == std::errc::operation_not_permitted ||
      error == std::errc::read_only_file_system) {
    return absl::PermissionDeniedError(
        absl::StrCat(message,
                     "; let the user of this process own and write it, or name "
                     "another directory with --anchor-dir"));
  }
  if (error == std::errc::no_space_on_device) {
    return absl::ResourceExhaustedError(
        absl::StrCat(message, "; make room and start again"));
  }
  return absl::UnavailableError(
      absl::StrCat(message, "; see to the disk and start again"));
}

// The network that the file `name` is the anchor of, or would have been if its
// creation had come to its end; empty if it is no anchor.
std::string NetworkOf(std::string_view name, bool creating) {
  if (!name.ends_with(kSuffix)) return "";
  name.remove_suffix(kSuffix.size());
  if (name.starts_with(kCreatingPrefix) != creating) return "";
  if (creating) name.remove_prefix(kCreatingPrefix.size());
  return std::string(name);
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What to do about an anchor that is not there or holds nothing.
absl::Status Lost(const std::string& network, const std::string& path,
                  std::string_view what) {
  return absl::AbortedError(absl::StrCat(
      "the head anchor of ", network, " ", std::string(what), ": ", path,
      ". Without it nobody can tell whether the store lost its newest records. "
      "If it is elsewhere, name its directory with --anchor-dir or copy it "
      "there; if it is lost, `skontro recover DATA --to COPY` lists what there "
      "is, and lets you accept it with a new anchor"));
}

}  // namespace

absl::StatusOr<AnchorDirectory> AnchorDirectory::Open(
    const std::string& path, const std::vector<std::string>& networks) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return DiskError(absl::StrCat("cannot make ", path), error);
  AnchorDirectory directory(path);
  SKONTRO_RETURN_IF_ERROR(directory.TidyUp(networks));
  fs::directory_iterator entry(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string network =
        NetworkOf(entry->path().filename().string(), /*creating=*/false);
    if (network.empty() || Contains(networks, network)) continue;
    SKONTRO_RETURN_IF_ERROR(directory.CheckOrphan(network));
  }
  if (error) return DiskError(absl::StrCat("cannot read ", path), error);
  return directory;
}

absl::Status AnchorDirectory::TidyUp(
    const std::vector<std::string>& networks) const {
  std::error_code error;
  std::vector<std::string> creating;
  fs::directory_iterator entry(path_, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string network =
        NetworkOf(entry->path().filename().string(), /*creating=*/true);
    if (!network.empty()) creating.push_back(std::move(network));
  }
  if (error) return DiskError(absl::StrCat("cannot read ", path_), error);
  for (const std::string& network : creating) {
    const bool made =
        Contains(networks, network) && !fs::exists(AnchorPath(network), error);
    SKONTRO_RETURN_IF_ERROR(made ? Publish(network) : Discard(network));
  }
  return absl::OkStatus();
}

absl::Status AnchorDirectory::CheckOrphan(const std::string& network) const {
  const std::string path = AnchorPath(network);
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string bytes,
      ledger::ReadAnchorFile(path, ledger::kAnchorFileLength));
  const absl::StatusOr<ledger::AnchorContents> contents =
      ledger::DecodeAnchor(bytes);
  return absl::OutOfRangeError(absl::StrCat(
      "network ", network,
      ": there is no store, so it ends at sequence 0, and "
      "the head anchor ",
      path, " says that ",
      contents.ok()
          ? absl::StrCat("sequence ",
                         static_cast<uint64_t>(contents->newest.sequence),
                         " was durable")
          : std::string("there was one"),
      ". Bring the network's directory back from a copy; if it was removed on "
      "purpose, move its anchor away too"));
}

absl::StatusOr<std::unique_ptr<ledger::HeadAnchor>> AnchorDirectory::OpenAnchor(
    std::string_view network,
    const ledger::HeadAnchor::Options& options) const {
  const std::string path = AnchorPath(network);
  absl::StatusOr<std::unique_ptr<ledger::AnchorFile>> file =
      ledger::OpenAnchorFile(path);
  if (absl::IsNotFound(file.status())) {
    return Lost(std::string(network), path, "is missing");
  }
  SKONTRO_RETURN_IF_ERROR(file.status());
  absl::StatusOr<std::unique_ptr<ledger::HeadAnchor>> anchor =
      ledger::HeadAnchor::Open(*std::move(file), options);
  if (absl::IsDataLoss(anchor.status())) {
    return Lost(std::string(network), path, "is damaged");
  }
  return anchor;
}

absl::Status AnchorDirectory::Create(std::string_view network,
                                     const ledger::AnchoredHead& head) const {
  std::error_code error;
  if (fs::exists(AnchorPath(network), error)) {
    return absl::AlreadyExistsError(
        absl::StrCat(AnchorPath(network),
                     " is there, and its network is not; "
                     "move it away, or bring the network "
                     "back"));
  }
  return ledger::CreateAnchorFile(CreatingPath(network),
                                  ledger::EncodeNewAnchor(head));
}

absl::Status AnchorDirectory::Publish(std::string_view network) const {
  std::error_code error;
  fs::rename(CreatingPath(network), AnchorPath(network), error);
  if (error) {
    return DiskError(absl::StrCat("cannot rename ", CreatingPath(network)),
                     error);
  }
  return ledger::SyncDirectory(path_);
}

absl::Status AnchorDirectory::Discard(std::string_view network) const {
  std::error_code error;
  fs::remove(CreatingPath(network), error);
  if (error) {
    return DiskError(absl::StrCat("cannot remove ", CreatingPath(network)),
                     error);
  }
  return absl::OkStatus();
}

std::string AnchorDirectory::AnchorPath(std::string_view network) const {
  return absl::StrCat(path_, "/", std::string(network), std::string(kSuffix));
}

std::string AnchorDirectory::CreatingPath(std::string_view network) const {
  return absl::StrCat(path_, "/", std::string(kCreatingPrefix),
                      std::string(network), std::string(kSuffix));
}

}  // namespace skontro::server
