// Data directories on this machine, beside any server: finding the network that
// is meant in one, and making a new one that is there whole or not at all.
//
// Thread safety: none; one thread owns a NewDataFolder.

#ifndef SKONTRO_CLI_DATA_FOLDER_H_
#define SKONTRO_CLI_DATA_FOLDER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/anchor_slots.h"

namespace skontro::cli {

// The directory of the store of `network` in `path`, which is a data directory
// or such a directory itself. An empty `network` means the only one that there
// is. A usage failure that names those that there are.
absl::StatusOr<std::string> FindNetworkFolder(const std::string& path,
                                              const std::string& network);

class NewDataFolder {
 public:
  // Begins a data directory that will be `path`, where nothing may be yet.
  static absl::StatusOr<std::unique_ptr<NewDataFolder>> Create(
      const std::string& path);

  // Removes what was made, unless it was published.
  ~NewDataFolder();
  NewDataFolder(const NewDataFolder&) = delete;
  NewDataFolder& operator=(const NewDataFolder&) = delete;

  // Where the store of the network is to be made.
  std::string network_path() const;

  // Gives the network its id, an anchor of its `head`, and the folder its name,
  // all of it durable.
  absl::Status Publish(const std::string& network_id,
                       const ledger::AnchoredHead& head);

 private:
  explicit NewDataFolder(std::string path);

  const std::string path_;
  const std::string partial_path_;
  bool published_ = false;
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_DATA_FOLDER_H_
