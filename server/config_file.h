// The configuration file of skontrod, in TOML: `key = value`, one for each
// setting, named like the flag without its dashes. It holds nothing secret:
// keys and certificates are files that it names.
//
// Thread safety: pure functions.

#ifndef SKONTRO_SERVER_CONFIG_FILE_H_
#define SKONTRO_SERVER_CONFIG_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::server {

// What a value is in the file.
enum class ValueKind { kText, kNumber, kBoolean, kTexts };

// A key of the file with what stands behind it, as text; `kind` is kTexts for
// a list of texts, which may be empty.
struct FileEntry {
  std::string key;
  ValueKind kind = ValueKind::kText;
  std::vector<std::string> values;
  std::string place;  // Such as /etc/skontro/skontrod.conf:4.
};

// Larger files are refused: there are two dozen settings.
inline constexpr size_t kConfigFileBytesMax = 64 * 1024;

// Reads the entries of the file at `path`, in its order.
//
// Returns NOT_FOUND, PERMISSION_DENIED or UNAVAILABLE for a file that cannot be
// read, INVALID_ARGUMENT with the line for one that is no TOML, is too large,
// or has a section or a value of another kind.
absl::StatusOr<std::vector<FileEntry>> ReadConfigFile(const std::string& path);

// The same of a text. `path` is what messages call it.
absl::StatusOr<std::vector<FileEntry>> ParseConfigFile(std::string_view text,
                                                       const std::string& path);

// `text` as the file has it: between quotation marks, with escapes.
std::string QuotedToml(std::string_view text);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONFIG_FILE_H_
