#include "server/config_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ledger/base/status.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace skontro::server {
namespace {

absl::Status CannotRead(const std::string& path, int error) {
  const std::string message =
      absl::StrCat("cannot read ", path, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(
          absl::StrCat(message, "; name the file with --config"));
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(absl::StrCat(
          message, "; let the user of this process read it and its folder"));
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  // A pipe would keep the start waiting for ever.
  const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return CannotRead(path, errno);
  const absl::Cleanup close_it = [fd] { close(fd); };
  struct stat status {};
  if (fstat(fd, &status) != 0) return CannotRead(path, errno);
  if (!S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is no file"));
  }
  std::string text(kConfigFileBytesMax + 1, '\0');
  size_t length = 0;
  while (length < text.size()) {
    const ssize_t got = read(fd, text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return CannotRead(path, errno);
    if (got == 0) break;
    length += static_cast<size_t>(got);
  }
  text.resize(length);
  return text;
}

// What a single value is; nullopt for what no setting can be.
std::optional<FileEntry> EntryOf(const toml::node& node) {
  FileEntry entry;
  if (const auto* text = node.as_string()) {
    entry.values = {text->get()};
  } else if (const auto* number = node.as_integer()) {
    entry.kind = ValueKind::kNumber;
    entry.values = {std::to_string(number->get())};
  } else if (const auto* boolean = node.as_boolean()) {
    entry.kind = ValueKind::kBoolean;
    entry.values = {boolean->get() ? "true" : "false"};
  } else if (const auto* list = node.as_array()) {
    entry.kind = ValueKind::kTexts;
    for (const toml::node& element : *list) {
      if (!element.is_string()) return std::nullopt;
      entry.values.push_back(element.as_string()->get());
    }
  } else {
    return std::nullopt;
  }
  return entry;
}

}  // namespace

absl::StatusOr<std::vector<FileEntry>> ParseConfigFile(
    std::string_view text, const std::string& path) {
  if (text.size() > kConfigFileBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " has more than ", kConfigFileBytesMax,
                     " bytes; is it a configuration file?"));
  }
  const toml::parse_result parsed = toml::parse(text);
  const auto place = [&](const toml::source_region& source) {
    return absl::StrCat(path, ":", source.begin.line);
  };
  if (!parsed) {
    const std::string why(parsed.error().description());
    return absl::InvalidArgumentError(
        absl::StrCat(place(parsed.error().source()), ": ", why));
  }
  std::vector<std::pair<toml::source_position, FileEntry>> found;
  for (const auto& [key, node] : parsed.table()) {
    std::optional<FileEntry> entry = EntryOf(node);
    if (!entry.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          place(key.source()), ": ", std::string(key.str()),
          node.is_table() ? " is a section, and the file has none"
                          : " is no text in quotation marks, whole number, "
                            "true, false or list of texts"));
    }
    entry->key = std::string(key.str());
    entry->place = place(key.source());
    found.emplace_back(key.source().begin, *std::move(entry));
  }
  std::stable_sort(
      found.begin(), found.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<FileEntry> entries;
  entries.reserve(found.size());
  for (auto& [position, entry] : found) entries.push_back(std::move(entry));
  return entries;
}

absl::StatusOr<std::vector<FileEntry>> ReadConfigFile(const std::string& path) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  return ParseConfigFile(text, path);
}

std::string QuotedToml(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted.push_back('\\');
      quoted.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      absl::StrAppendFormat(&quoted, "\\u%04x", static_cast<int>(c));
    } else {
      quoted.push_back(c);
    }
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace skontro::server
