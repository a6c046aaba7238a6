// The settings of skontrod: each has one name, and may be given as a flag
// (--cache-mb 64), in the environment (SKONTROD_CACHE_MB=64) and in the
// configuration file (cache-mb = 64). A flag goes before the environment, that
// before the file, that before the default.
//
// Thread safety: a SettingLayers belongs to one thread.

#ifndef SKONTRO_SERVER_SETTING_H_
#define SKONTRO_SERVER_SETTING_H_

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/config_file.h"

namespace skontro::server {

enum class SettingSource { kDefault, kFile, kEnvironment, kFlag };

// One setting, with what it is and where that is from.
struct Setting {
  std::string name;  // Such as cache-mb.
  ValueKind kind = ValueKind::kText;
  std::string type;  // Such as MIB.
  std::string help;
  std::string default_text;  // For people; empty for none.
  SettingSource source = SettingSource::kDefault;
  std::string place;  // Such as /etc/skontro/skontrod.conf:4.
  // As they were given; of the default none.
  std::vector<std::string> values;
};

// Such as SKONTROD_CACHE_MB for cache-mb.
std::string EnvironmentName(std::string_view setting);

// The options of an app in the group `kSettings` are settings. The others can
// be given as flags only.
class SettingLayers {
 public:
  static constexpr char kSettings[] = "Settings";

  // `app` has parsed the arguments, and must outlive it.
  SettingLayers(CLI::App* app, int argc, char** argv);

  // Gives the settings that have no flag what the environment says. A variable
  // that is empty counts as not there.
  void ReadEnvironment();

  // Gives the settings that have nothing yet what the file says. An entry that
  // is no setting or of another kind is an error, also where it is not used.
  void ReadFile(const std::vector<FileEntry>& entries);

  // All of them, in the order of the app.
  const std::vector<Setting>& settings() const { return settings_; }
  std::vector<Setting>& settings() { return settings_; }

  // What is wrong, each with its place and the value.
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  void Apply(Setting* setting, SettingSource source, std::string place,
             const std::vector<std::string>& values);
  Setting* Find(std::string_view name);

  CLI::App* const app_;
  std::vector<Setting> settings_;
  std::vector<std::string> errors_;
};

// The variables SKONTROD_* that are no setting of `settings`: typing errors,
// or of something else.
std::vector<std::string> UnknownVariables(const std::vector<Setting>& settings);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_SETTING_H_
