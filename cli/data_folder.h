// Data directories on this machine, beside any server: finding the network that
// is meant in one, and making a new one that is there whole or not at all.
//
// Thread safety: none; one thread owns a NewDataFolder.

#ifndef SKONTRO_CLI_DATA_FOLDER_H_
#define SKONTRO_CLI_DATA_FOLDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/anchor_slots.h"

namespace skontro::cli {

// The directory of the store of `network` in `path`, which is a data directory
// or such a directory itself. An empty `network` means the only one that there
// is. A usage failure that names those that there are.
absl::StatusOr<std::string> FindNetworkFolder(const std::string& path,
                                              const std::string& network);

// The directories of all networks in the data directory at `path`, in the order
// of their ids, or of the one that is named; the id is the last part of each. A
// usage failure where there is none.
absl::StatusOr<std::vector<std::string>> ListNetworkFolders(
    const std::string& path, const std::string& network);

class NewDataFolder {
 public:
  // Begins a data directory that will be `path`, where nothing may be yet. It
  // gets its networks one after another: a store in network_path(), then
  // AddNetwork(); then Publish().
  static absl::StatusOr<std::unique_ptr<NewDataFolder>> Create(
      const std::string& path);

  // Removes what was made, unless it was published.
  ~NewDataFolder();
  NewDataFolder(const NewDataFolder&) = delete;
  NewDataFolder& operator=(const NewDataFolder&) = delete;

  // Where the store of the next network is to be made.
  std::string network_path() const;

  // Gives the network there its id and an anchor of its `head`, durable.
  absl::Status AddNetwork(const std::string& network_id,
                          const ledger::AnchoredHead& head);

  // Gives the folder its name, durable.
  absl::Status Publish();

 private:
  explicit NewDataFolder(std::string path);

  const std::string path_;
  const std::string partial_path_;
  bool published_ = false;
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_DATA_FOLDER_H_
