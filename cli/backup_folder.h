// A BackupFolder keeps the journals of the networks of a server, each as a row
// of journal files: the first has all that there was when it was made, and each
// later one goes on where the one before it ended. No file is ever changed.
//
//   BACKUP/SKONTRO-BACKUP
//   BACKUP/networks/res/00000000000000000001.skj
//   BACKUP/networks/res/00000000000000004712.skj
//
// A file's name is its first sequence.
//
// Thread safety: none; one thread owns a BackupFolder.

#ifndef SKONTRO_CLI_BACKUP_FOLDER_H_
#define SKONTRO_CLI_BACKUP_FOLDER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/record.h"

namespace skontro::cli {

class BackupFolder {
 public:
  // The backup at `path`, which is made where there is nothing or an empty
  // folder. A usage failure where there is something else.
  static absl::StatusOr<BackupFolder> OpenOrMake(const std::string& path);

  // The backup at `path`. A usage failure where there is none.
  static absl::StatusOr<BackupFolder> Open(const std::string& path);

  const std::string& path() const { return path_; }

  // The ids of the networks in it, ascending, or the one that is named. A usage
  // failure where there is none.
  absl::StatusOr<std::vector<std::string>> Networks(
      const std::string& network) const;

  // The paths of the files of a network, from the first sequence on; none where
  // it is not in the backup.
  absl::StatusOr<std::vector<std::string>> Files(
      const std::string& network) const;

  // Where the file of a network is to be that begins with `first`. Makes the
  // folder for it.
  absl::StatusOr<std::string> NewFile(const std::string& network,
                                      ledger::Sequence first) const;

 private:
  explicit BackupFolder(std::string path) : path_(std::move(path)) {}

  std::string FolderOf(const std::string& network) const;

  std::string path_;
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_BACKUP_FOLDER_H_
