// Why the obligations of one party to another were not cleared further, and
// what a unit more of a credit line would clear, for people and for programs.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_CLEARING_EXPLANATION_H_
#define SKONTRO_CLI_CLEARING_EXPLANATION_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/edge_list.h"
#include "engine/netting/explanation.h"
#include "engine/netting/netting.h"

namespace skontro::cli {

// All that one party owes another.
struct PairExplanation {
  std::string debtor;
  std::string creditor;
  int64_t owed = 0;
  int64_t set_off = 0;
  netting::Explanation explanation;
  // Whether credit could be spent: a score is then not debt alone.
  bool has_credit = false;
  int32_t leverage = 0;
};

// A usage failure where a name is of no party, or the one owes the other
// nothing. REQUIRES: the solution is of the list's problem, is verified and is
// optimal.
absl::StatusOr<PairExplanation> ExplainPair(const EdgeList& list,
                                            const netting::Solution& solution,
                                            std::string_view debtor,
                                            std::string_view creditor);

std::string ExplanationText(const PairExplanation& pair);
std::string ExplanationJson(const PairExplanation& pair);

// What one unit more that a party may spend would clear. REQUIRES as above.
struct LineWorth {
  std::string party;
  netting::LineValue value;
};
absl::StatusOr<LineWorth> WorthOfLine(const EdgeList& list,
                                      const netting::Solution& solution,
                                      std::string_view party);

std::string WorthText(const LineWorth& worth);
std::string WorthJson(const LineWorth& worth);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_CLEARING_EXPLANATION_H_
