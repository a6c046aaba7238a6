#include "cli/export_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/file.h"

namespace skontro::cli {
namespace {

constexpr char kFec[] = "732829320FEC20261231.txt";
constexpr char kManifest[] = "732829320FEC20261231.txt.manifest.json";

class ExportFolderTest : public testing::Test {
 protected:
  ExportFolderTest()
      : path_(testing::TempDir() + "/skontro_export_" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(path_);
  }
  ~ExportFolderTest() override { std::filesystem::remove_all(path_); }

  std::unique_ptr<ExportFolder> Open(
      OutputFile::Existing existing = OutputFile::Existing::kKeep) {
    absl::StatusOr<std::unique_ptr<ExportFolder>> folder =
        ExportFolder::Open(path_, existing);
    EXPECT_TRUE(folder.ok()) << folder.status();
    return *std::move(folder);
  }

  static std::string ManifestOf(const std::string& name,
                                const std::string& bytes,
                                const char* provisional = "false") {
    return absl::StrCat(R"({"format":"FEC","file_name":")", name,
                        R"(","bytes":)", bytes.size(), R"(,"sha256":")",
                        ledger::ToHex(ledger::HashOf(bytes)),
                        R"(","provisional":)", provisional, "}\n");
  }

  // A whole export of one file.
  absl::Status Export(ExportFolder& folder, const std::string& bytes,
                      const std::string& manifest) {
    absl::Status status = folder.BeginFile(kFec);
    if (status.ok()) status = folder.Write(bytes.substr(0, 2));
    if (status.ok()) status = folder.Write(bytes.substr(2));
    if (status.ok()) status = folder.BeginFile(kManifest);
    if (status.ok()) status = folder.Write(manifest);
    return status.ok() ? folder.Finish() : status;
  }

  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  const std::string path_;
};

TEST_F(ExportFolderTest, FilesThatMatchTheManifestAreKept) {
  const auto folder = Open();
  ASSERT_TRUE(Export(*folder, "books", ManifestOf(kFec, "books")).ok());
  EXPECT_EQ(Names(), (std::set<std::string>{kFec, kManifest}));
  EXPECT_EQ(*ReadFile(path_ + "/" + kFec, 100), "books");
  EXPECT_FALSE(folder->is_provisional());
  ASSERT_EQ(folder->files().size(), 2u);
  EXPECT_EQ(folder->files()[0].bytes, 5);
}

TEST_F(ExportFolderTest, AnOpenPeriodIsSaid) {
  const auto folder = Open();
  ASSERT_TRUE(Export(*folder, "books", ManifestOf(kFec, "books", "true")).ok());
  EXPECT_TRUE(folder->is_provisional());
}

TEST_F(ExportFolderTest, AFileThatIsNotTheOneOfTheManifestIsNotKept) {
  for (const std::string& manifest :
       {ManifestOf(kFec, "boooks"), ManifestOf("other.txt", "books"),
        std::string("{}"), std::string("no json"), std::string()}) {
    SCOPED_TRACE(manifest);
    auto folder = Open();
    const absl::Status status = Export(*folder, "books", manifest);
    EXPECT_EQ(ExitCodeOf(status), ExitCode::kBroken) << status;
    folder.reset();
    EXPECT_TRUE(Names().empty());
  }
}

TEST_F(ExportFolderTest, AnExportWithoutItsManifestIsNotKept) {
  auto folder = Open();
  ASSERT_TRUE(folder->BeginFile(kFec).ok());
  ASSERT_TRUE(folder->Write("books").ok());
  EXPECT_EQ(ExitCodeOf(folder->Finish()), ExitCode::kBroken);
  folder.reset();
  EXPECT_TRUE(Names().empty());
  EXPECT_EQ(ExitCodeOf(Open()->Finish()), ExitCode::kBroken);
  EXPECT_EQ(ExitCodeOf(Open()->Write("x")), ExitCode::kBroken);
}

