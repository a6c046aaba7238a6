// skontro journal export and import, beside a real server.

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/payer.h"
#include "tests/integration/scene.h"

namespace skontro::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class JournalExportTest : public testing::Test {
 protected:
  void SetUp() override {
    const absl::Status started = scene_.StartServer();
    ASSERT_TRUE(started.ok()) << started;
    const absl::Status made = MakePayNetwork(scene_.server().channel());
    ASSERT_TRUE(made.ok()) << made;
  }

  Finished Export(const std::string& name,
                  const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "journal", "export", scene_.data_dir(), "--out", scene_ / name};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return scene_.Skontro(arguments);
  }

  Finished Import(const std::string& name, const std::string& to) {
    return scene_.Skontro(
        {"journal", "import", scene_ / name, "--to", scene_ / to});
  }

  // Pays until `b` has at least so many units.
  void Pay(int64_t units) {
    Payers payers(scene_.server().channel(), 4, absl::StrCat("p", units));
    ASSERT_TRUE(payers.AwaitPaid(units));
  }

  Scene scene_;
};

TEST_F(JournalExportTest, WhatWasAnsweredIsInAnExportWhileTradesGoOn) {
  Payers payers(scene_.server().channel(), 4, "load");
  ASSERT_TRUE(payers.AwaitPaid(100));
  const Paid before = ReadPaid(scene_.server().channel());
  const Finished exported = Export("a.skj", {"--format", "json"});
  ASSERT_EQ(exported.exit_code, 0) << exported.err;
  const auto summary = ParseJson(exported.out);
  EXPECT_GE(summary.fields().at("sequence").number_value(), before.sequence);
  ASSERT_EQ(scene_.Skontro({"verify", scene_ / "a.skj"}).exit_code, 0);
}

TEST_F(JournalExportTest, ACopyHasTheSameBooksAndTheSameExport) {
  Pay(50);
  ASSERT_EQ(Export("a.skj").exit_code, 0);
  const Finished imported = Import("a.skj", "copy");
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  EXPECT_THAT(imported.out, HasSubstr("Next: skontrod --data-dir"));
  const Paid paid = ReadPaid(scene_.server().channel());

  ServerProcess::Options options;
  options.program = ProgramPath("skontrod");
  options.data_dir = scene_ / "copy";
  {
    const auto copy = ServerProcess::Start(options);
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_EQ(ReadPaid((*copy)->channel()).units, paid.units);
    (*copy)->Terminate();
    EXPECT_EQ((*copy)->Wait(), 0);
  }
  EXPECT_EQ(scene_.Skontro({"verify", scene_ / "copy"}).exit_code, 0);
  ASSERT_EQ(scene_
                .Skontro({"journal", "export", scene_ / "copy", "--out",
                          scene_ / "b.skj"})
                .exit_code,
            0);
  EXPECT_EQ(ReadText(scene_ / "a.skj"), ReadText(scene_ / "b.skj"));
}

TEST_F(JournalExportTest, AnExportUpToASequenceIsAJournalOfItsOwn) {
  Pay(50);
  ASSERT_EQ(Export("a.skj", {"--to-sequence", "20"}).exit_code, 0);
  ASSERT_EQ(Import("a.skj", "copy").exit_code, 0);
  const Finished verified = scene_.Skontro({"verify", scene_ / "copy"});
  EXPECT_EQ(verified.exit_code, 0);
  EXPECT_THAT(verified.out, HasSubstr("the last is sequence 20"));
  const Finished beyond = Export("b.skj", {"--to-sequence", "1000000"});
  EXPECT_EQ(beyond.exit_code, 2);
  EXPECT_THAT(beyond.err, HasSubstr("the journal ends at sequence"));
  EXPECT_FALSE(std::filesystem::exists(scene_ / "b.skj"));
}

