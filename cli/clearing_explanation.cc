#include "cli/clearing_explanation.h"

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/cell_lines.h"
#include "cli/failure.h"
#include "cli/json_writer.h"
#include "cli/table.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

using netting::Standing;

absl::StatusOr<netting::Party> KnownParty(const EdgeList& list,
                                          std::string_view name) {
  const std::optional<netting::Party> party = PartyNamed(list, name);
  if (party.has_value()) return *party;
  return UsageFailure(absl::StrCat("'", ShownBeginning(name),
                                   "' owes nothing and is owed nothing"));
}

std::string Line(const char* name, const std::string& value) {
  return absl::StrFormat("%-20s%s\n", name, value);
}

const char* NameOf(Standing standing) {
  switch (standing) {
    case Standing::kCleared:
      return "cleared";
    case Standing::kNoRing:
      return "no_ring";
    case Standing::kUsedUp:
      return "used_up";
    case Standing::kTie:
      return "tie";
    case Standing::kWorse:
      return "worse";
  }
  return "unknown";
}

// Without credit each debt counts 2, so that a loss is an even number.
std::string LossText(const PairExplanation& pair) {
  const int64_t lost = pair.explanation.score_lost;
  if (!pair.has_credit) {
    return absl::StrCat("a unit more of it would clear ", lost / 2,
                        " less in all");
  }
  return absl::StrCat("a unit more of it would make the result worse by ", lost,
                      ": debt cleared counts 2, credit spent ",
                      2 * pair.leverage + 1);
}

std::string WhyText(const PairExplanation& pair) {
  const std::string way =
      pair.has_credit ? "chain of debts and credit" : "chain of debts";
  switch (pair.explanation.standing) {
    case Standing::kCleared:
      return "all of it is set off";
    case Standing::kNoRing:
      return absl::StrCat("no ", way,
                          " leads from the creditor back to the debtor");
    case Standing::kUsedUp:
      return absl::StrCat("what is set off uses up every ", way,
                          " from the creditor back to the debtor");
    case Standing::kTie:
      return "a result that is as good sets off more of it, and less of others";
    case Standing::kWorse:
      return LossText(pair);
  }
  return "";
}

}  // namespace

absl::StatusOr<PairExplanation> ExplainPair(const EdgeList& list,
                                            const netting::Solution& solution,
                                            std::string_view debtor,
                                            std::string_view creditor) {
  SKONTRO_ASSIGN_OR_RETURN(const netting::Party from, KnownParty(list, debtor));
  SKONTRO_ASSIGN_OR_RETURN(const netting::Party to, KnownParty(list, creditor));
  PairExplanation pair;
  pair.debtor = std::string(debtor);
  pair.creditor = std::string(creditor);
  pair.has_credit = !list.problem.credit_lines.empty();
  pair.leverage = list.problem.leverage;
  std::optional<size_t> last;
  const std::vector<netting::Obligation>& all = list.problem.obligations;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].debtor != from || all[i].creditor != to) continue;
    pair.owed += all[i].minor_units;
    pair.set_off += solution.set_off_minor_units[i];
    // The last line is the last that is set off, so it stands for them all.
    last = i;
  }
  if (!last.has_value()) {
    return UsageFailure(absl::StrCat("'", ShownBeginning(debtor),
                                     "' owes nothing to '",
                                     ShownBeginning(creditor), "'"));
  }
  const netting::Explainer explainer(list.problem, solution);
  pair.explanation = explainer.Explain(*last);
  return pair;
}

std::string ExplanationText(const PairExplanation& pair) {
  return absl::StrCat(Line("debtor", PlainText(pair.debtor)),
                      Line("creditor", PlainText(pair.creditor)),
                      Line("owed", absl::StrCat(pair.owed)),
                      Line("set off", absl::StrCat(pair.set_off)),
                      Line("why", WhyText(pair)));
}

std::string ExplanationJson(const PairExplanation& pair) {
  JsonWriter json;
  json.BeginObject();
  json.String("debtor", pair.debtor);
  json.String("creditor", pair.creditor);
  json.Number("owed", pair.owed);
  json.Number("set_off", pair.set_off);
  json.String("standing", NameOf(pair.explanation.standing));
  json.Number("score_lost", pair.explanation.score_lost);
  json.String("why", WhyText(pair));
  json.EndObject();
  return json.Finish();
}

absl::StatusOr<LineWorth> WorthOfLine(const EdgeList& list,
                                      const netting::Solution& solution,
                                      std::string_view party) {
  SKONTRO_ASSIGN_OR_RETURN(const netting::Party known, KnownParty(list, party));
  const netting::Explainer explainer(list.problem, solution);
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<netting::LineValue> values,
                           explainer.LineValues());
  return LineWorth{std::string(party), values[static_cast<size_t>(known)]};
}

std::string WorthText(const LineWorth& worth) {
  return absl::StrCat(
      Line("party", PlainText(worth.party)),
      Line("a unit more",
           worth.value.score == 0
               ? "would clear no more"
               : absl::StrCat("would clear ", worth.value.debt_minor_units,
                              " more in all")));
}

std::string WorthJson(const LineWorth& worth) {
  JsonWriter json;
  json.BeginObject();
  json.String("party", worth.party);
  json.Number("score", worth.value.score);
  json.Number("debt", worth.value.debt_minor_units);
  json.EndObject();
  return json.Finish();
}

}  // namespace skontro::cli
