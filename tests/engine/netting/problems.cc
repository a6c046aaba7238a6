#include "tests/engine/netting/problems.h"

#include <algorithm>

#include "engine/netting/certificate.h"
#include "gtest/gtest.h"

namespace skontro::netting {

Problem Debts(uint32_t party_count, const std::vector<Owed>& debts) {
  Problem problem;
  problem.party_count = party_count;
  uint64_t id = 0;
  for (const Owed& owed : debts) {
    problem.obligations.push_back({ObligationId{++id}, Party{owed.debtor},
                                   Party{owed.creditor}, owed.minor_units,
                                   owed.due_day, owed.priority_class});
  }
  return problem;
}

void AddLine(Problem* problem, uint32_t party, int64_t spendable,
             int64_t receivable) {
  problem->credit_lines.push_back({Party{party}, spendable, receivable});
}

Problem RandomProblem(const Shape& shape, Chance* chance) {
  std::vector<Owed> debts;
  for (uint32_t i = 0; i < shape.debts; ++i) {
    const auto debtor = static_cast<uint32_t>(chance->Below(shape.parties));
    const auto step = 1 + chance->Below(shape.parties - 1);
    const auto creditor =
        static_cast<uint32_t>((debtor + step) % shape.parties);
    debts.push_back({debtor, creditor, chance->Between(1, shape.amount_max),
                     static_cast<int32_t>(chance->Below(4)),
                     static_cast<uint8_t>(chance->Below(shape.classes))});
  }
  Problem problem = Debts(shape.parties, debts);
  std::vector<uint32_t> parties(shape.parties);
  for (uint32_t i = 0; i < shape.parties; ++i) parties[i] = i;
  for (uint32_t i = 0; i < std::min(shape.lines, shape.parties); ++i) {
    std::swap(parties[i], parties[i + chance->Below(shape.parties - i)]);
    AddLine(&problem, parties[i], chance->Between(0, shape.amount_max),
            chance->Between(0, shape.amount_max));
  }
  problem.leverage =
      static_cast<int32_t>(chance->Between(0, shape.leverage_max));
  return problem;
}

Solution SolveAndVerify(const Problem& problem) {
  const absl::StatusOr<Solution> solution = Solve(problem);
  EXPECT_TRUE(solution.ok()) << solution.status();
  if (!solution.ok()) return {};
  EXPECT_EQ(Verify(problem, *solution), absl::OkStatus());
  EXPECT_EQ(VerifyAllocation(problem, *solution), absl::OkStatus());
  return *solution;
}

Problem After(const Problem& problem, const Solution& solution) {
  Problem after = problem;
  after.obligations.clear();
  for (size_t i = 0; i < problem.obligations.size(); ++i) {
    Obligation owed = problem.obligations[i];
    owed.minor_units -= solution.set_off_minor_units[i];
    if (owed.minor_units > 0) after.obligations.push_back(owed);
  }
  for (size_t i = 0; i < problem.credit_lines.size(); ++i) {
    const CreditUse& use = solution.credit_use[i];
    const int64_t moved = use.received_minor_units - use.spent_minor_units;
    after.credit_lines[i].spendable_minor_units += moved;
    after.credit_lines[i].receivable_minor_units -= moved;
  }
  return after;
}

}  // namespace skontro::netting
