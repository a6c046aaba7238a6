// skontro export

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/file.h"
#include "ledger/digest.h"
#include "tests/cli/fake_server.h"

namespace skontro::cli {
namespace {

using testing::HasSubstr;

class ExportTest : public testing::Test {
 protected:
  ExportTest()
      : folder_(testing::TempDir() + "/skontro_export_verb_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    server_.handlers().export_fec =
        [this](const v1::ExportFecRequest& request,
               grpc::ServerWriter<v1::ExportChunk>* writer) {
          request_ = request;
          for (const auto& [name, content] : files_) {
            v1::ExportChunk chunk;
            chunk.set_file_name(name);
            writer->Write(chunk);
            chunk.set_content(content);
            writer->Write(chunk);
          }
          return answer_;
        };
    files_ = {{"PROVISIONAL-F.txt", "books"},
              {"PROVISIONAL-F.txt.json",
               absl::StrCat(
                   R"({"file_name":"PROVISIONAL-F.txt","bytes":5,"sha256":")",
                   ledger::ToHex(ledger::HashOf("books")),
                   R"(","provisional":true})")}};
  }
  ~ExportTest() override { std::filesystem::remove_all(folder_); }

  CliRun Export(const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {
        "export", "fec", "imprimerie", "--year", "2026", "--out", folder_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return server_.Run(arguments);
  }

  bool IsEmpty() const {
    return !std::filesystem::exists(folder_) ||
           std::filesystem::is_empty(folder_);
  }

  const std::string folder_;
  FakeServer server_;
  v1::ExportFecRequest request_;
  std::vector<std::pair<std::string, std::string>> files_;
  grpc::Status answer_;
};

TEST_F(ExportTest, FilesAreWrittenAndAnOpenPeriodIsSaid) {
  const CliRun run = Export({"--as-of", "12"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_EQ(request_.member(), "networks/res/members/imprimerie");
  EXPECT_EQ(request_.year(), 2026);
  EXPECT_EQ(request_.as_of_sequence(), 12);
  EXPECT_EQ(*ReadFile(folder_ + "/PROVISIONAL-F.txt", 100), "books");
  EXPECT_THAT(run.out, HasSubstr(folder_ + "/PROVISIONAL-F.txt"));
  EXPECT_THAT(run.err, HasSubstr("PROVISIONAL: the period is still open"));
}

TEST_F(ExportTest, ASecondExportNeedsForce) {
  ASSERT_EQ(Export().code, ExitCode::kDone);
  const CliRun again = Export();
  EXPECT_EQ(again.code, ExitCode::kLocalFailure);
  EXPECT_THAT(again.err, HasSubstr("--force"));
  EXPECT_EQ(Export({"--force"}).code, ExitCode::kDone);
}

TEST_F(ExportTest, AnExportThatBreaksOffLeavesNothing) {
  answer_ = grpc::Status(grpc::StatusCode::DATA_LOSS, "totals do not add up");
  EXPECT_EQ(Export().code, ExitCode::kBroken);
  EXPECT_TRUE(IsEmpty());
  answer_ = Refused(grpc::StatusCode::FAILED_PRECONDITION, "no SIREN",
                    "INCOMPLETE_PROFILE", {});
  EXPECT_EQ(Export().code, ExitCode::kRefused);
  EXPECT_TRUE(IsEmpty());
  answer_ = grpc::Status::OK;
  files_.pop_back();
  EXPECT_EQ(Export().code, ExitCode::kBroken);
  EXPECT_TRUE(IsEmpty());
  files_ = {{"../outside", "x"}};
  EXPECT_EQ(Export().code, ExitCode::kBroken);
  EXPECT_TRUE(IsEmpty());
}

}  // namespace
}  // namespace skontro::cli
