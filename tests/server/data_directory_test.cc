#include "server/data_directory.h"

#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace skontro::server {
namespace {

namespace fs = std::filesystem;

class DataDirectoryTest : public testing::Test {
 protected:
  DataDirectoryTest() {
    std::string name =
        (fs::temp_directory_path() / "skontro-data-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    top_ = name;
  }
  ~DataDirectoryTest() override { fs::remove_all(top_); }

  std::string path() const { return (top_ / "data").string(); }

  // The exit code that opening the directory leads to; done if it opens.
  ExitCode Open() {
    const auto directory = DataDirectory::Open(path());
    if (!directory.ok()) message_ = std::string(directory.status().message());
    return ExitCodeOf(directory.status());
  }

  void Write(const std::string& name, const std::string& text) {
    fs::create_directories(fs::path(path()));
    std::ofstream(path() + "/" + name, std::ios::binary) << text;
  }

  std::string Read(const std::string& name) {
    std::ifstream file(path() + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  bool Says(const std::string& words) const {
    return message_.find(words) != std::string::npos;
  }

  fs::path top_;
  std::string message_;
};

TEST_F(DataDirectoryTest, IsMadeWhereThereIsNothing) {
  EXPECT_EQ(Open(), ExitCode::kDone) << message_;
  EXPECT_EQ(Read("SKONTRO"), "skontro data directory\nformat 1\n");
  EXPECT_TRUE(fs::is_directory(path() + "/networks"));
  EXPECT_EQ(Open(), ExitCode::kDone) << message_;
}

TEST_F(DataDirectoryTest, IsMadeInAnEmptyDirectory) {
  fs::create_directories(path());
  EXPECT_EQ(Open(), ExitCode::kDone) << message_;
}

TEST_F(DataDirectoryTest, AFirstStartThatWasCutShortIsTakenUp) {
  Write("LOCK", "1\n");
  Write("SKONTRO.new", "skontro da");
  EXPECT_EQ(Open(), ExitCode::kDone) << message_;
  EXPECT_EQ(Read("SKONTRO"), "skontro data directory\nformat 1\n");
}

TEST_F(DataDirectoryTest, WithOtherThingsInItIsLeftAlone) {
  Write("letter.txt", "dear");
  EXPECT_EQ(Open(), ExitCode::kNotADataDirectory);
  EXPECT_TRUE(Says("--data-dir")) << message_;
  EXPECT_FALSE(fs::exists(path() + "/LOCK"));
  EXPECT_FALSE(fs::exists(path() + "/networks"));
}

TEST_F(DataDirectoryTest, AFileIsRefused) {
  std::ofstream(path()) << "a file";
  EXPECT_EQ(Open(), ExitCode::kNotADataDirectory);
}

TEST_F(DataDirectoryTest, OfANewerFormatIsRefused) {
  Write("SKONTRO", "skontro data directory\nformat 2\n");
  EXPECT_EQ(Open(), ExitCode::kNewerFormat);
  EXPECT_TRUE(Says("format 2")) << message_;
  EXPECT_FALSE(fs::exists(path() + "/networks"));
}

TEST_F(DataDirectoryTest, WithAMarkerThatSaysSomethingElseIsRefused) {
  for (const char* text : {"", "skontro", "skontro data directory\nformat 1",
                           "format 1\n", "skontro data directory\nformat x\n",
                           "skontro data directory\nformat 0\n",
                           "skontro data directory\nformat -1\n"}) {
    Write("SKONTRO", text);
    EXPECT_EQ(Open(), ExitCode::kNotADataDirectory) << text;
  }
}

TEST_F(DataDirectoryTest, InUseIsRefusedAndTheOwnerNamed) {
  const auto first = DataDirectory::Open(path());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Open(), ExitCode::kInUse);
  EXPECT_TRUE(Says(std::to_string(getpid()))) << message_;
}

TEST_F(DataDirectoryTest, IsFreeAgainWhenTheOwnerIsGone) {
  { ASSERT_TRUE(DataDirectory::Open(path()).ok()); }
  EXPECT_EQ(Open(), ExitCode::kDone) << message_;
}

TEST_F(DataDirectoryTest, IsFreeAgainWhenTheOwnerWasKilled) {
  const pid_t child = fork();
  if (child == 0) {
    const auto directory = DataDirectory::Open(path());
    _exit(directory.ok() ? 0 : 1);  // Destroys nothing.
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(Open(), ExitCode::kDone) << message_;
}

TEST_F(DataDirectoryTest, ThatMayNotBeWrittenIsRefused) {
  ASSERT_EQ(Open(), ExitCode::kDone);
  fs::permissions(path(), fs::perms::owner_read | fs::perms::owner_exec |
                              fs::perms::others_read | fs::perms::others_exec |
                              fs::perms::group_read | fs::perms::group_exec);
  fs::remove(path() + "/LOCK");
  fs::permissions(top_, fs::perms::all);
  const bool was_root = geteuid() == 0;
  // Root may write anywhere, so be nobody for a moment.
  if (was_root) ASSERT_EQ(seteuid(65534), 0);
  const ExitCode code = Open();
  if (was_root) ASSERT_EQ(seteuid(0), 0);
  fs::permissions(path(), fs::perms::all);
  EXPECT_EQ(code, ExitCode::kNotWritable) << message_;
  EXPECT_TRUE(Says("own")) << message_;
}

TEST_F(DataDirectoryTest, RemovesCreationsThatWereCutShort) {
  ASSERT_EQ(Open(), ExitCode::kDone);
  fs::create_directories(path() + "/networks/.creating-res/deep");
  fs::create_directories(path() + "/networks/kept");
  ASSERT_EQ(Open(), ExitCode::kDone);
  EXPECT_FALSE(fs::exists(path() + "/networks/.creating-res"));
  EXPECT_TRUE(fs::exists(path() + "/networks/kept"));
}

TEST_F(DataDirectoryTest, ListsNetworksInOrder) {
  const auto directory = DataDirectory::Open(path());
  ASSERT_TRUE(directory.ok());
  for (const char* id : {"b", "a", "c-1"}) {
    fs::create_directories((*directory)->NetworkPath(id));
  }
  EXPECT_EQ(*(*directory)->NetworkIds(),
            (std::vector<std::string>{"a", "b", "c-1"}));
  fs::create_directories((*directory)->NetworkPath("Not an id"));
  EXPECT_FALSE((*directory)->NetworkIds().ok());
}

TEST_F(DataDirectoryTest, PublishesOnceOnly) {
  const auto directory = DataDirectory::Open(path());
  ASSERT_TRUE(directory.ok());
  fs::create_directories((*directory)->CreatingPath("res"));
  EXPECT_TRUE((*directory)->Publish("res").ok());
  EXPECT_TRUE(fs::exists((*directory)->NetworkPath("res")));
  fs::create_directories((*directory)->CreatingPath("res"));
  EXPECT_EQ((*directory)->Publish("res").code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE((*directory)->Discard("res").ok());
  EXPECT_FALSE(fs::exists((*directory)->CreatingPath("res")));
  EXPECT_TRUE((*directory)->Discard("res").ok());
}

}  // namespace
}  // namespace skontro::server
