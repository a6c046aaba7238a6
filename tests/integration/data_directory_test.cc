// What skontrod says, and exits with, where it cannot have its data directory.

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/payer.h"
#include "tests/integration/scene.h"

namespace skontro::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Finished RunServer(const std::string& data_dir,
                   const std::vector<std::string>& flags = {}) {
  std::vector<std::string> arguments = {
      ProgramPath("skontrod"), "--data-dir",    data_dir,
      "--insecure-loopback",   "--grpc-listen", "127.0.0.1:0"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return Run({arguments, {}, ""}, absl::Seconds(30));
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
}

// Every file below a folder with its contents, the lock's owner left out.
std::map<std::string, std::string> Contents(const std::string& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().filename() == "LOCK") continue;
    contents[entry.path().string()] = ReadText(entry.path().string());
  }
  return contents;
}

class DataDirectoryTest : public testing::Test {
 protected:
  // Puts some payments into the data directory of the scene.
  void Fill() {
    const absl::Status started = scene_.StartServer();
    ASSERT_TRUE(started.ok()) << started;
    const absl::Status made = MakePayNetwork(scene_.server().channel());
    ASSERT_TRUE(made.ok()) << made;
    Payers payers(scene_.server().channel(), 4, "fill");
    ASSERT_TRUE(payers.AwaitPaid(100));
  }

  Scene scene_;
};

TEST_F(DataDirectoryTest, ASecondServerIsRefusedAndTheFirstGoesOn) {
  Fill();
  const Finished second = RunServer(scene_.data_dir());
  EXPECT_EQ(second.exit_code, 3);
  EXPECT_THAT(second.err,
              AllOf(HasSubstr("is in use by process"),
                    HasSubstr(absl::StrCat(scene_.server().process().pid())),
                    HasSubstr("stop that server first")));
  EXPECT_GE(ReadPaid(scene_.server().channel()).units, 100);
  EXPECT_EQ(scene_.StopServer(), 0);
}

TEST_F(DataDirectoryTest, ALockOfAServerThatWasKilledHoldsNobodyUp) {
  Fill();
  scene_.KillServer();
  EXPECT_TRUE(scene_.StartServer().ok());
}

TEST_F(DataDirectoryTest, ANewerFormatIsRefusedAndLeftAsItIs) {
  Fill();
  scene_.StopServer();
  WriteText(scene_.data_dir() + "/SKONTRO",
            "skontro data directory\nformat 2\n");
  const auto before = Contents(scene_.data_dir());
  const Finished refused = RunServer(scene_.data_dir());
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("has format 2"),
                                 HasSubstr("this skontrod knows 1")));
  EXPECT_EQ(Contents(scene_.data_dir()), before);
}

TEST_F(DataDirectoryTest, AFolderOfOtherThingsIsRefusedAndLeftAsItIs) {
  std::filesystem::create_directories(scene_ / "photos");
  WriteText(scene_ / "photos/holiday.jpg", "sea");
  const Finished refused = RunServer(scene_ / "photos");
  EXPECT_EQ(refused.exit_code, 6);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("is not empty and has no file"),
                                 HasSubstr("left as it is")));
  EXPECT_EQ(Contents(scene_ / "photos").size(), 1U);
}

TEST_F(DataDirectoryTest, AMarkerThatSaysSomethingElseIsRefused) {
  for (const std::string text :
       {"", "something else", "skontro data directory\nformat x\n",
        "skontro data directory\nformat 0\n"}) {
    std::filesystem::create_directories(scene_ / "other");
    WriteText(scene_ / "other/SKONTRO", text);
    const Finished refused = RunServer(scene_ / "other");
    EXPECT_EQ(refused.exit_code, 6) << text;
    EXPECT_THAT(refused.err, HasSubstr("is not what skontrod writes"));
  }
}

TEST_F(DataDirectoryTest, AFileIsNoDataDirectory) {
  WriteText(scene_ / "file", "text");
  for (const std::string path : {"file", "file/below"}) {
    const Finished refused = RunServer(scene_ / path);
    EXPECT_EQ(refused.exit_code, 6) << path;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("Not a directory"),
                                   HasSubstr("name a directory")));
  }
  EXPECT_EQ(ReadText(scene_ / "file"), "text");
}

TEST_F(DataDirectoryTest, AFolderThatIsNotThereIsMade) {
  const Finished checked = RunServer(scene_ / "a/b/c", {"--check"});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_EQ(ReadText(scene_ / "a/b/c/SKONTRO"),
            "skontro data directory\nformat 1\n");
}

TEST_F(DataDirectoryTest, ANetworkWhoseCreationWasCutShortIsRemoved) {
  Fill();
  scene_.KillServer();
  const std::string cut = scene_.data_dir() + "/networks/.creating-res";
  std::filesystem::create_directories(cut);
  WriteText(cut + "/CURRENT", "half");
  ASSERT_TRUE(scene_.StartServer().ok());
  EXPECT_FALSE(std::filesystem::exists(cut));
  EXPECT_GE(ReadPaid(scene_.server().channel()).units, 100);
}

