// skontro clearing on files: what a person types, and what is no list of debts.
// The page of the documentation is run by clearing_page_test.sh.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/cli/fake_server.h"

namespace skontro::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ClearingTest : public testing::Test {
 protected:
  ClearingTest() {
    std::string name = testing::TempDir() + "clearing.XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ClearingTest() override { std::filesystem::remove_all(folder_); }

  std::string File(const std::string& name, const std::string& text) const {
    const std::string path = folder_ / name;
    std::ofstream(path) << text;
    return path;
  }

  const std::string& example() const { return example_; }

  std::filesystem::path folder_;
  const std::string example_ =
      std::string(SKONTRO_SOURCE_DIR) + "/docs/examples/clearing.csv";
};

TEST_F(ClearingTest, BenchSaysWhatClearsBesideWhatSimplerMethodsClear) {
  const CliRun run = RunCli({"clearing", "bench", example()}, {});
  EXPECT_EQ(run.code, ExitCode::kDone);
  EXPECT_EQ(run.err, "");
  for (const char* line :
       {"firms               5\n", "obligations         6\n",
        "total debt          3750\n", "net internal debt   750  20.00 %\n",
        "cleared             3000  80.00 %\n",
        "  bilateral         1000  26.66 %",
        "certificate         valid: nothing clears more\n", "ms of CPU\n",
        " MB at most\n"}) {
    EXPECT_THAT(run.out, HasSubstr(line));
  }
  EXPECT_THAT(run.out, Not(HasSubstr("credit lines")));
}

TEST_F(ClearingTest, BenchWithLinesSaysWhatIsSpentOfThem) {
  const std::string lines = File("lines", "garage,100,0\ntailor,0\n");
  const CliRun run = RunCli(
      {"clearing", "bench", example(), "--lines", lines, "--format", "json"},
      {});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\"cleared\": 3100"));
  EXPECT_THAT(run.out, HasSubstr("\"credit\": 100"));
  EXPECT_THAT(run.out, HasSubstr("\"credit_spent\": 100"));
  EXPECT_THAT(run.out, HasSubstr("\"is_verified\": true"));

  const CliRun dial = RunCli(
      {"clearing", "bench", example(), "--lines", lines, "--leverage", "1"},
      {});
  EXPECT_THAT(dial.out, HasSubstr("cleared             3000 "));
  EXPECT_THAT(dial.out, HasSubstr("  spent             0 "));
  EXPECT_THAT(dial.out, HasSubstr("  leverage          1\n"));

  const CliRun share =
      RunCli({"clearing", "bench", example(), "--lines", "100%"}, {});
  EXPECT_THAT(share.out, HasSubstr("cleared             3750  100.00 %\n"));
}

TEST_F(ClearingTest, AtTheWorkLimitTheResultSaysHowFarItMayBeFromTheBest) {
  // The best clears 30; too little is missing in the example to stop early.
  const std::string debts =
      File("debts", "a,b,9\nb,c,5\nc,d,8\nd,a,3\nb,a,2\nc,a,4\nd,b,3\na,c,4\n");
  const CliRun run = RunCli({"clearing", "bench", debts, "--steps", "1"}, {});
  EXPECT_EQ(run.code, ExitCode::kDone) << run.err;
  EXPECT_THAT(run.out, HasSubstr("cleared             29 "));
  EXPECT_THAT(
      run.out,
      HasSubstr("the work limit was reached, at most 2 from the best\n"));
}

TEST_F(ClearingTest, AFileThatIsNoListIsRefusedByItsNameAndLine) {
  const std::string bad = File("bad.csv", "a,b,1\nb,a,1.5\n");
  for (const char* verb : {"bench", "picture"}) {
    const CliRun run = RunCli({"clearing", verb, bad}, {});
    EXPECT_EQ(run.code, ExitCode::kUsage);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, StartsWith("skontro: " + bad +
                                    ": line 2: the amount '1.5' is not"));
    EXPECT_THAT(run.err, HasSubstr("A line is: debtor, creditor, amount"));
  }
  const CliRun empty = RunCli({"clearing", "bench", File("none", "")}, {});
  EXPECT_EQ(empty.code, ExitCode::kUsage);
  EXPECT_THAT(empty.err, HasSubstr("there is no obligation in the file"));
  const CliRun lines = RunCli(
      {"clearing", "bench", example(), "--lines", File("lines", "z,1\n")}, {});
  EXPECT_EQ(lines.code, ExitCode::kUsage);
  EXPECT_THAT(lines.err, HasSubstr("lines: line 1: 'z' owes nothing"));
}

