// Lists of obligations in files, and what clearing them says.

#include "cli/edge_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/clearing_report.h"
#include "cli/failure.h"

namespace skontro::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string MessageOf(std::string_view text) {
  const absl::StatusOr<EdgeList> list = ParseEdgeList(text);
  if (list.ok()) return "accepted";
  EXPECT_EQ(ExitCodeOf(list.status()), ExitCode::kUsage);
  return std::string(list.status().message());
}

int64_t AmountOf(std::string_view text) {
  const absl::StatusOr<EdgeList> list = ParseEdgeList(text);
  EXPECT_TRUE(list.ok()) << list.status();
  return list.ok() ? list->problem.obligations[0].minor_units : 0;
}

TEST(EdgeListTest, CellsArePartedByCommaSemicolonTabOrBlanks) {
  EXPECT_EQ(AmountOf("a,b,5\n"), 5);
  EXPECT_EQ(AmountOf("a; b ;5"), 5);
  EXPECT_EQ(AmountOf("a\tb\t5\r\n"), 5);
  EXPECT_EQ(AmountOf("  a   b  5  \n"), 5);
  EXPECT_EQ(AmountOf("\xEF\xBB\xBF"
                     "debtor,creditor,amount\na,b,5\n"),
            5);
}

TEST(EdgeListTest, PartiesAreNumberedByNameWhateverTheOrderOfTheLines) {
  const auto list = ParseEdgeList("# debts\n\nmill,baker,7\nfarm,mill,8\n");
  ASSERT_TRUE(list.ok());
  EXPECT_THAT(list->names, ElementsAre("baker", "farm", "mill"));
  EXPECT_EQ(list->problem.obligations[0].debtor, netting::Party{2});
  EXPECT_EQ(list->problem.obligations[1].creditor, netting::Party{2});
  EXPECT_EQ(list->problem.party_count, 3);
}

TEST(EdgeListTest, DebtsToOneselfAreLeftOutAndCounted) {
  const auto list = ParseEdgeList("a,a,5\na,b,6\n");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->left_out, 1);
  EXPECT_EQ(list->problem.obligations.size(), 1);
}

TEST(EdgeListTest, WhatIsNoListIsRefusedWithTheLineAndWhatWouldDo) {
  const struct {
    std::string text;
    const char* message;
  } table[] = {
      {"", "there is no obligation in the file"},
      {"# nothing\n\n", "there is no obligation in the file"},
      {"a,b,1\na,b\n", "line 2: 'a,b' has 2 cells, not 3"},
      {"a,b,1,2\n", "line 1: 'a,b,1,2' has 4 cells, not 3"},
      {"hello\n", "line 1: 'hello' has 1 cells, not 3"},
      {"{\"debts\": []}\n", "line 1: '{\"debts\": []}' has 2 cells, not 3"},
      {",b,1\n", "line 1: the name of a party is missing"},
      {"a,b,1\n\na,b,1.50\n",
       "line 3: the amount '1.50' is not a whole number"},
      {"a,b,0\n", "line 1: the amount '0' is not"},
      {"a,b,-3\n", "line 1: the amount '-3' is not"},
      {"a,b,99999999999999999999\n", "line 1: the amount '9999999999999999"},
      {"a,b,1\ndebtor,creditor,amount\n", "line 2: the amount 'amount' is not"},
      {"a,b,4611686018427387903\nb,a,1\n", "line 2: with 1 the total passes"},
      {std::string("a,b,1\n\x7f"
                   "ELF\0\0\0,2,3",
                   18),
       "line 2: this is not"},
      {std::string(3'000, 'x'),
       "line 1: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'"},
      {"\x1b[2J\n", "line 1: '?[2J' has 1 cells"},
  };
  for (const auto& row : table) {
    EXPECT_THAT(MessageOf(row.text), StartsWith(row.message));
  }
  EXPECT_THAT(MessageOf("x\n"),
              HasSubstr("A line is: debtor, creditor, amount in minor units"));
}

TEST(ClearingReportTest, SaysAmountsAndShares) {
  ClearingReport report;
  report.firms = 3;
  report.obligations = 4;
  report.total_debt = 3'000;
  report.net_internal_debt = 1'000;
  report.cleared = 1'999;
  report.is_optimal = true;
  const std::string text = ReportText(report);
  EXPECT_THAT(text, HasSubstr("net internal debt   1000  33.33 %\n"));
  EXPECT_THAT(text, HasSubstr("cleared             1999  66.63 %\n"));
  EXPECT_THAT(text, HasSubstr("valid: nothing clears more\n"));
  report.is_optimal = false;
  report.gap = 7;
  EXPECT_THAT(ReportText(report),
              HasSubstr("the work limit was reached, at most 7 from the best"));
  EXPECT_THAT(ReportJson(report), HasSubstr("\"cleared_basis_points\": 6663"));
}

TEST(ClearingReportTest, APictureShowsWhatIsSetOffAndHidesNoQuotes) {
  const auto list = ParseEdgeList("a\"b,c,9\nc,a\"b,4\nc,d,1\n");
  ASSERT_TRUE(list.ok());
  const auto solution = netting::Solve(list->problem);
  ASSERT_TRUE(solution.ok());
  const std::string dot = ClearingPicture(*list, *solution);
  EXPECT_THAT(dot, StartsWith("digraph clearing {\n"));
  EXPECT_THAT(dot, HasSubstr("p0 [label=\"a\\\"b\"];\n"));
  EXPECT_THAT(dot, HasSubstr("p0 -> p1 [label=\"4 of 9\", style=solid];\n"));
  EXPECT_THAT(dot, HasSubstr("p1 -> p0 [label=\"4 of 4\", style=bold];\n"));
  EXPECT_THAT(dot, HasSubstr("p1 -> p2 [label=\"0 of 1\", style=dashed];\n"));
}

}  // namespace
}  // namespace skontro::cli
