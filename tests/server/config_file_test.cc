#include "server/config_file.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/setting.h"

namespace skontro::server {
namespace {

std::vector<FileEntry> Parsed(std::string_view text) {
  absl::StatusOr<std::vector<FileEntry>> entries =
      ParseConfigFile(text, "conf");
  EXPECT_TRUE(entries.ok()) << entries.status();
  return entries.ok() ? *std::move(entries) : std::vector<FileEntry>();
}

TEST(ConfigFileTest, EntriesComeInTheOrderOfTheFileWithTheirLines) {
  const std::vector<FileEntry> entries = Parsed(
      "# a comment\n"
      "log-level = \"info\"  # why\n"
      "\n"
      "cache-mb = 64\n"
      "insecure-loopback = true\n"
      "http-cors-origin = [\"https://a.example\",\n  'https://b.example']\n");
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].key, "log-level");
  EXPECT_EQ(entries[0].place, "conf:2");
  EXPECT_EQ(entries[0].values, std::vector<std::string>{"info"});
  EXPECT_EQ(entries[1].kind, ValueKind::kNumber);
  EXPECT_EQ(entries[1].values, std::vector<std::string>{"64"});
  EXPECT_EQ(entries[2].kind, ValueKind::kBoolean);
  EXPECT_EQ(entries[3].kind, ValueKind::kTexts);
  EXPECT_EQ(entries[3].values.back(), "https://b.example");
  EXPECT_EQ(entries[3].place, "conf:6");
}

TEST(ConfigFileTest, WhatIsNoSettingIsRefusedWithItsLine) {
  struct Case {
    std::string_view text;
    std::string_view place;
  };
  for (const Case& refused : std::vector<Case>{
           {"data-dir\n", "conf:"},  // A key without value is no "true".
           {"data-dir = /var/lib\n", "conf:1"},
           {"a = 1\na = 2\n", "conf:2"},
           {"\n[server]\ncache-mb = 1\n", "conf:2"},
           {"cache-mb = 1.5\n", "conf:1"},
           {"a = [1, 2]\n", "conf:1"},
           {"a = 2026-01-01\n", "conf:1"},
           {"a = \"open\n", "conf:1"},
           {std::string_view("a = \"x\0y\"\n", 10), "conf:1"},
           {"a = \"\xff\xfe\"\n", "conf:1"},
           {"a = 99999999999999999999\n", "conf:1"}}) {
    const absl::Status status = ParseConfigFile(refused.text, "conf").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument)
        << refused.text;
    EXPECT_EQ(std::string(status.message()).rfind(refused.place, 0), 0u)
        << refused.text << ": " << status;
  }
}

TEST(ConfigFileTest, AFileThatIsTooLargeIsRefusedAndAnEmptyOneIsNot) {
  const std::string line = "# nothing\n";
  std::string text;
  while (text.size() + line.size() <= kConfigFileBytesMax) text += line;
  EXPECT_TRUE(ParseConfigFile(text, "conf").ok());
  EXPECT_FALSE(
      ParseConfigFile(text + std::string(line.size(), '\n'), "conf").ok());
  EXPECT_TRUE(Parsed("").empty());
}

TEST(ConfigFileTest, WhatCannotBeReadSaysWhy) {
  const std::string directory = testing::TempDir();
  EXPECT_EQ(ReadConfigFile(directory).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadConfigFile(directory + "/is_not_there").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(ConfigFileTest, AQuotedTextIsReadAsItWas) {
  const std::string text = "a\"b\\c\td\n\x01\x7f é";
  const std::vector<FileEntry> entries =
      Parsed(absl::StrCat("a = ", QuotedToml(text), "\n"));
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].values, std::vector<std::string>{text});
}

