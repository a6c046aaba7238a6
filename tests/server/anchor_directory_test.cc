#include "server/anchor_directory.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "ledger/storage/anchor_file.h"
#include "server/data_directory.h"

namespace skontro::server {
namespace {

namespace fs = std::filesystem;

class AnchorDirectoryTest : public testing::Test {
 protected:
  AnchorDirectoryTest() {
    std::string name =
        (fs::temp_directory_path() / "skontro-anchors-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    top_ = name;
  }
  ~AnchorDirectoryTest() override { fs::remove_all(top_); }

  std::string path() const { return top_ + "/anchors"; }
  bool Has(const std::string& name) const {
    return fs::exists(path() + "/" + name);
  }

  static ledger::AnchoredHead HeadAt(uint64_t sequence) {
    return {{1, 2, 3}, 0, ledger::Sequence{sequence}, {}, 1};
  }

  AnchorDirectory Open(const std::vector<std::string>& networks) {
    return AnchorDirectory::Open(path(), networks).value();
  }
  // A network as it is after its creation.
  void Make(const std::string& network) {
    const AnchorDirectory anchors = Open({});
    ASSERT_TRUE(anchors.Create(network, HeadAt(1)).ok());
    ASSERT_TRUE(anchors.Publish(network).ok());
  }

  std::string top_;
};

TEST_F(AnchorDirectoryTest, IsMadeWithAllAboveIt) {
  EXPECT_TRUE(AnchorDirectory::Open(path() + "/a/b", {}).ok());
  EXPECT_TRUE(fs::is_directory(path() + "/a/b"));
}

TEST_F(AnchorDirectoryTest, AnAnchorIsOpenInOnePlaceOnly) {
  Make("res");
  const AnchorDirectory anchors = Open({"res"});
  const auto anchor = anchors.OpenAnchor("res", {});
  ASSERT_TRUE(anchor.ok()) << anchor.status();
  EXPECT_EQ((*anchor)->opened().newest, HeadAt(1));
  const absl::Status second = anchors.OpenAnchor("res", {}).status();
  EXPECT_EQ(ExitCodeOf(second), ExitCode::kInUse) << second;
}

TEST_F(AnchorDirectoryTest, WhatIsMissingOrDamagedIsSaidWithANextStep) {
  const AnchorDirectory anchors = Open({"res"});
  const absl::Status missing = anchors.OpenAnchor("res", {}).status();
  EXPECT_EQ(ExitCodeOf(missing), ExitCode::kAnchorLost) << missing;
  EXPECT_NE(missing.message().find("is missing"), std::string::npos);
  std::ofstream(path() + "/res.anchor") << "rubbish";
  const absl::Status damaged = anchors.OpenAnchor("res", {}).status();
  EXPECT_EQ(ExitCodeOf(damaged), ExitCode::kAnchorLost) << damaged;
  EXPECT_NE(damaged.message().find("is damaged"), std::string::npos);
  for (const absl::Status& status : {missing, damaged}) {
    EXPECT_NE(status.message().find("skontro recover"), std::string::npos);
    EXPECT_NE(status.message().find("--anchor-dir"), std::string::npos);
  }
}

TEST_F(AnchorDirectoryTest, ACreationThatWasCutShortIsFinishedOrForgotten) {
  const AnchorDirectory anchors = Open({});
  // Killed before the network was renamed, and after.
  ASSERT_TRUE(anchors.Create("before", HeadAt(1)).ok());
  ASSERT_TRUE(anchors.Create("after", HeadAt(1)).ok());
  Open({"after"});
  EXPECT_FALSE(Has("before.anchor"));
  EXPECT_FALSE(Has(".creating-before.anchor"));
  EXPECT_TRUE(Has("after.anchor"));
  EXPECT_FALSE(Has(".creating-after.anchor"));
}

TEST_F(AnchorDirectoryTest, ALeftoverNeverReplacesAnAnchor) {
  Make("res");
  const std::string bytes = ledger::EncodeNewAnchor(HeadAt(77));
  ASSERT_TRUE(
      ledger::CreateAnchorFile(path() + "/.creating-res.anchor", bytes).ok());
  const auto anchor = Open({"res"}).OpenAnchor("res", {});
  EXPECT_EQ((*anchor)->opened().newest, HeadAt(1));
  EXPECT_FALSE(Has(".creating-res.anchor"));
}

TEST_F(AnchorDirectoryTest, AnAnchorThatLostItsNetworkIsALoss) {
  Make("res");
  const absl::Status lost = AnchorDirectory::Open(path(), {"other"}).status();
  EXPECT_EQ(ExitCodeOf(lost), ExitCode::kHeadBehind) << lost;
  EXPECT_NE(lost.message().find("sequence 0"), std::string::npos);
  EXPECT_NE(lost.message().find("sequence 1 was durable"), std::string::npos);
  std::ofstream(path() + "/notes.txt") << "not an anchor";
  EXPECT_TRUE(AnchorDirectory::Open(path(), {"res", "other"}).ok());
}

TEST_F(AnchorDirectoryTest, ANetworkIsNotCreatedOverTheAnchorOfAnother) {
  Make("res");
  const AnchorDirectory anchors = Open({"res"});
  EXPECT_TRUE(absl::IsAlreadyExists(anchors.Create("res", HeadAt(1))));
  EXPECT_TRUE(anchors.Discard("res").ok());
  EXPECT_TRUE(Has("res.anchor"));
}

TEST_F(AnchorDirectoryTest, ADirectoryThatCannotBeMadeIsNamed) {
  std::ofstream(path()) << "a file";
  const absl::Status status = AnchorDirectory::Open(path(), {}).status();
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.message().find(path()), std::string::npos) << status;
}

}  // namespace
}  // namespace skontro::server
