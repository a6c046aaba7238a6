#include "cli/config_file.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "cli/resource_name.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

constexpr size_t kConfigBytesMax = 64 * 1024;
constexpr char kProfiles[] = "profiles";

struct Setting {
  std::string key;
  std::string value;
};

// The setting of a line, or nullopt for a blank line or a comment.
absl::StatusOr<std::optional<Setting>> ParseLine(const std::string& line) {
  const std::string stripped(absl::StripAsciiWhitespace(line));
  if (stripped.empty() || stripped.front() == '#') {
    return std::optional<Setting>();
  }
  const std::vector<std::string> parts =
      absl::StrSplit(stripped, absl::MaxSplits('=', 1));
  if (parts.size() != 2) {
    return UsageFailure(absl::StrCat("'", stripped, "' is not `key = value`"));
  }
  Setting setting;
  setting.key = std::string(absl::StripAsciiWhitespace(parts[0]));
  setting.value = std::string(absl::StripAsciiWhitespace(parts[1]));
  return std::optional<Setting>(std::move(setting));
}

absl::Status CheckSetting(const Setting& setting) {
  if (setting.key == "network") {
    return CheckId("network", setting.value);
  }
  if (setting.key == "endpoint") {
    return CheckEndpoint(setting.value);
  }
  const std::vector<std::string>& keys = ConfigFile::Keys();
  if (std::find(keys.begin(), keys.end(), setting.key) != keys.end()) {
    return CheckText(setting.key, setting.value);  // The path of a file.
  }
  return UsageFailure(absl::StrCat("there is no key '", setting.key,
                                   "'; the keys are ",
                                   absl::StrJoin(keys, ", ")));
}

}  // namespace

const std::vector<std::string>& ConfigFile::Keys() {
  static const auto* const kKeys = new std::vector<std::string>{
      "ca_file",  "certificate_file", "certificate_key_file",
      "endpoint", "key_file",         "network"};
  return *kKeys;
}

absl::StatusOr<std::string> ConfigFile::PathFor(const Environment& environment,
                                                std::string_view override) {
  if (!override.empty()) return std::string(override);
  const auto variable = [&](std::string_view name) {
    return environment.variable(name).value_or("");
  };
  if (std::string path = variable("SKONTRO_CONFIG"); !path.empty()) return path;
  if (const std::string home = variable("XDG_CONFIG_HOME"); !home.empty()) {
    return home + "/skontro/config";
  }
  if (const std::string home = variable("HOME"); !home.empty()) {
    return home + "/.config/skontro/config";
  }
  return UsageFailure(
      "there is no place for a configuration file: HOME is not set\n"
      "Name one with --config FILE or SKONTRO_CONFIG.");
}

absl::StatusOr<std::string> ConfigFile::ProfilePath(
    const Environment& environment, const std::string& name) {
  // So that it is a file of that folder, whatever it says.
  SKONTRO_RETURN_IF_ERROR(CheckId("profile", name));
  SKONTRO_ASSIGN_OR_RETURN(const std::string base, PathFor(environment, ""));
  const std::filesystem::path folder =
      std::filesystem::path(base).parent_path();
  return (folder / kProfiles / name).string();
}

absl::StatusOr<std::vector<std::string>> ConfigFile::Profiles(
    const Environment& environment) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string base, PathFor(environment, ""));
  const auto folder = std::filesystem::path(base).parent_path() / kProfiles;
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (CheckId("profile", name).ok()) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<ConfigFile> ConfigFile::Read(std::string path) {
  ConfigFile file(std::move(path));
  std::error_code error;
  if (!std::filesystem::exists(file.path_, error)) return file;
  SKONTRO_ASSIGN_OR_RETURN(const std::string bytes,
                           ReadFile(file.path_, kConfigBytesMax));
  file.lines_ = absl::StrSplit(bytes, '\n');
  if (file.lines_.back().empty()) file.lines_.pop_back();

  std::vector<std::string> seen;
  for (size_t i = 0; i < file.lines_.size(); ++i) {
    const std::string where = absl::StrCat(file.path_, ":", i + 1);
    const absl::StatusOr<std::optional<Setting>> setting =
        ParseLine(file.lines_[i]);
    if (!setting.ok()) return Prefixed(where, setting.status());
    if (!setting->has_value()) continue;
    const absl::Status status = CheckSetting(**setting);
    if (!status.ok()) return Prefixed(where, status);
    const std::string& key = (*setting)->key;
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      return UsageFailure(absl::StrCat(where, ": ", key, " is set twice"));
    }
    seen.push_back(key);
  }
  return file;
}

std::optional<std::string> ConfigFile::Get(std::string_view key) const {
  for (const std::string& line : lines_) {
    const absl::StatusOr<std::optional<Setting>> setting = ParseLine(line);
    if (setting.ok() && setting->has_value() && (*setting)->key == key) {
      return (*setting)->value;
    }
  }
  return std::nullopt;
}

absl::Status ConfigFile::Set(std::string_view key, std::string_view value) {
  const Setting wanted = {std::string(key), std::string(value)};
  SKONTRO_RETURN_IF_ERROR(CheckSetting(wanted));
  const std::string line = absl::StrCat(wanted.key, " = ", wanted.value);
  for (std::string& present : lines_) {
    const absl::StatusOr<std::optional<Setting>> setting = ParseLine(present);
    if (setting.ok() && setting->has_value() && (*setting)->key == key) {
      present = line;
      return absl::OkStatus();
    }
  }
  lines_.push_back(line);
  return absl::OkStatus();
}

absl::Status ConfigFile::Write() const {
  const std::string folder =
      std::filesystem::path(path_).parent_path().string();
  if (!folder.empty()) SKONTRO_RETURN_IF_ERROR(MakeFolders(folder));
  return ReplaceFile(path_, Text());
}

std::string ConfigFile::Text() const {
  std::string text;
  for (const std::string& line : lines_) absl::StrAppend(&text, line, "\n");
  return text;
}

}  // namespace skontro::cli
