// skontro backup and restore, beside a real server.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/payer.h"
#include "tests/integration/scene.h"

namespace skontro::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    const absl::Status started = scene_.StartServer();
    ASSERT_TRUE(started.ok()) << started;
    const absl::Status made = MakePayNetwork(scene_.server().channel());
    ASSERT_TRUE(made.ok()) << made;
  }

  Finished BackUp(const std::string& data,
                  const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"backup", data, "--to",
                                          scene_ / "backup"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return scene_.Skontro(arguments);
  }
  Finished BackUp() { return BackUp(scene_.data_dir()); }

  Finished Restore(const std::string& to,
                   const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"restore", scene_ / "backup", "--to",
                                          scene_ / to};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return scene_.Skontro(arguments);
  }

  // What a backup as JSON says of its only network.
  static int64_t NumberIn(const Finished& finished, const std::string& field) {
    const auto json = ParseJson(finished.out);
    const auto& networks = json.fields().at("networks").list_value();
    return static_cast<int64_t>(
        networks.values(0).struct_value().fields().at(field).number_value());
  }

  std::vector<std::string> Files() {
    std::vector<std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(scene_ / "backup/networks/pay")) {
      files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  // Pays at least so many units more.
  void Pay(int64_t units) {
    const int64_t before = ReadPaid(scene_.server().channel()).units;
    Payers payers(scene_.server().channel(), 4, absl::StrCat("p", before));
    ASSERT_TRUE(payers.AwaitPaid(before + units));
  }

  // A server on the data directory `name`, until the returned one ends.
  std::unique_ptr<ServerProcess> StartOn(const std::string& name) {
    ServerProcess::Options options;
    options.program = ProgramPath("skontrod");
    options.data_dir = scene_ / name;
    auto server = ServerProcess::Start(options);
    EXPECT_TRUE(server.ok()) << server.status();
    return server.ok() ? *std::move(server) : nullptr;
  }

  Scene scene_;
};

TEST_F(BackupTest, ABackupGrowsWhileTradesGoOnAndComesBackWhole) {
  Payers payers(scene_.server().channel(), 4, "load");
  for (int64_t round = 1; round <= 3; ++round) {
    ASSERT_TRUE(payers.AwaitPaid(round * 100));
    const Paid before = ReadPaid(scene_.server().channel());
    const Finished saved = BackUp(scene_.data_dir(), {"--format", "json"});
    ASSERT_EQ(saved.exit_code, 0) << saved.err;
    EXPECT_GE(NumberIn(saved, "sequence"), before.sequence);
    if (round > 1) {
      EXPECT_LT(NumberIn(saved, "record_count"), NumberIn(saved, "sequence"));
    }
  }
  payers.Stop();
  ASSERT_EQ(BackUp().exit_code, 0);
  EXPECT_GE(Files().size(), 3);
  EXPECT_EQ(scene_.Skontro({"verify", scene_ / "backup"}).exit_code, 0);

  const Finished restored = Restore("copy");
  ASSERT_EQ(restored.exit_code, 0) << restored.err;
  EXPECT_THAT(restored.out, HasSubstr("Next: skontrod --data-dir"));
  const Paid paid = ReadPaid(scene_.server().channel());
  {
    const auto server = StartOn("copy");
    ASSERT_NE(server, nullptr);
    EXPECT_EQ(ReadPaid(server->channel()).units, paid.units);
    EXPECT_EQ(ReadPaid(server->channel()).sequence, paid.sequence);
  }
  // The same bytes, whichever way they went.
  for (const std::string& from : {scene_.data_dir(), scene_ / "copy"}) {
    ASSERT_EQ(
        scene_
            .Skontro({"journal", "export", from, "--out",
                      scene_ / absl::StrCat(from == scene_ / "copy", ".skj")})
            .exit_code,
        0);
  }
  EXPECT_EQ(ReadText(scene_ / "0.skj"), ReadText(scene_ / "1.skj"));
}

TEST_F(BackupTest, WhereNothingIsNewNothingIsWritten) {
  Pay(10);
  ASSERT_EQ(BackUp().exit_code, 0);
  const std::vector<std::string> files = Files();
  const Finished again = BackUp();
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("nothing new"));
  EXPECT_EQ(Files(), files);
}