// An app as small as one can be, and what it was given.
class SettingTest : public testing::Test {
 protected:
  SettingTest() {
    app_.option_defaults()->group(SettingLayers::kSettings);
    app_.add_option("--cache-mb", cache_mb_)
        ->check(CLI::Range(8, 100))
        ->capture_default_str();
    app_.add_option("--name", name_);
    app_.add_option("--origin", origins_);
    app_.add_flag("--loud", loud_);
  }
  ~SettingTest() override {
    for (const char* name : {"CACHE_MB", "NAME", "ORIGIN", "LOUD"}) {
      unsetenv(absl::StrCat("SKONTROD_", name).c_str());
    }
  }

  SettingLayers Layers(std::vector<std::string> arguments) {
    arguments_ = std::move(arguments);
    arguments_.insert(arguments_.begin(), "skontrod");
    for (std::string& argument : arguments_) argv_.push_back(argument.data());
    app_.parse(static_cast<int>(argv_.size()), argv_.data());
    return {&app_, static_cast<int>(argv_.size()), argv_.data()};
  }

  CLI::App app_;
  std::vector<std::string> arguments_;
  std::vector<char*> argv_;
  int cache_mb_ = 16;
  std::string name_ = "nobody";
  std::vector<std::string> origins_;
  bool loud_ = false;
};

constexpr char kFile[] =
    "cache-mb = 32\nname = \"file\"\norigin = [\"f\"]\nloud = true\n";

TEST_F(SettingTest, AFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile) {
  setenv("SKONTROD_CACHE_MB", "64", 1);
  setenv("SKONTROD_NAME", "environment", 1);
  setenv("SKONTROD_ORIGIN", "", 1);  // Empty: as if it were not there.
  SettingLayers layers = Layers({"--cache-mb=80", "--loud=false"});
  layers.ReadEnvironment();
  layers.ReadFile(Parsed(kFile));
  EXPECT_TRUE(layers.errors().empty()) << layers.errors().front();
  EXPECT_EQ(cache_mb_, 80);
  EXPECT_EQ(name_, "environment");
  EXPECT_EQ(origins_, std::vector<std::string>{"f"});
  EXPECT_FALSE(loud_);
  EXPECT_EQ(layers.settings()[0].place, "--cache-mb");
  EXPECT_EQ(layers.settings()[0].values, std::vector<std::string>{"80"});
  EXPECT_EQ(layers.settings()[1].place, "SKONTROD_NAME");
  EXPECT_EQ(layers.settings()[2].place, "conf:3");
}

TEST_F(SettingTest, EveryErrorIsToldWithItsPlace) {
  setenv("SKONTROD_LOUD", "yes", 1);
  SettingLayers layers = Layers({});
  layers.ReadEnvironment();
  layers.ReadFile(Parsed(
      "cache-mb = 7\nname = 5\nnobody = 1\ncache_mb = 9\nloud = false\n"));
  ASSERT_EQ(layers.errors().size(), 5u);
  EXPECT_EQ(layers.errors()[0].rfind("SKONTROD_LOUD: ", 0), 0u);
  EXPECT_EQ(layers.errors()[1].rfind("conf:1: --cache-mb", 0), 0u);
  EXPECT_EQ(layers.errors()[2].rfind("conf:2: name is to be", 0), 0u);
  EXPECT_EQ(layers.errors()[3].rfind("conf:3: there is no", 0), 0u);
  EXPECT_NE(layers.errors()[4].find("it is called cache-mb"),
            std::string::npos);
  EXPECT_EQ(cache_mb_, 16);
}

TEST_F(SettingTest, AVariableThatIsNoSettingIsTold) {
  SettingLayers layers = Layers({});
  setenv("SKONTROD_CACHE", "64", 1);
  setenv("SKONTROD_CONFIG", "x", 1);
  EXPECT_EQ(UnknownVariables(layers.settings()),
            std::vector<std::string>{"SKONTROD_CACHE"});
  unsetenv("SKONTROD_CACHE");
  unsetenv("SKONTROD_CONFIG");
}

}  // namespace
}  // namespace skontro::server
