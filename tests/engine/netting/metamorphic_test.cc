// Clearing against itself: what must not matter does not, and what must only
// help only helps.

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "engine/netting/components.h"
#include "gtest/gtest.h"
#include "tests/engine/netting/problems.h"

namespace skontro::netting {
namespace {

class MetamorphicTest : public ::testing::Test {
 protected:
  Problem Some(uint8_t classes = 1, uint32_t lines = 8) {
    return RandomProblem({.parties = 40,
                          .debts = 200,
                          .amount_max = 1'000'000,
                          .lines = lines,
                          .classes = classes},
                         &chance_);
  }

  template <typename Element>
  void Shuffle(std::vector<Element>* elements) {
    for (size_t i = elements->size(); i > 1; --i) {
      std::swap((*elements)[i - 1], (*elements)[chance_.Below(i)]);
    }
  }

  std::vector<absl::int128> ScoresOf(const Problem& problem) {
    std::vector<absl::int128> scores;
    for (const Stage& stage : SolveAndVerify(problem).stages) {
      scores.push_back(stage.score);
    }
    return scores;
  }

  Chance chance_{21};
};

std::map<ObligationId, int64_t> ById(const Problem& problem,
                                     const Solution& solution) {
  std::map<ObligationId, int64_t> by_id;
  for (size_t i = 0; i < problem.obligations.size(); ++i) {
    by_id[problem.obligations[i].id] = solution.set_off_minor_units[i];
  }
  return by_id;
}

TEST_F(MetamorphicTest, TheOrderOfArrivalChangesNothing) {
  for (int i = 0; i < 30; ++i) {
    Problem problem = Some(2);
    const Solution first = SolveAndVerify(problem);
    const auto first_by_id = ById(problem, first);
    Shuffle(&problem.obligations);
    Shuffle(&problem.credit_lines);
    const Solution second = SolveAndVerify(problem);
    EXPECT_EQ(first_by_id, ById(problem, second));
    EXPECT_EQ(first.steps, second.steps);
    for (size_t s = 0; s < first.stages.size(); ++s) {
      EXPECT_EQ(first.stages[s].potentials, second.stages[s].potentials);
    }
  }
}

TEST_F(MetamorphicTest, OtherNumbersForThePartiesClearAsMuch) {
  for (int i = 0; i < 30; ++i) {
    Problem problem = Some(2);
    const auto scores = ScoresOf(problem);
    std::vector<Party> names;
    for (uint32_t p = 0; p < problem.party_count; ++p) {
      names.push_back(Party{p});
    }
    Shuffle(&names);
    for (Obligation& owed : problem.obligations) {
      owed.debtor = names[static_cast<size_t>(owed.debtor)];
      owed.creditor = names[static_cast<size_t>(owed.creditor)];
    }
    for (CreditLine& line : problem.credit_lines) {
      line.party = names[static_cast<size_t>(line.party)];
    }
    EXPECT_EQ(scores, ScoresOf(problem));
  }
}

TEST_F(MetamorphicTest, AmountsTimesANumberClearTimesThatNumber) {
  for (int i = 0; i < 30; ++i) {
    Problem problem = Some(2);
    const Solution first = SolveAndVerify(problem);
    const int64_t times = 1'000'003;
    for (Obligation& owed : problem.obligations) owed.minor_units *= times;
    for (CreditLine& line : problem.credit_lines) {
      line.spendable_minor_units *= times;
      line.receivable_minor_units *= times;
    }
    const Solution second = SolveAndVerify(problem);
    EXPECT_EQ(first.total_minor_units * times, second.total_minor_units);
    EXPECT_EQ(first.spent_minor_units * times, second.spent_minor_units);
  }
}

TEST_F(MetamorphicTest, AnInvoiceInTwoPartsClearsAsOne) {
  for (int i = 0; i < 30; ++i) {
    Problem problem = Some();
    const Solution whole = SolveAndVerify(problem);
    const size_t count = problem.obligations.size();
    for (size_t at = 0; at < count; ++at) {
      if (problem.obligations[at].minor_units < 2) continue;
      Obligation part = problem.obligations[at];
      part.id = ObligationId{1'000 + at};
      part.minor_units = chance_.Between(1, part.minor_units - 1);
      problem.obligations[at].minor_units -= part.minor_units;
      problem.obligations.push_back(part);
    }
    const Solution parts = SolveAndVerify(problem);
    EXPECT_EQ(whole.total_minor_units, parts.total_minor_units);
    EXPECT_EQ(whole.spent_minor_units, parts.spent_minor_units);
  }
}

TEST_F(MetamorphicTest, AllDebtsTurnedRoundClearAsMuch) {
  for (int i = 0; i < 30; ++i) {
    Problem problem = Some(2);
    const auto scores = ScoresOf(problem);
    for (Obligation& owed : problem.obligations) {
      std::swap(owed.debtor, owed.creditor);
    }
    for (CreditLine& line : problem.credit_lines) {
      std::swap(line.spendable_minor_units, line.receivable_minor_units);
    }
    EXPECT_EQ(scores, ScoresOf(problem));
  }
}

TEST_F(MetamorphicTest, TwoSeparateNetworksClearTheirSum) {
  for (int i = 0; i < 30; ++i) {
    Problem one = Some(1, 0);
    const Problem other = Some(1, 0);
    const int64_t sum = SolveAndVerify(one).total_minor_units +
                        SolveAndVerify(other).total_minor_units;
    for (Obligation owed : other.obligations) {
      owed.id = ObligationId{static_cast<uint64_t>(owed.id) + 1'000};
      owed.debtor = Party{static_cast<uint32_t>(owed.debtor) + one.party_count};
      owed.creditor =
          Party{static_cast<uint32_t>(owed.creditor) + one.party_count};
      one.obligations.push_back(owed);
    }
    one.party_count += other.party_count;
    // A debt from one to the other closes no ring.
    one.obligations.push_back(
        {ObligationId{5'000}, Party{0}, Party{one.party_count - 1}, 1'000'000});
    EXPECT_EQ(SolveAndVerify(one).total_minor_units, sum);
  }
}

TEST_F(MetamorphicTest, AnotherDebtOrALargerLineNeverClearsLess) {
  for (int i = 0; i < 30; ++i) {
    Problem problem = Some();
    absl::int128 score = SolveAndVerify(problem).stages[0].score;
    for (uint32_t more = 0; more < 5; ++more) {
      Obligation owed = problem.obligations[more];
      owed.id = ObligationId{1'000 + more};
      std::swap(owed.debtor, owed.creditor);
      problem.obligations.push_back(owed);
      const absl::int128 with_debt = SolveAndVerify(problem).stages[0].score;
      EXPECT_GE(with_debt, score);
      problem.credit_lines[more].spendable_minor_units += 100'000;
      score = SolveAndVerify(problem).stages[0].score;
      EXPECT_GE(score, with_debt);
    }
  }
}

TEST_F(MetamorphicTest, ASecondRunClearsNothing) {
  for (int i = 0; i < 30; ++i) {
    const Problem problem = Some(static_cast<uint8_t>(1 + i % 3));
    const Problem after = After(problem, SolveAndVerify(problem));
    const Solution second = SolveAndVerify(after);
    EXPECT_EQ(second.total_minor_units, 0);
    EXPECT_EQ(second.spent_minor_units, 0);
  }
}

TEST_F(MetamorphicTest, WhatIsLeftWithoutLinesHoldsNoRing) {
  for (int i = 0; i < 30; ++i) {
    const Problem problem = Some(2, 0);
    const Problem after = After(problem, SolveAndVerify(problem));
    std::vector<std::pair<uint32_t, uint32_t>> arcs;
    for (const Obligation& owed : after.obligations) {
      arcs.emplace_back(static_cast<uint32_t>(owed.debtor),
                        static_cast<uint32_t>(owed.creditor));
    }
    std::sort(arcs.begin(), arcs.end());
    std::vector<uint32_t> first(after.party_count + 1);
    std::vector<uint32_t> head;
    for (const auto& [tail, to] : arcs) {
      ++first[tail + 1];
      head.push_back(to);
    }
    for (size_t p = 1; p < first.size(); ++p) first[p] += first[p - 1];
    EXPECT_EQ(FindComponents(first, head).count(), after.party_count);
  }
}

}  // namespace
}  // namespace skontro::netting