TEST_F(JournalExportTest, ANetworkComesBackAsItWasAtASequence) {
  Pay(50);
  ASSERT_EQ(Export("a.skj").exit_code, 0);
  const Finished restored = scene_.Skontro(
      {"journal", "import", scene_ / "a.skj", "--to", scene_ / "copy",
       "--to-sequence", "30", "--format", "json"});
  ASSERT_EQ(restored.exit_code, 0) << restored.err;
  EXPECT_EQ(ParseJson(restored.out).fields().at("sequence").number_value(), 30);
  // The same as an export of that much, byte for byte.
  ASSERT_EQ(Export("b.skj", {"--to-sequence", "30"}).exit_code, 0);
  ASSERT_EQ(scene_
                .Skontro({"journal", "export", scene_ / "copy", "--out",
                          scene_ / "c.skj"})
                .exit_code,
            0);
  EXPECT_EQ(ReadText(scene_ / "b.skj"), ReadText(scene_ / "c.skj"));
  // And a server goes on from there.
  ServerProcess::Options options;
  options.program = ProgramPath("skontrod");
  options.data_dir = scene_ / "copy";
  const auto copy = ServerProcess::Start(options);
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ(ReadPaid((*copy)->channel()).sequence, 30);
  Payers payers((*copy)->channel(), 2, "after");
  EXPECT_TRUE(payers.AwaitPaid(5));
  payers.Stop();
  EXPECT_EQ(scene_.Skontro({"verify", scene_ / "copy"}).exit_code, 0);
}

TEST_F(JournalExportTest, APipeCarriesIt) {
  Pay(10);
  const Finished piped = scene_.Shell(
      absl::StrCat("skontro journal export ", scene_.data_dir(),
                   " --out - | skontro journal import - --to copy"));
  EXPECT_EQ(piped.exit_code, 0) << piped.err;
  EXPECT_EQ(scene_.Skontro({"verify", scene_ / "copy"}).exit_code, 0);
}

TEST_F(JournalExportTest, NothingIsOverwrittenAndNothingHalfIsLeft) {
  Pay(10);
  ASSERT_EQ(Export("a.skj").exit_code, 0);
  const std::string text = ReadText(scene_ / "a.skj");
  const Finished again = Export("a.skj");
  EXPECT_EQ(again.exit_code, 6);
  EXPECT_THAT(again.err, HasSubstr("File exists"));
  EXPECT_EQ(ReadText(scene_ / "a.skj"), text);

  std::filesystem::create_directory(scene_ / "there");
  const Finished taken = Import("a.skj", "there");
  EXPECT_EQ(taken.exit_code, 2);
  EXPECT_THAT(taken.err, HasSubstr("nothing is overwritten"));

  std::filesystem::resize_file(scene_ / "a.skj", text.size() - 1);
  const Finished cut = Import("a.skj", "copy");
  EXPECT_EQ(cut.exit_code, 5);
  EXPECT_THAT(cut.err, AllOf(HasSubstr("damaged"), HasSubstr("cut short")));
  for (const auto& entry :
       std::filesystem::directory_iterator(scene_.folder().path())) {
    EXPECT_THAT(entry.path().filename().string(),
                testing::Not(HasSubstr("partial")));
    EXPECT_NE(entry.path().filename().string(), "copy");
  }
}

TEST_F(JournalExportTest, WhatIsMeantIsAskedFor) {
  const Finished file = scene_.Skontro(
      {"journal", "import", "/etc/hostname", "--to", scene_ / "copy"});
  EXPECT_EQ(file.exit_code, 2);
  EXPECT_THAT(file.err, HasSubstr("no journal file"));
  const Finished folder =
      scene_.Skontro({"journal", "export", "/etc", "--out", scene_ / "a.skj"});
  EXPECT_EQ(folder.exit_code, 2);
  EXPECT_THAT(folder.err, HasSubstr("no data directory"));
  const Finished network = Export("a.skj", {"--network", "other"});
  EXPECT_EQ(network.exit_code, 2);
  EXPECT_THAT(network.err, HasSubstr("has no network 'other': it has pay"));
}

}  // namespace
}  // namespace skontro::integration
