#include "cli/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/output_file.h"
#include "ledger/base/status.h"

namespace skontro::cli {

absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t bytes_max) {
  const bool is_stdin = path == "-";
  const int descriptor =
      is_stdin ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return FileFailure("read", path, errno);
  const absl::Cleanup closer = [&] {
    if (!is_stdin) close(descriptor);
  };
  std::string bytes;
  char buffer[64 * 1024];
  while (true) {
    const ssize_t count = read(descriptor, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileFailure("read", path, errno);
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(count));
    if (bytes.size() > bytes_max) {
      return UsageFailure(
          absl::StrCat(path, " has more than ", bytes_max, " bytes"));
    }
  }
}

absl::Status ReplaceFile(const std::string& path, std::string_view bytes) {
  SKONTRO_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                           OutputFile::Create(path));
  SKONTRO_RETURN_IF_ERROR(file->Write(bytes));
  SKONTRO_RETURN_IF_ERROR(file->Finish());
  return file->Publish(OutputFile::Existing::kReplace);
}

absl::Status MakeFolders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && !std::filesystem::is_directory(path, error)) {
    return FileFailure("make the folder", path, ENOTDIR);
  }
  if (error) return FileFailure("make the folder", path, error.value());
  return absl::OkStatus();
}

absl::Status SyncFolder(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return FileFailure("sync", path, errno);
  const absl::Cleanup closer = [&] { close(descriptor); };
  if (fsync(descriptor) != 0) return FileFailure("sync", path, errno);
  return absl::OkStatus();
}

}  // namespace skontro::cli
