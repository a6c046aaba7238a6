// An ExportFolder receives the files of one export or of several and shows them
// when all are there: each is written under another name, synced, and compared
// with what its manifest says of it; then all take their names, in the order in
// which they came, so that a manifest follows its file. What broke off leaves
// nothing.
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
#include "cli/export_manifest.h"
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

  // Ends one export: compares. kBroken where its last file is no manifest, or
  // another file is not the one that it describes, by its name, length and
  // SHA-256.
  absl::Status EndExport();

  // Takes back the files that came since the last export ended.
  void DropExport();

  // Adds a file of our own, which no manifest describes. Between exports.
  absl::Status AddFile(const std::string& name, std::string_view bytes);

  // Ends the last export where that was not done, and gives all files their
  // names. kBroken as above, and where there is none. Nothing has its name
  // then.
  absl::Status Finish();

  // The files, in the order in which they came.
  const std::vector<File>& files() const { return files_; }
  // Of every export that ended.
  const std::vector<ExportManifest>& manifests() const { return manifests_; }
  // Whether one of them says that the period is still open.
  bool is_provisional() const;

 private:
  ExportFolder(std::string path, OutputFile::Existing existing)
      : path_(std::move(path)), existing_(existing) {}

  absl::Status EndFile();
  absl::StatusOr<ExportManifest> CheckManifest() const;

  const std::string path_;
  const OutputFile::Existing existing_;
  std::vector<std::unique_ptr<OutputFile>> outputs_;
  std::vector<File> files_;
  std::vector<ExportManifest> manifests_;
  size_t export_begin_ = 0;  // The first file of the export that goes on.
  bool is_writing_ = false;  // Whether the last file has not ended.
  ledger::Sha256 hash_;
  std::string last_bytes_;  // Of the last file, the manifest perhaps.
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_EXPORT_FOLDER_H_
