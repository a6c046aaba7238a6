#include "server/setting.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace skontro::server {
namespace {

constexpr std::string_view kPrefix = "SKONTROD_";

bool IsNumber(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

ValueKind KindOf(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return ValueKind::kBoolean;
  if (option.get_expected_max() > 1) return ValueKind::kTexts;
  return IsNumber(option.get_default_str()) ? ValueKind::kNumber
                                            : ValueKind::kText;
}

const char* NameOf(ValueKind kind) {
  switch (kind) {
    case ValueKind::kText:
      return "a text in quotation marks";
    case ValueKind::kNumber:
      return "a whole number";
    case ValueKind::kBoolean:
      return "true or false";
    case ValueKind::kTexts:
      return "a list of texts, such as [\"a\", \"b\"]";
  }
  return "";
}

// What the arguments give a flag: as the app has parsed them, but before it
// made something else of the texts.
std::vector<std::string> Given(const std::string& name, ValueKind kind,
                               int argc, char** argv) {
  const std::string flag = absl::StrCat("--", name);
  std::vector<std::string> values;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with(flag + "=")) {
      values.push_back(argument.substr(flag.size() + 1));
    } else if (argument == flag) {
      if (kind == ValueKind::kBoolean) {
        values.emplace_back("true");
      } else if (i + 1 < argc) {
        values.emplace_back(argv[++i]);
      }
    }
  }
  return values;
}

}  // namespace

std::string EnvironmentName(std::string_view setting) {
  std::string name(setting);
  std::replace(name.begin(), name.end(), '-', '_');
  return absl::StrCat(std::string(kPrefix), absl::AsciiStrToUpper(name));
}

SettingLayers::SettingLayers(CLI::App* app, int argc, char** argv) : app_(app) {
  for (const CLI::Option* option : app->get_options()) {
    if (option->get_group() != kSettings) continue;
    Setting setting;
    setting.name = option->get_lnames().front();
    setting.kind = KindOf(*option);
    setting.type = option->get_type_name();
    setting.help = option->get_description();
    setting.default_text = option->get_default_str();
    if (option->count() > 0) {
      setting.source = SettingSource::kFlag;
      setting.place = absl::StrCat("--", setting.name);
      setting.values = Given(setting.name, setting.kind, argc, argv);
    }
    settings_.push_back(std::move(setting));
  }
}

void SettingLayers::ReadEnvironment() {
  for (Setting& setting : settings_) {
    const std::string name = EnvironmentName(setting.name);
    const char* const value = std::getenv(name.c_str());
    if (value == nullptr || value[0] == '\0') continue;
    if (setting.source != SettingSource::kDefault) continue;
    std::vector<std::string> values = {value};
    if (setting.kind == ValueKind::kTexts) {
      values = CLI::detail::split(values.front(), ',');
    }
    Apply(&setting, SettingSource::kEnvironment, name, values);
  }
}

void SettingLayers::ReadFile(const std::vector<FileEntry>& entries) {
  for (const FileEntry& entry : entries) {
    Setting* const setting = Find(entry.key);
    if (setting == nullptr) {
      const std::string close = absl::StrReplaceAll(entry.key, {{"_", "-"}});
      errors_.push_back(absl::StrCat(
          entry.place, ": there is no setting ", entry.key,
          Find(close) != nullptr && close != entry.key
              ? absl::StrCat("; it is called ", close)
              : "; `skontrod --print-config=reference` lists them"));
    } else if (setting->kind != entry.kind) {
      errors_.push_back(absl::StrCat(entry.place, ": ", entry.key, " is to be ",
                                     NameOf(setting->kind)));
    } else if (setting->source == SettingSource::kDefault) {
      Apply(setting, SettingSource::kFile, entry.place, entry.values);
    }
  }
}

void SettingLayers::Apply(Setting* setting, SettingSource source,
                          std::string place,
                          const std::vector<std::string>& values) {
  setting->source = source;
  setting->place = std::move(place);
  setting->values = values;
  // An empty list is the default of every list.
  if (values.empty()) return;
  if (setting->kind == ValueKind::kBoolean && values.front() != "true" &&
      values.front() != "false") {
    errors_.push_back(absl::StrCat(setting->place, ": '", values.front(),
                                   "' is neither true nor false"));
    return;
  }
  CLI::Option* const option = app_->get_option("--" + setting->name);
  try {
    for (const std::string& value : values) option->add_result(value);
    option->run_callback();
  } catch (const CLI::Error& error) {
    errors_.push_back(absl::StrCat(setting->place, ": ", error.what()));
  }
}

Setting* SettingLayers::Find(std::string_view name) {
  const auto found = std::find_if(
      settings_.begin(), settings_.end(),
      [name](const Setting& setting) { return setting.name == name; });
  return found == settings_.end() ? nullptr : &*found;
}

std::vector<std::string> UnknownVariables(
    const std::vector<Setting>& settings) {
  std::vector<std::string> unknown;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view entry = *at;
    if (!entry.starts_with(kPrefix)) continue;
    std::string name(entry.substr(0, entry.find('=')));
    const bool known =
        name == EnvironmentName("config") ||
        std::any_of(settings.begin(), settings.end(), [&](const auto& setting) {
          return EnvironmentName(setting.name) == name;
        });
    if (!known) unknown.push_back(std::move(name));
  }
  std::sort(unknown.begin(), unknown.end());
  return unknown;
}

}  // namespace skontro::server
