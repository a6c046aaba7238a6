// Credit lines for an edge list, and why a debt was not cleared further.

#include "cli/clearing_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/clearing_explanation.h"
#include "cli/failure.h"
#include "engine/netting/netting.h"
#include "engine/netting/what_if.h"

namespace skontro::cli {
namespace {

using netting::Standing;
using testing::HasSubstr;
using testing::StartsWith;

EdgeList ListOf(std::string_view text) {
  absl::StatusOr<EdgeList> list = ParseEdgeList(text);
  EXPECT_TRUE(list.ok()) << list.status();
  return list.ok() ? *std::move(list) : EdgeList{};
}

// A chain, and a ring that shares its first debt with a shorter one.
EdgeList Chain() { return ListOf("a,b,100\nb,c,100\n"); }

std::string MessageOf(std::string_view lines) {
  EdgeList list = Chain();
  const absl::Status status = ReadLines(lines, &list);
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
  return std::string(status.message());
}

TEST(ClearingLinesTest, AShareIsANumberWithAPercentSign) {
  EXPECT_TRUE(IsShare("20%"));
  EXPECT_TRUE(IsShare("0.5%"));
  for (const char* text :
       {"20", "%", ".%", "lines.csv", "20%.csv", "-5%", "1.2.3%", "1e3%"}) {
    EXPECT_FALSE(IsShare(text)) << text;
  }
  EXPECT_EQ(*ParseShare("--lines", "20%"), 200'000);
  EXPECT_EQ(*ParseShare("--lines", "0.5%"), 5'000);
  EXPECT_EQ(*ParseShare("--lines", "0.0001%"), 1);
  EXPECT_EQ(*ParseShare("--lines", "100%"), 1'000'000);
  EXPECT_EQ(*ParseShare("--lines", "0%"), 0);
  for (const char* text : {"100.0001%", "0.00001%", "99999999999999999999%"}) {
    const auto share = ParseShare("--lines", text);
    EXPECT_EQ(ExitCodeOf(share.status()), ExitCode::kUsage);
    EXPECT_THAT(std::string(share.status().message()),
                StartsWith("--lines: '"));
  }
}

TEST(ClearingLinesTest, LinesOfAFileAreThoseOfTheParties) {
  EdgeList list = Chain();
  ASSERT_EQ(ReadLines("party,spendable,receivable\n# rich\na,60,0\nc 0 7\n"
                      "b;5\n",
                      &list),
            absl::OkStatus());
  ASSERT_EQ(list.problem.credit_lines.size(), 3);
  EXPECT_EQ(list.problem.credit_lines[0].spendable_minor_units, 60);
  EXPECT_EQ(list.problem.credit_lines[1].party, netting::Party{2});
  EXPECT_EQ(list.problem.credit_lines[1].receivable_minor_units, 7);
  EXPECT_EQ(list.problem.credit_lines[2].receivable_minor_units,
            netting::kUnlimited);
}

TEST(ClearingLinesTest, WhatIsNoLineIsRefusedWithItsNumberAndWhatWouldDo) {
  const struct {
    const char* text;
    const char* message;
  } table[] = {
      {"", "there is no credit line in the file"},
      {"a\n", "line 1: 'a' has 1 cells, not 2 or 3"},
      {"a,1,2,3\n", "line 1: 'a,1,2,3' has 4 cells, not 2 or 3"},
      {"# x\nz,1\n", "line 2: 'z' owes nothing and is owed nothing"},
      {"a,1\nb,2\na,3\n", "line 3: 'a' has a credit line already"},
      {"a,-1\n", "line 1: the amount '-1' is not a whole number from 0"},
      {"a,1,x\n", "line 1: the amount 'x' is not a whole number from 0"},
      {"a,99999999999999999999\n", "line 1: the amount '9999999999"},
  };
  for (const auto& row : table) {
    EXPECT_THAT(MessageOf(row.text), StartsWith(row.message));
  }
  EXPECT_THAT(MessageOf("a\n"), HasSubstr("A line is: party, spendable"));
}

TEST(ClearingLinesTest, LinesByTurnoverAddUpToTheShareOfTheDebt) {
  EdgeList list = ListOf("a,b,100\nb,c,300\nc,a,7\n");
  netting::AddLinesByTurnover(500'000, &list.problem);
  ASSERT_EQ(list.problem.credit_lines.size(), 3);
  // Half of 107, 400 and 307, of which each debt counts twice.
  EXPECT_EQ(list.problem.credit_lines[0].spendable_minor_units, 26);
  EXPECT_EQ(list.problem.credit_lines[1].spendable_minor_units, 100);
  EXPECT_EQ(list.problem.credit_lines[2].spendable_minor_units, 76);
  EXPECT_EQ(list.problem.credit_lines[0].receivable_minor_units,
            netting::kUnlimited);
}

PairExplanation Explained(const EdgeList& list, std::string_view debtor,
                          std::string_view creditor) {
  const auto solution = netting::Solve(list.problem);
  EXPECT_TRUE(solution.ok());
  const auto pair = ExplainPair(list, *solution, debtor, creditor);
  EXPECT_TRUE(pair.ok()) << pair.status();
  return pair.ok() ? *pair : PairExplanation{};
}

TEST(ClearingExplanationTest, SaysWhyEachDebtIsNotClearedFurther) {
  // Two ways back from b to a; one is longer and takes all that a owes b.
  const EdgeList list =
      ListOf("a,b,10\nb,a,10\nb,c,10\nc,a,10\nb,z,5\nx,y,2\nx,y,3\ny,x,4\n");
  EXPECT_EQ(Explained(list, "a", "b").explanation.standing, Standing::kCleared);
  EXPECT_EQ(Explained(list, "b", "z").explanation.standing, Standing::kNoRing);
  const PairExplanation worse = Explained(list, "b", "a");
  EXPECT_EQ(worse.explanation.standing, Standing::kWorse);
  EXPECT_THAT(ExplanationText(worse),
              HasSubstr("a unit more of it would clear 1 less in all\n"));
  // Two debts of one pair are one question.
  const PairExplanation parallel = Explained(list, "x", "y");
  EXPECT_EQ(parallel.owed, 5);
  EXPECT_EQ(parallel.set_off, 4);
  EXPECT_EQ(parallel.explanation.standing, Standing::kUsedUp);
  EXPECT_THAT(ExplanationJson(parallel),
              HasSubstr("\"standing\": \"used_up\""));
}

TEST(ClearingExplanationTest, WithCreditALossIsSaidInScore) {
  EdgeList list = Chain();
  list.problem.credit_lines = {{netting::Party{0}, 60, 0},
                               {netting::Party{2}, 0, 60}};
  list.problem.leverage = 2;  // Two debts a unit: not worth it.
  const PairExplanation pair = Explained(list, "a", "b");
  EXPECT_EQ(pair.set_off, 0);
  EXPECT_EQ(pair.explanation.score_lost, 1);
  EXPECT_THAT(ExplanationText(pair),
              HasSubstr("worse by 1: debt cleared counts 2, credit spent 5"));
}

TEST(ClearingExplanationTest, AUnitMoreOfALineClearsTheChainBehindIt) {
  EdgeList list = Chain();
  list.problem.credit_lines = {{netting::Party{0}, 60, 0},
                               {netting::Party{2}, 0, 1'000}};
  const auto solution = netting::Solve(list.problem);
  ASSERT_TRUE(solution.ok());
  const auto worth = WorthOfLine(list, *solution, "a");
  ASSERT_TRUE(worth.ok());
  EXPECT_THAT(WorthText(*worth), HasSubstr("would clear 2 more in all\n"));
  EXPECT_THAT(WorthJson(*worth), HasSubstr("\"debt\": 2"));
  EXPECT_THAT(WorthText(*WorthOfLine(list, *solution, "c")),
              HasSubstr("would clear no more\n"));
}

TEST(ClearingExplanationTest, NamesThatAreOfNobodyAreRefused) {
  const EdgeList list = Chain();
  const auto solution = netting::Solve(list.problem);
  ASSERT_TRUE(solution.ok());
  EXPECT_THAT(
      std::string(ExplainPair(list, *solution, "z", "a").status().message()),
      StartsWith("'z' owes nothing and is owed nothing"));
  EXPECT_THAT(
      std::string(ExplainPair(list, *solution, "b", "a").status().message()),
      StartsWith("'b' owes nothing to 'a'"));
  EXPECT_EQ(ExitCodeOf(WorthOfLine(list, *solution, "z").status()),
            ExitCode::kUsage);
}

}  // namespace
}  // namespace skontro::cli