TEST_F(DataDirectoryTest, APortThatSomebodyHasIsNamed) {
  Fill();
  const Finished refused = RunServer(
      scene_ / "other", {"--grpc-listen", scene_.server().endpoint()});
  EXPECT_EQ(refused.exit_code, 2) << "the flag is given twice";
  const Finished taken = integration::Run(
      {{ProgramPath("skontrod"), "--data-dir", scene_ / "other",
        "--insecure-loopback", "--grpc-listen", scene_.server().endpoint()},
       {},
       ""},
      absl::Seconds(30));
  EXPECT_EQ(taken.exit_code, 8) << taken.err;
  EXPECT_THAT(taken.err, HasSubstr(scene_.server().endpoint()));
}

TEST_F(DataDirectoryTest, APortForHttpThatSomebodyHasIsNamed) {
  Fill();
  const auto run = [&](const std::string& http) {
    return integration::Run(
        {{ProgramPath("skontrod"), "--data-dir", scene_ / "other",
          "--grpc-listen", "127.0.0.1:0", "--http-listen", http},
         {},
         ""},
        absl::Seconds(30));
  };
  const Finished taken = run(scene_.server().endpoint());
  EXPECT_EQ(taken.exit_code, 8) << taken.err;
  EXPECT_THAT(taken.err, HasSubstr(scene_.server().endpoint()));
  EXPECT_THAT(taken.err, HasSubstr("--http-listen"));
  const Finished not_ours = run("192.0.2.1:0");
  EXPECT_EQ(not_ours.exit_code, 8) << not_ours.err;
  EXPECT_THAT(not_ours.err, HasSubstr("192.0.2.1"));
  // Beyond this machine only with TLS and keys.
  const Finished open = integration::Run(
      {{ProgramPath("skontrod"), "--data-dir", scene_ / "other",
        "--insecure-loopback", "--grpc-listen", "127.0.0.1:0", "--http-listen",
        "0.0.0.0:0"},
       {},
       ""},
      absl::Seconds(30));
  EXPECT_EQ(open.exit_code, 2) << open.err;
  EXPECT_THAT(open.err, HasSubstr("--http-listen"));
}

// Tests with mounts of their own: they are this process's alone, and go away
// with it.
class MountedDirectoryTest : public DataDirectoryTest {
 protected:
  void SetUp() override {
    static const bool has_own_mounts =
        unshare(CLONE_NEWNS) == 0 &&
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    if (!has_own_mounts) {
      GTEST_SKIP() << "SKIPPED: no right to mount: " << std::strerror(errno);
    }
  }

  void TearDown() override {
    if (!mounted_.empty()) umount2(mounted_.c_str(), MNT_DETACH);
  }

  void MountSmall(const std::string& path, const std::string& size) {
    std::filesystem::create_directories(path);
    ASSERT_EQ(
        mount("tmpfs", path.c_str(), "tmpfs", 0, ("size=" + size).c_str()), 0);
    mounted_ = path;
  }

  std::string mounted_;
};

TEST_F(MountedDirectoryTest, ADirectoryThatCannotBeWrittenIsNamed) {
  Fill();
  scene_.StopServer();
  const std::string path = scene_.data_dir();
  ASSERT_EQ(mount(path.c_str(), path.c_str(), nullptr, MS_BIND, nullptr), 0);
  mounted_ = path;
  ASSERT_EQ(mount(nullptr, path.c_str(), nullptr,
                  MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr),
            0);
  const Finished refused = RunServer(path);
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("Read-only file system"),
                                 HasSubstr(path), HasSubstr("--data-dir")));
  // A read-only copy is what an auditor gets.
  const Finished verified = scene_.Skontro({"verify", path});
  EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

TEST_F(MountedDirectoryTest, AFullDiskIsNamedAtTheStart) {
  const std::string path = scene_ / "small";
  MountSmall(path, "64k");
  WriteText(path + "/ballast", std::string(65'536, 'x'));
  const Finished refused = RunServer(path + "/data");
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("No space left on device"),
                                 HasSubstr("make room")));
}

TEST_F(MountedDirectoryTest, ADiskThatFillsUpLosesNothingThatWasAnswered) {
  const std::string path = scene_.data_dir();
  MountSmall(path, "24m");
  Fill();
  Payers payers(scene_.server().channel(), 8, "until-full");
  // Whatever the server does about a full disk, it must not answer with what it
  // could not write. It stops, or refuses; make that happen soon.
  WriteText(path + "/networks/ballast", std::string(23 << 20, 'x'));
  const std::optional<int> code = scene_.server().Wait(absl::Seconds(60));
  payers.Stop();
  EXPECT_NE(code, 0) << scene_.server().log();
  EXPECT_THAT(scene_.server().log(), HasSubstr("No space left on device"));

  std::filesystem::remove(path + "/networks/ballast");
  const absl::Status started = scene_.StartServer();
  ASSERT_TRUE(started.ok()) << started;
  const auto trades = v1::TradeService::NewStub(scene_.server().channel());
  for (const auto& [id, answer] : payers.paid()) {
    v1::CreateTradeResponse again;
    ASSERT_TRUE(PayOne(*trades, id, absl::Minutes(1), &again).ok());
    ASSERT_EQ(again.outcome().sequence(), answer.first);
    ASSERT_EQ(again.outcome().digest(), answer.second);
  }
  EXPECT_EQ(scene_.Skontro({"verify", path}).exit_code, 0);
}

}  // namespace
}  // namespace skontro::integration
