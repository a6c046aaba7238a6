// The verifier against solvers that are wrong: whatever is changed in a good
// solution, it says so.

#include "engine/netting/certificate.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/netting/problems.h"

namespace skontro::netting {
namespace {

using ::testing::HasSubstr;

class CertificateTest : public ::testing::Test {
 protected:
  CertificateTest() {
    problem_ = Debts(4, {{0, 1, 10, 3},
                         {0, 1, 5, 1},
                         {1, 2, 12},
                         {2, 0, 11},
                         {2, 3, 7},
                         {1, 0, 2}});
    AddLine(&problem_, 2, 4, 9);
    AddLine(&problem_, 3, 1, 6);
    solution_ = SolveAndVerify(problem_);
  }

  void ExpectRefused(const std::string& words) {
    const absl::Status verdict = Verify(problem_, solution_);
    EXPECT_EQ(verdict.code(), absl::StatusCode::kInternal);
    EXPECT_THAT(std::string(verdict.message()), HasSubstr(words));
  }

  Problem problem_;
  Solution solution_;
};

TEST_F(CertificateTest, MoreThanAnObligationIsRefused) {
  solution_.set_off_minor_units[2] = 13;
  ExpectRefused("of obligation 3 over 12, 13 is set off");
}

TEST_F(CertificateTest, ASetOffBelowZeroIsRefused) {
  solution_.set_off_minor_units[5] = -1;
  ExpectRefused("-1 is set off");
}

TEST_F(CertificateTest, SpendingPastTheLineIsRefused) {
  solution_.credit_use[0].spent_minor_units = 5;
  ExpectRefused("party 2 spends 5 of 4");
}

TEST_F(CertificateTest, AMissingPartIsRefused) {
  Solution whole = solution_;
  solution_.set_off_minor_units.pop_back();
  ExpectRefused("5 set-offs for 6 obligations");
  solution_ = whole;
  solution_.credit_use.clear();
  ExpectRefused("0 credit uses for 2 credit lines");
  solution_ = whole;
  solution_.stages[0].potentials.pop_back();
  ExpectRefused("4 potentials for 4 parties");
  solution_ = whole;
  solution_.stages.clear();
  ExpectRefused("0 stages");
  solution_ = whole;
  solution_.stages.push_back(whole.stages[0]);
  ExpectRefused("2 stages");
}

TEST_F(CertificateTest, AWrongTotalIsRefused) {
  ++solution_.total_minor_units;
  ExpectRefused("add up to");
}

TEST_F(CertificateTest, AWrongScoreOrBoundIsRefused) {
  const Solution whole = solution_;
  ++solution_.stages[0].score;
  ExpectRefused("score");
  solution_ = whole;
  --solution_.stages[0].bound;
  ExpectRefused("bound");
}

TEST_F(CertificateTest, PotentialsThatWouldOverflowAreRefused) {
  solution_.stages[0].potentials[1] = INT64_MIN;
  ExpectRefused("further from 0 than");
}

// A balanced result that is not the best, with any potentials there are.
TEST_F(CertificateTest, NothingClearedIsNotCalledTheBest) {
  for (int64_t& set_off : solution_.set_off_minor_units) set_off = 0;
  for (CreditUse& use : solution_.credit_use) use = {};
  solution_.total_minor_units = solution_.spent_minor_units = 0;
  solution_.stages[0].score = 0;
  ExpectRefused("proves another result");
  solution_.stages[0].potentials.assign(5, 0);
  ExpectRefused("proves another result");
}

TEST_F(CertificateTest, ALaterDueDateBeforeAnEarlierOneIsRefused) {
  ASSERT_EQ(solution_.set_off_minor_units[1], 5);
  ASSERT_GT(solution_.set_off_minor_units[0], 0);
  ASSERT_LT(solution_.set_off_minor_units[0], 10);
  ++solution_.set_off_minor_units[0];
  --solution_.set_off_minor_units[1];
  const absl::Status verdict = VerifyAllocation(problem_, solution_);
  EXPECT_EQ(verdict.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(verdict.message()),
              HasSubstr("obligation 1 is set off before obligation 2"));
}

// One number of a good solution changed by one, anywhere, for many problems.
TEST_F(CertificateTest, NoSingleChangeOfASetOffGoesUnseen) {
  Chance chance(11);
  for (int i = 0; i < 200; ++i) {
    problem_ = RandomProblem(
        {.parties = 6, .debts = 14, .amount_max = 50, .lines = 2}, &chance);
    const Solution whole = SolveAndVerify(problem_);
    for (size_t at = 0; at < whole.set_off_minor_units.size(); ++at) {
      for (const int64_t by : {-1, 1}) {
        solution_ = whole;
        solution_.set_off_minor_units[at] += by;
        EXPECT_FALSE(Verify(problem_, solution_).ok());
        solution_.total_minor_units += by;
        EXPECT_FALSE(Verify(problem_, solution_).ok());
      }
    }
  }
}

// Moves a unit around a ring of debts that was cleared: all still balances, and
// only the proof can tell that it is not the best any more.
TEST_F(CertificateTest, ARingLessIsRefused) {
  problem_ = Debts(3, {{0, 1, 9}, {1, 2, 9}, {2, 0, 9}, {1, 0, 4}});
  solution_ = SolveAndVerify(problem_);
  ASSERT_EQ(solution_.total_minor_units, 27);
  for (size_t i = 0; i < 3; ++i) --solution_.set_off_minor_units[i];
  solution_.total_minor_units -= 3;
  solution_.stages[0].score -= 6;
  ExpectRefused("proves another result");
  solution_.is_optimal = false;
  EXPECT_EQ(Verify(problem_, solution_), absl::OkStatus())
      << "it may be published as what it is, with its gap";
}

}  // namespace
}  // namespace skontro::netting
