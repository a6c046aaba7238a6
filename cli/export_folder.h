// An ExportFolder receives the files of an export and shows them when all are
// there: each is written under another name, synced, and compared with what the
// manifest says of it; then all take their names, the manifest last. An export
// that broke off leaves nothing.
//
// Thread safety: none; one thread owns an ExportFolder.

#ifndef SKONTRO_CLI_EXPORT_FOLDER_H_
#define SKONTRO_CLI_EXPORT_FOLDER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/output_file.h"
#include "ledger/digest.h"

namespace skontro::cli {

class ExportFolder {
 public:
  struct File {
    std::string name;
    int64_t bytes = 0;
    std::string sha256;  // Hex.
  };

  // Makes the folder at `path` where it is not there.
  static absl::StatusOr<std::unique_ptr<ExportFolder>> Open(
      std::string path, OutputFile::Existing existing);

  // Begins the next file. A failure: kBroken where the name is not one that a
  // file may have here, or came before; kLocalFailure where a file of this name
  // is there and existing ones are kept.
  absl::Status BeginFile(const std::string& name);

  // Adds to the file that began last. kBroken where none began.
  absl::Status Write(std::string_view bytes);

  // Ends the export: compares, and gives all files their names. kBroken where
  // the last file is no manifest, or another file is not the one that it
  // describes, by its name, length and SHA-256. Nothing has its name then.
  absl::Status Finish();

  // What Finish() made, in the order of the export.
  const std::vector<File>& files() const { return files_; }
  // Whether the manifest says that the period is still open.
  bool is_provisional() const { return is_provisional_; }

 private:
  ExportFolder(std::string path, OutputFile::Existing existing)
      : path_(std::move(path)), existing_(existing) {}

  absl::Status EndFile();
  absl::Status CheckManifest();

  const std::string path_;
  const OutputFile::Existing existing_;
  std::vector<std::unique_ptr<OutputFile>> outputs_;
  std::vector<File> files_;
  ledger::Sha256 hash_;
  std::string last_bytes_;  // Of the last file, the manifest perhaps.
  bool is_provisional_ = false;
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_EXPORT_FOLDER_H_