TEST_F(ClearingTest, AFileThatCannotBeReadIsAFailureOfThisMachine) {
  const std::string gone = folder_ / "gone";
  EXPECT_EQ(RunCli({"clearing", "bench", gone}, {}).code,
            ExitCode::kLocalFailure);
  EXPECT_EQ(RunCli({"clearing", "bench", folder_}, {}).code,
            ExitCode::kLocalFailure);
  EXPECT_EQ(RunCli({"clearing", "bench", example(), "--lines", gone}, {}).code,
            ExitCode::kLocalFailure);
}

TEST_F(ClearingTest, OptionsThatDoNotFitAreRefused) {
  const struct {
    std::vector<std::string> options;
    const char* message;
  } table[] = {
      {{"bench", example(), "--format", "csv"}, "--format: "},
      {{"bench", example(), "--lines", "101%"}, "--lines: '101%' is not"},
      {{"bench", example(), "--leverage", "-1"}, "--leverage"},
      {{"bench", example(), "--leverage", "1001"}, "--leverage"},
      {{"bench", example(), "--steps", "0"}, "--steps"},
      {{"bench"}, "FILE is required"},
      {{"explain", example()}, "give --debtor and --creditor, or --party"},
      {{"explain", example(), "--debtor", "farm"}, "give --debtor"},
      {{"explain", example(), "--debtor", "farm", "--creditor", "mill",
        "--party", "farm"},
       "give --debtor"},
      {{"explain", example(), "--debtor", "farm", "--party", "farm"},
       "give --debtor"},
      {{"explain", example(), "--party", "farm"}, "--party goes with --lines"},
      {{"explain", example(), "--debtor", "x", "--creditor", "farm"},
       "'x' owes nothing and is owed nothing"},
  };
  for (const auto& row : table) {
    std::vector<std::string> words = {"clearing"};
    words.insert(words.end(), row.options.begin(), row.options.end());
    const CliRun run = RunCli(words, {});
    EXPECT_EQ(run.code, ExitCode::kUsage) << row.message;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(row.message));
  }
}

TEST_F(ClearingTest, ExplainSaysWhyADebtWasNotClearedFurther) {
  const CliRun pair = RunCli({"clearing", "explain", example(), "--debtor",
                              "garage", "--creditor", "tailor"},
                             {});
  EXPECT_EQ(pair.code, ExitCode::kDone) << pair.err;
  EXPECT_THAT(pair.out,
              HasSubstr("why                 no chain of debts leads from the "
                        "creditor back to the debtor\n"));
  const CliRun line = RunCli({"clearing", "explain", example(), "--lines", "1%",
                              "--party", "garage", "--format", "json"},
                             {});
  EXPECT_EQ(line.code, ExitCode::kDone) << line.err;
  EXPECT_THAT(line.out, HasSubstr("\"party\": \"garage\""));
}

TEST_F(ClearingTest, ThePictureIsWrittenToANewFileAndOverNone) {
  const std::string path = folder_ / "picture.dot";
  const CliRun to_screen = RunCli({"clearing", "picture", example()}, {});
  const CliRun to_file =
      RunCli({"clearing", "picture", example(), "--out", path}, {});
  EXPECT_EQ(to_file.code, ExitCode::kDone) << to_file.err;
  EXPECT_EQ(to_file.out, "");
  std::ifstream file(path);
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(written, to_screen.out);
  EXPECT_THAT(written, StartsWith("digraph clearing {\n"));
  EXPECT_EQ(RunCli({"clearing", "picture", example(), "--out", path}, {}).code,
            ExitCode::kLocalFailure);
}

}  // namespace
}  // namespace skontro::cli
