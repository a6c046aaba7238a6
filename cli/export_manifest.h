// What the manifest of an export says, as far as whoever receives the export
// compares and shows it: docs/fiscal/fec.md lists all of its keys.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_EXPORT_MANIFEST_H_
#define SKONTRO_CLI_EXPORT_MANIFEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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
  std::string format;    // "FEC"; empty where it does not say.
  int64_t sequence = 0;  // Of the journal; zero where it does not say.
  std::string digest;    // Of the record there, hex.
  int64_t entries = 0;
  int64_t rows = 0;  // Of a format that has rows.
  // Decimals as they stand there; empty where it does not say.
  std::string debit;    // National currency, of formats of entries.
  std::string closing;  // Units, at the end of the period.
  // Units of the balance that no row of the file holds.
  std::string without_value;
  std::string before_first_day;
  std::vector<std::pair<std::string, int64_t>> warnings;  // Code and count.
};

// Reads `json`. A failure with kBroken where it is no JSON object or says
// nothing of a file.
absl::StatusOr<ExportManifest> ReadManifest(std::string_view json);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_EXPORT_MANIFEST_H_
