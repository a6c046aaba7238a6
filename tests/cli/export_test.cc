// skontro export

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/export_call.h"
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
    server_.handlers().export_books =
        [this](const v1::ExportRequest& request,
               grpc::ServerWriter<v1::ExportChunk>* writer) {
          requests_.push_back(request);
          const auto refused = refused_.find(request.format());
          if (refused != refused_.end()) return refused->second;
          for (const auto& [name, content] : FilesOf(request.format())) {
            v1::ExportChunk chunk;
            chunk.set_file_name(name);
            writer->Write(chunk);
            chunk.set_content(content);
            writer->Write(chunk);
            if (behind_a_file_ != nullptr) behind_a_file_();
          }
          return answer_;
        };
  }
  ~ExportTest() override { std::filesystem::remove_all(folder_); }

  using Files = std::vector<std::pair<std::string, std::string>>;

  Files FilesOf(v1::ExportRequest::Format format) const {
    if (files_.has_value()) return *files_;
    const std::string title = v1::ExportRequest::Format_Name(format);
    const std::string name = absl::StrCat("PROVISIONAL-", title, ".txt");
    return {
        {name, "books"},
        {name + ".json",
         absl::StrCat(R"({"format":")", title, R"(","file_name":")", name,
                      R"(","bytes":5,"sha256":")",
                      ledger::ToHex(ledger::HashOf("books")),
                      R"(","provisional":true,"entries":7,"rows":14,)",
                      R"("debit":"720.00","units":{"closing":"40.09"},)",
                      R"("journal":{"sequence":12,"digest":"ab12"},)",
                      R"("warnings":[{"code":"NO_TAX_LINES","count":3}]})")}};
  }

  CliRun Export(const std::vector<std::string>& options = {},
                const std::string& verb = "fec") {
    std::vector<std::string> arguments = {"export", verb, "imprimerie", "--out",
                                          folder_};
    if (options.empty() || options[0] != "--from") {
      arguments.insert(arguments.end(), {"--year", "2026"});
    }
    arguments.insert(arguments.end(), options.begin(), options.end());
    return server_.Run(arguments);
  }

  bool IsEmpty() const {
    return !std::filesystem::exists(folder_) ||
           std::filesystem::is_empty(folder_);
  }

  const std::string folder_;
  FakeServer server_;
  std::vector<v1::ExportRequest> requests_;
  std::optional<Files> files_;  // What every export has, where it is set.
  std::map<v1::ExportRequest::Format, grpc::Status> refused_;
  std::function<void()> behind_a_file_;
  grpc::Status answer_;
};

TEST_F(ExportTest, FilesAreWrittenAndAnOpenPeriodIsSaid) {
  const CliRun run = Export({"--as-of", "12"});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0].member(), "networks/res/members/imprimerie");
  EXPECT_EQ(requests_[0].format(), v1::ExportRequest::FEC);
  EXPECT_EQ(requests_[0].year(), 2026);
  EXPECT_EQ(requests_[0].as_of_sequence(), 12);
  EXPECT_EQ(*ReadFile(folder_ + "/PROVISIONAL-FEC.txt", 100), "books");
  EXPECT_THAT(run.out, HasSubstr(folder_ + "/PROVISIONAL-FEC.txt"));
  EXPECT_THAT(run.out, HasSubstr(ledger::ToHex(ledger::HashOf("books"))));
  EXPECT_THAT(run.out, HasSubstr("720.00"));
  EXPECT_THAT(run.out, HasSubstr("40.09"));
  EXPECT_THAT(run.out, HasSubstr("NO_TAX_LINES 3"));
  EXPECT_THAT(run.out, HasSubstr("Journal at sequence 12, digest ab12"));
  EXPECT_THAT(run.err, HasSubstr("PROVISIONAL: the period is still open"));
}

