#include "ledger/storage/anchor_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace skontro::ledger {
namespace {

class AnchorFileTest : public testing::Test {
 protected:
  AnchorFileTest() {
    std::string name =
        (std::filesystem::temp_directory_path() / "skontro-anchor-XXXXXX")
            .string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~AnchorFileTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/res.anchor"; }

  std::string folder_;
};

TEST_F(AnchorFileTest, WhatIsWrittenIsReadAgain) {
  ASSERT_TRUE(CreateAnchorFile(path(), "0123456789").ok());
  {
    const auto file = OpenAnchorFile(path());
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ((*file)->name(), path());
    EXPECT_EQ(*(*file)->Read(4), "0123");
    ASSERT_TRUE((*file)->Write(3, "abc").ok());
    ASSERT_TRUE((*file)->Sync().ok());
    EXPECT_EQ(*(*file)->Read(100), "012abc6789");
  }
  EXPECT_EQ(*ReadAnchorFile(path(), 100), "012abc6789");
}

TEST_F(AnchorFileTest, WhatIsThereIsNotWrittenOver) {
  ASSERT_TRUE(CreateAnchorFile(path(), "old").ok());
  EXPECT_TRUE(absl::IsAlreadyExists(CreateAnchorFile(path(), "new")));
  EXPECT_EQ(*ReadAnchorFile(path(), 100), "old");
}

TEST_F(AnchorFileTest, WhatIsNotThereIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(OpenAnchorFile(path()).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadAnchorFile(path(), 1).status()));
  EXPECT_TRUE(
      absl::IsNotFound(CreateAnchorFile(folder_ + "/none/res.anchor", "x")));
}

TEST_F(AnchorFileTest, OneProcessHasItAndOthersMayRead) {
  ASSERT_TRUE(CreateAnchorFile(path(), "x").ok());
  auto first = OpenAnchorFile(path());
  ASSERT_TRUE(first.ok());
  const auto second = OpenAnchorFile(path());
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();
  EXPECT_EQ(*ReadAnchorFile(path(), 1), "x");
  first->reset();
  EXPECT_TRUE(OpenAnchorFile(path()).ok());
}

TEST_F(AnchorFileTest, AFileThatMayNotBeWrittenIsNotOpened) {
  ASSERT_TRUE(CreateAnchorFile(path(), "x").ok());
  chmod(path().c_str(), 0444);
  chmod(folder_.c_str(), 0755);
  // Root may write anywhere, so be nobody for a moment.
  const bool was_root = geteuid() == 0;
  if (was_root) {
    ASSERT_EQ(seteuid(65534), 0);
  }
  const absl::Status refused = OpenAnchorFile(path()).status();
  if (was_root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_TRUE(absl::IsPermissionDenied(refused)) << refused;
}

}  // namespace
}  // namespace skontro::ledger