TEST_F(ExportFolderTest, AFileThatIsThereIsKeptUnlessForced) {
  std::filesystem::create_directories(path_);
  std::ofstream(path_ + "/" + kFec) << "old";
  const std::string manifest = ManifestOf(kFec, "books");
  EXPECT_EQ(ExitCodeOf(Export(*Open(), "books", manifest)),
            ExitCode::kLocalFailure);
  EXPECT_EQ(*ReadFile(path_ + "/" + kFec, 100), "old");
  EXPECT_TRUE(
      Export(*Open(OutputFile::Existing::kReplace), "books", manifest).ok());
  EXPECT_EQ(*ReadFile(path_ + "/" + kFec, 100), "books");
}

TEST_F(ExportFolderTest, AFileLandsInTheFolderAndNowhereElse) {
  for (const char* name :
       {"", "../x", "a/b", ".hidden", "-rf", "a\nb", "/etc/passwd"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(ExitCodeOf(Open()->BeginFile(name)), ExitCode::kBroken);
  }
  const auto folder = Open();
  ASSERT_TRUE(folder->BeginFile(kFec).ok());
  EXPECT_EQ(ExitCodeOf(folder->BeginFile(kFec)), ExitCode::kBroken);
}

TEST_F(ExportFolderTest, SeveralExportsAppearTogether) {
  auto folder = Open();
  for (const std::string name : {"a.txt", "b.txt"}) {
    ASSERT_TRUE(folder->BeginFile(name).ok());
    ASSERT_TRUE(folder->Write(name).ok());
    ASSERT_TRUE(folder->BeginFile(name + ".json").ok());
    ASSERT_TRUE(folder->Write(ManifestOf(name, name)).ok());
    ASSERT_TRUE(folder->EndExport().ok());
  }
  // One that broke off is taken back, and its name may come again.
  ASSERT_TRUE(folder->BeginFile("c.txt").ok());
  ASSERT_TRUE(folder->Write("half").ok());
  folder->DropExport();
  ASSERT_TRUE(folder->AddFile("c.txt", "sums").ok());
  EXPECT_EQ(folder->manifests().size(), 2u);
  for (const std::string& name : Names()) {
    EXPECT_NE(name.find(".partial"), std::string::npos) << name;
  }
  ASSERT_TRUE(folder->Finish().ok());
  EXPECT_EQ(Names(), (std::set<std::string>{"a.txt", "a.txt.json", "b.txt",
                                            "b.txt.json", "c.txt"}));
  EXPECT_EQ(*ReadFile(path_ + "/c.txt", 100), "sums");
}

TEST_F(ExportFolderTest, AManifestSpeaksOfTheFilesOfItsOwnExport) {
  auto folder = Open();
  ASSERT_TRUE(folder->BeginFile("a.txt").ok());
  ASSERT_TRUE(folder->Write("x").ok());
  ASSERT_TRUE(folder->BeginFile("a.json").ok());
  ASSERT_TRUE(folder->Write(ManifestOf("a.txt", "x")).ok());
  ASSERT_TRUE(folder->EndExport().ok());
  ASSERT_TRUE(folder->BeginFile("b.txt").ok());
  ASSERT_TRUE(folder->Write("x").ok());
  ASSERT_TRUE(folder->BeginFile("b.json").ok());
  ASSERT_TRUE(folder->Write(ManifestOf("a.txt", "x")).ok());
  EXPECT_EQ(ExitCodeOf(folder->EndExport()), ExitCode::kBroken);
  folder.reset();
  EXPECT_TRUE(Names().empty());
}

TEST_F(ExportFolderTest, AFileInPlaceOfTheFolderIsALocalFailure) {
  std::ofstream(path_) << "x";
  EXPECT_EQ(
      ExitCodeOf(
          ExportFolder::Open(path_, OutputFile::Existing::kKeep).status()),
      ExitCode::kLocalFailure);
}

}  // namespace
}  // namespace skontro::cli
