#include "engine/netting/what_if.h"

#include <vector>

#include "absl/numeric/int128.h"
#include "ledger/base/check.h"

namespace skontro::netting {

void AddLinesByTurnover(int64_t share_ppm, Problem* problem) {
  SKONTRO_CHECK(problem->credit_lines.empty());
  SKONTRO_CHECK(share_ppm >= 0 && share_ppm <= kWholePartsPerMillion);
  // Debts and claims: at most twice kTotalMax, which is below 2^63.
  std::vector<int64_t> turnover(problem->party_count);
  for (const Obligation& owed : problem->obligations) {
    turnover[static_cast<size_t>(owed.debtor)] += owed.minor_units;
    turnover[static_cast<size_t>(owed.creditor)] += owed.minor_units;
  }
  for (uint32_t party = 0; party < problem->party_count; ++party) {
    if (turnover[party] == 0) continue;
    const auto line =
        static_cast<int64_t>(absl::int128(turnover[party]) * share_ppm /
                             (2 * kWholePartsPerMillion));
    problem->credit_lines.push_back({Party{party}, line, kUnlimited});
  }
}

}  // namespace skontro::netting