TEST_F(BackupTest, ANetworkComesBackAsItWasAtASequence) {
  Pay(20);
  ASSERT_EQ(BackUp().exit_code, 0);
  Pay(20);
  ASSERT_EQ(BackUp().exit_code, 0);
  for (const std::string sequence : {"12", "40"}) {
    const Finished restored =
        Restore("at" + sequence, {"--to-sequence", sequence});
    ASSERT_EQ(restored.exit_code, 0) << restored.err;
    const auto server = StartOn("at" + sequence);
    ASSERT_NE(server, nullptr);
    EXPECT_EQ(absl::StrCat(ReadPaid(server->channel()).sequence), sequence);
  }
  const Finished beyond = Restore("beyond", {"--to-sequence", "100000"});
  EXPECT_EQ(beyond.exit_code, 2);
  EXPECT_THAT(beyond.err, HasSubstr("before sequence 100000"));
}

TEST_F(BackupTest, AnOldCopyInPlaceOfTheNewerOneIsNoticed) {
  Pay(20);
  ASSERT_EQ(BackUp().exit_code, 0);
  const std::vector<std::string> files = Files();
  ASSERT_EQ(Restore("old", {"--to-sequence", "15"}).exit_code, 0);
  const Finished older = BackUp(scene_ / "old");
  EXPECT_EQ(older.exit_code, 5);
  EXPECT_THAT(older.err, AllOf(HasSubstr("ends at sequence 15"),
                               HasSubstr("older than its backup")));

  // It went on, and is another history by now.
  {
    const auto server = StartOn("old");
    ASSERT_NE(server, nullptr);
    Payers payers(server->channel(), 4, "other");
    ASSERT_TRUE(payers.AwaitPaid(60));
  }
  const Finished other = BackUp(scene_ / "old");
  EXPECT_EQ(other.exit_code, 5);
  EXPECT_THAT(other.err, HasSubstr("sequence"));
  EXPECT_EQ(Files(), files);
}

TEST_F(BackupTest, AFileThatIsMissingOrCutIsNoticed) {
  for (int i = 0; i < 3; ++i) {
    Pay(10);
    ASSERT_EQ(BackUp().exit_code, 0);
  }
  const std::vector<std::string> files = Files();
  ASSERT_EQ(files.size(), 3);
  const std::string middle = ReadText(files[1]);
  std::filesystem::rename(files[1], scene_ / "aside");
  EXPECT_NE(scene_.Skontro({"verify", scene_ / "backup"}).exit_code, 0);
  EXPECT_EQ(Restore("copy").exit_code, 5);
  std::filesystem::copy_file(scene_ / "aside", files[1]);
  std::filesystem::resize_file(files[1], middle.size() - 1);
  EXPECT_EQ(scene_.Skontro({"verify", scene_ / "backup"}).exit_code, 5);
  EXPECT_EQ(Restore("copy").exit_code, 5);
  std::filesystem::remove(files[1]);
  std::filesystem::rename(scene_ / "aside", files[1]);
  EXPECT_EQ(scene_.Skontro({"verify", scene_ / "backup"}).exit_code, 0);

  // The newest: nothing can go on behind it, and the rest is still there.
  std::filesystem::resize_file(files[2], 50);
  EXPECT_EQ(scene_.Skontro({"verify", scene_ / "backup"}).exit_code, 7);
  EXPECT_EQ(BackUp().exit_code, 5);
  for (const auto& entry :
       std::filesystem::directory_iterator(scene_.folder().path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("partial")));
    EXPECT_NE(entry.path().filename().string(), "copy");
  }
}

TEST_F(BackupTest, NothingIsOverwritten) {
  Pay(10);
  std::filesystem::create_directory(scene_ / "backup");
  { std::ofstream(scene_ / "backup/mine") << "text"; }
  const Finished foreign = BackUp();
  EXPECT_EQ(foreign.exit_code, 2);
  EXPECT_THAT(foreign.err, HasSubstr("is no backup"));
  std::filesystem::remove(scene_ / "backup/mine");
  ASSERT_EQ(BackUp(scene_.data_dir(), {"--quick"}).exit_code, 0);

  std::filesystem::create_directory(scene_ / "there");
  const Finished taken = Restore("there");
  EXPECT_EQ(taken.exit_code, 2);
  EXPECT_THAT(taken.err, HasSubstr("nothing is overwritten"));
  const Finished network = Restore("copy", {"--network", "other"});
  EXPECT_EQ(network.exit_code, 2);
  EXPECT_THAT(network.err, HasSubstr("has no network 'other': it has pay"));
  const Finished none =
      scene_.Skontro({"restore", "/etc", "--to", scene_ / "copy"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("is no backup"));
}

}  // namespace
}  // namespace skontro::integration
