#include "cli/export_folder.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

// A manifest is kept in memory to be read; a file of the books is not.
constexpr size_t kManifestBytesMax = 1024 * 1024;
constexpr size_t kFilesMax = 64;
constexpr size_t kNameLengthMax = 200;

absl::Status Broken(const std::string& what) {
  return Failure(ExitCode::kBroken,
                 absl::StrCat("the export is not complete: ", what,
                              "; nothing was kept of it"));
}

bool IsFileName(const std::string& name) {
  return !name.empty() && name.size() <= kNameLengthMax &&
         name.front() != '.' && name.front() != '-' &&
         name.find('/') == std::string::npos && CheckText("", name).ok();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ExportFolder>> ExportFolder::Open(
    std::string path, OutputFile::Existing existing) {
  SKONTRO_RETURN_IF_ERROR(MakeFolders(path));
  return std::unique_ptr<ExportFolder>(
      new ExportFolder(std::move(path), existing));
}

absl::Status ExportFolder::BeginFile(const std::string& name) {
  SKONTRO_RETURN_IF_ERROR(EndFile());
  const bool came_before =
      std::any_of(files_.begin(), files_.end(),
                  [&](const File& file) { return file.name == name; });
  if (!IsFileName(name) || came_before || files_.size() == kFilesMax) {
    return Broken(absl::StrCat("the server sent a file named '", Shown(name),
                               "', which may not be here"));
  }
  const std::string path = absl::StrCat(path_, "/", name);
  std::error_code error;
  if (existing_ == OutputFile::Existing::kKeep &&
      std::filesystem::exists(path, error)) {
    return Failure(ExitCode::kLocalFailure,
                   absl::StrCat(path, " is there already; nothing was written",
                                "\nNext: another --out, or --force to replace "
                                "it"));
  }
  SKONTRO_ASSIGN_OR_RETURN(outputs_.emplace_back(), OutputFile::Create(path));
  files_.emplace_back().name = name;
  is_writing_ = true;
  hash_.Begin();
  last_bytes_.clear();
  return absl::OkStatus();
}

absl::Status ExportFolder::Write(std::string_view bytes) {
  if (!is_writing_) return Broken("content came before a file began");
  hash_.Add(bytes);
  const size_t room = kManifestBytesMax - last_bytes_.size();
  last_bytes_.append(bytes.substr(0, room));
  return outputs_.back()->Write(bytes);
}

absl::Status ExportFolder::EndFile() {
  if (!std::exchange(is_writing_, false)) return absl::OkStatus();
  files_.back().bytes = outputs_.back()->size();
  files_.back().sha256 = ledger::ToHex(hash_.Finish());
  return outputs_.back()->Finish();
}

absl::StatusOr<ExportManifest> ExportFolder::CheckManifest() const {
  if (files_.size() < export_begin_ + 2) return Broken("there is no manifest");
  absl::StatusOr<ExportManifest> manifest = ReadManifest(last_bytes_);
  if (!manifest.ok()) {
    return Broken(
        absl::StrCat("the last file, ", files_.back().name,
                     ", is no manifest: ", manifest.status().message()));
  }
  const auto begin = files_.begin() + static_cast<ptrdiff_t>(export_begin_);
  for (const ExportManifest::File& described : manifest->files) {
    const auto found = std::find_if(
        begin, files_.end() - 1,
        [&](const File& file) { return file.name == described.name; });
    if (found == files_.end() - 1) {
      return Broken(absl::StrCat("the manifest names ", Shown(described.name),
                                 ", which did not come"));
    }
    if (found->bytes != described.bytes || found->sha256 != described.sha256) {
      return Broken(absl::StrCat(found->name, " has ", found->bytes,
                                 " bytes and SHA-256 ", found->sha256,
                                 ", and the manifest says ", described.bytes,
                                 " and ", Shown(described.sha256)));
    }
  }
  return manifest;
}

absl::Status ExportFolder::EndExport() {
  SKONTRO_RETURN_IF_ERROR(EndFile());
  SKONTRO_ASSIGN_OR_RETURN(ExportManifest manifest, CheckManifest());
  manifests_.push_back(std::move(manifest));
  export_begin_ = files_.size();
  return absl::OkStatus();
}

void ExportFolder::DropExport() {
  is_writing_ = false;
  files_.resize(export_begin_);
  outputs_.resize(export_begin_);
}

absl::Status ExportFolder::AddFile(const std::string& name,
                                   std::string_view bytes) {
  SKONTRO_CHECK(export_begin_ == files_.size());
  SKONTRO_RETURN_IF_ERROR(BeginFile(name));
  SKONTRO_RETURN_IF_ERROR(Write(bytes));
  SKONTRO_RETURN_IF_ERROR(EndFile());
  export_begin_ = files_.size();
  return absl::OkStatus();
}

absl::Status ExportFolder::Finish() {
  if (files_.empty() || export_begin_ != files_.size()) {
    SKONTRO_RETURN_IF_ERROR(EndExport());
  }
  for (const std::unique_ptr<OutputFile>& output : outputs_) {
    SKONTRO_RETURN_IF_ERROR(output->Publish(existing_));
  }
  outputs_.clear();
  return SyncFolder(path_);
}

bool ExportFolder::is_provisional() const {
  return std::any_of(
      manifests_.begin(), manifests_.end(),
      [](const ExportManifest& manifest) { return manifest.provisional; });
}

}  // namespace skontro::cli
