#include "server/config_print.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace skontro::server {
namespace {

constexpr size_t kLineLengthMax = 76;

// What the data directory of a service is.
constexpr char kServiceData[] = "/var/lib/skontro";

constexpr char kExampleHead[] =
    "# The configuration of skontrod, in TOML. What has a # in front of it is "
    "the\n"
    "# default. A flag (--cache-mb 64) or a variable (SKONTROD_CACHE_MB=64) "
    "goes\n"
    "# before what is here.\n"
    "#\n"
    "# Look at a change before the next start:\n"
    "#   skontrod --config THIS-FILE --check-config\n";

std::string ValueText(ValueKind kind, const std::vector<std::string>& values) {
  if (kind == ValueKind::kTexts) {
    return absl::StrCat(
        "[",
        absl::StrJoin(values, ", ",
                      [](std::string* out, const std::string& value) {
                        out->append(QuotedToml(value));
                      }),
        "]");
  }
  const std::string value = values.empty() ? "" : values.front();
  return kind == ValueKind::kText ? QuotedToml(value) : value;
}

// What stands behind a setting that nobody gave.
std::string DefaultValue(const Setting& setting) {
  if (setting.kind == ValueKind::kBoolean) return "false";
  if (setting.kind == ValueKind::kTexts) return "[]";
  return ValueText(setting.kind, {setting.default_text});
}

// The same where it may stand in a file: some defaults follow from others.
std::string ExampleValue(const Setting& setting) {
  const std::string data = kServiceData;
  if (setting.name == "data-dir") return QuotedToml(data);
  if (setting.name == "http-listen") return QuotedToml("127.0.0.1:7412");
  if (setting.name == "anchor-dir") return QuotedToml(data + "/anchors");
  return DefaultValue(setting);
}

// `text` in lines that begin with "# ".
std::string Comment(const std::string& text) {
  std::string lines;
  std::string line = "#";
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (line.size() + 1 + word.size() > kLineLengthMax) {
      absl::StrAppend(&lines, line, "\n");
      line = "#";
    }
    absl::StrAppend(&line, " ", word);
  }
  return absl::StrCat(lines, line, "\n");
}

}  // namespace

std::string EffectiveConfig(const std::vector<Setting>& settings) {
  std::string text;
  for (const Setting& setting : settings) {
    const std::string from =
        setting.source == SettingSource::kDefault ? "default" : setting.place;
    const bool has_value =
        !setting.values.empty() || setting.kind != ValueKind::kText;
    const std::string value = setting.values.empty()
                                  ? DefaultValue(setting)
                                  : ValueText(setting.kind, setting.values);
    absl::StrAppend(&text, has_value ? "" : "# ", setting.name, " = ",
                    has_value ? value : "\"\"", "  # ", from, "\n");
  }
  return text;
}

std::string ExampleConfig(const std::vector<Setting>& settings) {
  std::string text = kExampleHead;
  for (const Setting& setting : settings) {
    absl::StrAppend(&text, "\n", Comment(setting.help + "."),
                    setting.name == "data-dir" ? "" : "# ", setting.name, " = ",
                    ExampleValue(setting), "\n");
  }
  return text;
}

std::string ConfigReference(const std::vector<Setting>& settings) {
  std::string text =
      "| setting, flag | environment | value | default | what |\n"
      "|---|---|---|---|---|\n";
  for (const Setting& setting : settings) {
    // The machine that writes the page has another home.
    std::string standard = setting.name == "data-dir"
                               ? "`$XDG_DATA_HOME/skontro`"
                               : setting.default_text;
    if (setting.kind == ValueKind::kBoolean) standard = "false";
    const std::string type =
        setting.kind == ValueKind::kBoolean
            ? "true, false"
            : absl::StrReplaceAll(setting.type, {{"|", ", "}});
    absl::StrAppend(&text, "| `", setting.name, "` | `",
                    EnvironmentName(setting.name), "` | ", type, " | ",
                    standard, " | ",
                    absl::StrReplaceAll(setting.help, {{"|", "\\|"}}), " |\n");
  }
  return text;
}

}  // namespace skontro::server