TEST_F(ExportTest, EachFormatHasAVerbAndItsOptions) {
  for (const ExportKind& kind : ExportKinds()) {
    EXPECT_EQ(Export({}, kind.verb).code, ExitCode::kDone) << kind.verb;
    EXPECT_EQ(requests_.back().format(), kind.format);
    EXPECT_EQ(requests_.back().has_fec(),
              kind.format == v1::ExportRequest::FEC);
  }
  const CliRun camt = Export({"--from", "2026-03-01", "--to", "2026-03-31",
                              "--camt-version", "02", "--plain", "--force"},
                             "camt.053");
  EXPECT_EQ(camt.code, ExitCode::kDone) << camt.err;
  const v1::ExportRequest& request = requests_.back();
  EXPECT_EQ(request.year(), 0);
  EXPECT_EQ(request.first_day().month(), 3);
  EXPECT_EQ(request.last_day().day(), 31);
  EXPECT_EQ(request.camt().version(), v1::CamtOptions::V02);
  EXPECT_TRUE(request.camt().plain());
  EXPECT_EQ(
      Export({"--separator", "pipe", "--charset", "iso-8859-15", "--force"})
          .code,
      ExitCode::kDone);
  EXPECT_EQ(requests_.back().fec().separator(), v1::FecOptions::PIPE);
  EXPECT_EQ(requests_.back().fec().charset(), v1::FecOptions::ISO_8859_15);
  EXPECT_EQ(requests_.back().fec().form(), v1::FecOptions::FLAT);
  EXPECT_EQ(Export({"--form", "xml", "--force"}).code, ExitCode::kDone);
  EXPECT_EQ(requests_.back().fec().form(), v1::FecOptions::XML);
  // Not said, so that the server has nothing to refuse.
  EXPECT_EQ(requests_.back().fec().separator(),
            v1::FecOptions::SEPARATOR_UNSPECIFIED);
  EXPECT_EQ(requests_.back().fec().charset(),
            v1::FecOptions::CHARSET_UNSPECIFIED);
  EXPECT_EQ(Export({"--form", "tree"}).code, ExitCode::kUsage);
  EXPECT_EQ(Export({"--plain"}, "ofx").code, ExitCode::kUsage);
  EXPECT_EQ(Export({}, "docx").code, ExitCode::kUsage);
  const size_t sent = requests_.size();
  EXPECT_EQ(Export({"--from", "2026-03-01"}, "ofx").code, ExitCode::kUsage);
  EXPECT_EQ(requests_.size(), sent);
}

TEST_F(ExportTest, AllFormatsShowOnePlaceInTheJournal) {
  const CliRun run = Export({}, "all");
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  ASSERT_EQ(requests_.size(), ExportKinds().size());
  EXPECT_EQ(requests_.front().as_of_sequence(), 0);
  for (size_t i = 1; i < requests_.size(); ++i) {
    EXPECT_EQ(requests_[i].as_of_sequence(), 12);
  }
  const auto sums =
      ReadFile(folder_ + "/PROVISIONAL-imprimerie-SHA256SUMS", 10'000);
  ASSERT_TRUE(sums.ok()) << sums.status();
  EXPECT_THAT(*sums,
              HasSubstr(absl::StrCat(ledger::ToHex(ledger::HashOf("books")),
                                     "  PROVISIONAL-MT940.txt\n")));
}

TEST_F(ExportTest, OfAllFormatsTheOneThatIsNotForTheMemberIsLeftOut) {
  refused_[v1::ExportRequest::FEC] =
      Refused(grpc::StatusCode::FAILED_PRECONDITION, "no SIREN",
              "INCOMPLETE_PROFILE", {});
  const CliRun run = Export({}, "all");
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_THAT(run.err, HasSubstr("skontro: no fec: "));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/PROVISIONAL-FEC.txt"));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/PROVISIONAL-OFX.txt"));
}

TEST_F(ExportTest, OfAllFormatsOneThatBreaksOffLeavesNothing) {
  refused_[v1::ExportRequest::OFX] = {grpc::StatusCode::DATA_LOSS, "broken"};
  EXPECT_EQ(Export({}, "all").code, ExitCode::kBroken);
  EXPECT_TRUE(IsEmpty());
  refused_[v1::ExportRequest::OFX] = Refused(
      grpc::StatusCode::PERMISSION_DENIED, "not you", "ROLE_MISSING", {});
  EXPECT_EQ(Export({}, "all").code, ExitCode::kRefused);
  EXPECT_TRUE(IsEmpty());
  for (const ExportKind& kind : ExportKinds()) {
    refused_[kind.format] = Refused(grpc::StatusCode::FAILED_PRECONDITION,
                                    "no SIREN", "INCOMPLETE_PROFILE", {});
  }
  EXPECT_EQ(Export({}, "all").code, ExitCode::kRefused);
  EXPECT_TRUE(IsEmpty());
}

TEST_F(ExportTest, CtrlCEndsItAndLeavesNothing) {
  // Once: a second one would end the process.
  behind_a_file_ = [pressed = false]() mutable {
    if (!std::exchange(pressed, true)) std::raise(SIGINT);
  };
  const CliRun run = Export();
  EXPECT_EQ(run.code, ExitCode::kInterrupted) << run.err;
  EXPECT_THAT(run.err, HasSubstr("nothing was kept"));
  EXPECT_TRUE(IsEmpty());
}

TEST_F(ExportTest, AFolderThatCannotBeWrittenIsALocalFailure) {
  EXPECT_EQ(server_
                .Run({"export", "fec", "imprimerie", "--year", "2026", "--out",
                      "/dev/null/books"})
                .code,
            ExitCode::kLocalFailure);
  EXPECT_TRUE(requests_.empty());
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
  files_ = Files{{"PROVISIONAL-F.txt", "books"}};
  EXPECT_EQ(Export().code, ExitCode::kBroken);
  EXPECT_TRUE(IsEmpty());
  files_ = Files{{"../outside", "x"}};
  EXPECT_EQ(Export().code, ExitCode::kBroken);
  EXPECT_TRUE(IsEmpty());
}

}  // namespace
}  // namespace skontro::cli
