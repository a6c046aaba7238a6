// The directory of the head anchors: one file per network, `<id>.anchor`. It
// may be on another device than the data, so that what happens to the one does
// not happen to the other. docs/journal_format.md describes the files.
//
// A new network has its anchor before it has its place: both are made under
// another name, then the network is renamed, then its anchor. A crash in
// between leaves an anchor that has its network, or none that counts; so a
// network without anchor, or an anchor without network, is always a loss.
//
// Thread safety: const methods from any thread, one at a time for each network.

#ifndef SKONTRO_SERVER_ANCHOR_DIRECTORY_H_
#define SKONTRO_SERVER_ANCHOR_DIRECTORY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ledger/head_anchor.h"

namespace skontro::server {

class AnchorDirectory {
 public:
  // Opens the directory at `path`, and makes it where there is none. Then
  // finishes, or removes, the anchors of creations that were cut short, and
  // compares the anchors with `networks`, the networks that are there. Returns
  //
  //   OUT_OF_RANGE  an anchor has lost its network: the message names both
  //   PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNAVAILABLE  the disk
  static absl::StatusOr<AnchorDirectory> Open(
      const std::string& path, const std::vector<std::string>& networks);

  // Opens the anchor of a network. Returns ABORTED where it is missing or
  // cannot be read, with what to do; FAILED_PRECONDITION where another process
  // has it; UNIMPLEMENTED for a later version; PERMISSION_DENIED or
  // UNAVAILABLE for the disk.
  absl::StatusOr<std::unique_ptr<ledger::HeadAnchor>> OpenAnchor(
      std::string_view network,
      const ledger::HeadAnchor::Options& options) const;

  // Makes the anchor of a network that is being created. Publish() gives it its
  // name, after the network got its own; Discard() removes it, if it is there.
  // Errors of the disk; ALREADY_EXISTS where the network has an anchor.
  absl::Status Create(std::string_view network,
                      const ledger::AnchoredHead& head) const;
  absl::Status Publish(std::string_view network) const;
  absl::Status Discard(std::string_view network) const;

 private:
  explicit AnchorDirectory(std::string path) : path_(std::move(path)) {}

  std::string AnchorPath(std::string_view network) const;
  std::string CreatingPath(std::string_view network) const;
  absl::Status TidyUp(const std::vector<std::string>& networks) const;
  absl::Status CheckOrphan(const std::string& network) const;

  std::string path_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_ANCHOR_DIRECTORY_H_
