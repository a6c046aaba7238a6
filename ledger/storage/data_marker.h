// What makes a directory a data directory of Skontro: a file that says so, and
// a folder with one store for each network; and what makes one a backup: the
// same, with journal files instead of stores. docs/journal_format.md shows
// both.

#ifndef SKONTRO_LEDGER_STORAGE_DATA_MARKER_H_
#define SKONTRO_LEDGER_STORAGE_DATA_MARKER_H_

#include <cstdint>
#include <string_view>

namespace skontro::ledger {

inline constexpr char kDataMarkerName[] = "SKONTRO";
inline constexpr int64_t kDataFormat = 1;
inline constexpr std::string_view kDataMarkerStart =
    "skontro data directory\nformat ";
inline constexpr std::string_view kDataMarkerText =
    "skontro data directory\nformat 1\n";

inline constexpr char kBackupMarkerName[] = "SKONTRO-BACKUP";
inline constexpr std::string_view kBackupMarkerText =
    "skontro backup\nformat 1\n";

inline constexpr char kNetworksFolder[] = "networks";

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_DATA_MARKER_H_
