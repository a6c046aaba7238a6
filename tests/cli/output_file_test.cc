#include "cli/output_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "cli/failure.h"
#include "cli/file.h"

namespace skontro::cli {
namespace {

class OutputFileTest : public testing::Test {
 protected:
  OutputFileTest()
      : folder_(testing::TempDir() + "/skontro_output_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~OutputFileTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/books.txt"; }

  size_t FileCount() const {
    const std::filesystem::directory_iterator files(folder_);
    return static_cast<size_t>(std::distance(begin(files), end(files)));
  }

  std::unique_ptr<OutputFile> Finished(std::string_view bytes) {
    absl::StatusOr<std::unique_ptr<OutputFile>> file =
        OutputFile::Create(path());
    EXPECT_TRUE(file.ok()) << file.status();
    EXPECT_TRUE((*file)->Write(bytes).ok());
    EXPECT_TRUE((*file)->Finish().ok());
    return *std::move(file);
  }

  const std::string folder_;
};

TEST_F(OutputFileTest, AFileIsThereWhenItIsPublishedAndNotBefore) {
  {
    const std::unique_ptr<OutputFile> file = Finished("abc");
    EXPECT_FALSE(std::filesystem::exists(path()));
    ASSERT_TRUE(file->Publish(OutputFile::Existing::kKeep).ok());
  }
  EXPECT_EQ(*ReadFile(path(), 100), "abc");
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(OutputFileTest, AFileThatIsNotPublishedLeavesNothing) {
  Finished("abc").reset();
  EXPECT_EQ(FileCount(), 0u);
}

TEST_F(OutputFileTest, AnExistingFileIsKeptUnlessItIsToBeReplaced) {
  std::ofstream(path()) << "old";
  EXPECT_EQ(ExitCodeOf(Finished("new")->Publish(OutputFile::Existing::kKeep)),
            ExitCode::kLocalFailure);
  EXPECT_EQ(*ReadFile(path(), 100), "old");
  EXPECT_TRUE(Finished("new")->Publish(OutputFile::Existing::kReplace).ok());
  EXPECT_EQ(*ReadFile(path(), 100), "new");
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(OutputFileTest, AFolderThatIsNotThereIsALocalFailure) {
  EXPECT_EQ(ExitCodeOf(OutputFile::Create(folder_ + "/no/x").status()),
            ExitCode::kLocalFailure);
}

TEST_F(OutputFileTest, AFileThatIsTooLongIsNotRead) {
  ASSERT_TRUE(ReplaceFile(path(), "12345").ok());
  EXPECT_TRUE(ReadFile(path(), 5).ok());
  EXPECT_EQ(ExitCodeOf(ReadFile(path(), 4).status()), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeOf(ReadFile(folder_ + "/none", 4).status()),
            ExitCode::kLocalFailure);
}

}  // namespace
}  // namespace skontro::cli
