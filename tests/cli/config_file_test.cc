#include "cli/config_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "cli/failure.h"

namespace skontro::cli {
namespace {

// A folder of its own for each test.
class ConfigFileTest : public testing::Test {
 protected:
  ConfigFileTest()
      : folder_(testing::TempDir() + "/skontro_config_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
  }
  ~ConfigFileTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/skontro/config"; }

  void Store(const std::string& text) {
    std::filesystem::create_directories(folder_ + "/skontro");
    std::ofstream(path(), std::ios::binary) << text;
  }

  std::string Stored() {
    std::ifstream file(path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  const std::string folder_;
};

TEST_F(ConfigFileTest, AFileThatIsNotThereIsEmpty) {
  const absl::StatusOr<ConfigFile> file = ConfigFile::Read(path());
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->Get("network"), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(ConfigFileTest, WhatIsSetIsThereNextTime) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Read(path());
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(file->Set("network", "res").ok());
  ASSERT_TRUE(file->Write().ok());
  EXPECT_EQ(Stored(), "network = res\n");
  EXPECT_EQ(ConfigFile::Read(path())->Get("network"), "res");
}

TEST_F(ConfigFileTest, OtherLinesStayAsTheyAre) {
  Store("# mine\n\nnetwork=wir\n  endpoint =  127.0.0.1:1  \n");
  absl::StatusOr<ConfigFile> file = ConfigFile::Read(path());
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->Get("endpoint"), "127.0.0.1:1");
  ASSERT_TRUE(file->Set("network", "res").ok());
  EXPECT_EQ(file->Text(),
            "# mine\n\nnetwork = res\n  endpoint =  127.0.0.1:1  \n");
}

TEST_F(ConfigFileTest, WhatIsWrongIsRefusedByItsLine) {
  for (const char* text :
       {"# x\nnetwrok = res\n", "# x\nnetwork\n", "# x\nnetwork = Res\n",
        "# x\nendpoint = http://x\n", "network = a\nnetwork = b\n"}) {
    SCOPED_TRACE(text);
    Store(text);
    const absl::Status status = ConfigFile::Read(path()).status();
    EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
    EXPECT_NE(std::string(status.message()).find(path() + ":2: "),
              std::string::npos)
        << status;
  }
}

TEST_F(ConfigFileTest, AValueThatIsNotAllowedChangesNothing) {
  absl::StatusOr<ConfigFile> file = ConfigFile::Read(path());
  ASSERT_TRUE(file.ok());
  EXPECT_FALSE(file->Set("network", "Not An Id").ok());
  EXPECT_FALSE(file->Set("endpoint", "nowhere").ok());
  EXPECT_FALSE(file->Set("colour", "blue").ok());
  EXPECT_EQ(file->Text(), "");
}

TEST_F(ConfigFileTest, AFolderInItsPlaceIsALocalFailure) {
  std::filesystem::create_directories(path());
  EXPECT_EQ(ExitCodeOf(ConfigFile::Read(path()).status()),
            ExitCode::kLocalFailure);
}

TEST_F(ConfigFileTest, ThePathComesFromTheEnvironment) {
  std::map<std::string, std::string> variables;
  std::ostringstream out;
  std::ostringstream err;
  const Environment environment = {
      .out = out,
      .err = err,
      .err_is_terminal = false,
      .variable =
          [&](std::string_view name) {
            const auto found = variables.find(std::string(name));
            return found == variables.end()
                       ? std::nullopt
                       : std::optional<std::string>(found->second);
          },
      .new_request_id = nullptr};
  EXPECT_FALSE(ConfigFile::PathFor(environment, "").ok());
  variables["HOME"] = "/home/ada";
  EXPECT_EQ(*ConfigFile::PathFor(environment, ""),
            "/home/ada/.config/skontro/config");
  variables["XDG_CONFIG_HOME"] = "/etc/xdg";
  EXPECT_EQ(*ConfigFile::PathFor(environment, ""), "/etc/xdg/skontro/config");
  variables["SKONTRO_CONFIG"] = "/c";
  EXPECT_EQ(*ConfigFile::PathFor(environment, ""), "/c");
  EXPECT_EQ(*ConfigFile::PathFor(environment, "/d"), "/d");
}

}  // namespace
}  // namespace skontro::cli
