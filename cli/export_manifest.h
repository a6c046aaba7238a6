// What the manifest of an export says, as far as whoever receives the export
// has to compare: docs/fiscal/fec.md lists all of its keys.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_EXPORT_MANIFEST_H_
#define SKONTRO_CLI_EXPORT_MANIFEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace skontro::cli {

struct ExportManifest {
  struct File {
    std::string name;
    int64_t bytes = 0;
    std::string sha256;  // Hex.
  };
  std::vector<File> files;  // Not empty.
  bool provisional = false;
};

// Reads `json`. A failure with kBroken where it is no JSON object or says
// nothing of a file.
absl::StatusOr<ExportManifest> ReadManifest(std::string_view json);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_EXPORT_MANIFEST_H_
