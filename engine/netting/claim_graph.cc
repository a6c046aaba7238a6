#include "engine/netting/claim_graph.h"

#include <algorithm>
#include <bitset>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"

namespace skontro::netting {
namespace {

uint32_t IndexOf(Party party) { return static_cast<uint32_t>(party); }

template <typename Number>
absl::Status Refuse(const std::string& field, Number value,
                    const std::string& allowed) {
  return ToStatus(FieldInvalid(field, absl::StrCat(value), allowed));
}

absl::Status CheckObligation(const Problem& problem, size_t i) {
  const Obligation& owed = problem.obligations[i];
  const auto name = [i](const char* field) {
    return absl::StrCat("obligations[", i, "].", field);
  };
  const std::string parties =
      absl::StrCat("a party, from 0 to below ", problem.party_count);
  if (IndexOf(owed.debtor) >= problem.party_count) {
    return Refuse(name("debtor"), IndexOf(owed.debtor), parties);
  }
  if (IndexOf(owed.creditor) >= problem.party_count) {
    return Refuse(name("creditor"), IndexOf(owed.creditor), parties);
  }
  if (owed.debtor == owed.creditor) {
    return Refuse(name("creditor"), IndexOf(owed.creditor),
                  "another party than the debtor");
  }
  if (owed.minor_units <= 0) {
    return Refuse(name("minor_units"), owed.minor_units, "above zero");
  }
  return absl::OkStatus();
}

absl::Status CheckObligations(const Problem& problem) {
  if (problem.obligations.size() > kObligationsMax) {
    return Refuse("obligations", problem.obligations.size(),
                  absl::StrCat("at most ", kObligationsMax));
  }
  std::bitset<256> classes;
  int64_t total = 0;
  for (size_t i = 0; i < problem.obligations.size(); ++i) {
    SKONTRO_RETURN_IF_ERROR(CheckObligation(problem, i));
    const Obligation& owed = problem.obligations[i];
    if (owed.minor_units > kTotalMax - total) {
      return Refuse(
          absl::StrCat("obligations[", i, "].minor_units"), owed.minor_units,
          absl::StrCat("at most ", kTotalMax, " for all obligations together; ",
                       total, " are taken already"));
    }
    total += owed.minor_units;
    classes.set(owed.priority_class);
  }
  if (classes.count() > kClassesMax) {
    return Refuse("obligations.priority_class", classes.count(),
                  absl::StrCat("at most ", kClassesMax, " different classes"));
  }
  if (problem.leverage != 0 && classes.count() > 1) {
    return Refuse("leverage", problem.leverage,
                  "0 where obligations are of several classes");
  }
  return absl::OkStatus();
}

absl::Status CheckIds(const Problem& problem) {
  std::vector<std::pair<ObligationId, uint32_t>> ids;
  ids.reserve(problem.obligations.size());
  bool sorted = true;
  for (const Obligation& owed : problem.obligations) {
    sorted = sorted && (ids.empty() || ids.back().first < owed.id);
    ids.emplace_back(owed.id, static_cast<uint32_t>(ids.size()));
  }
  if (sorted) return absl::OkStatus();
  std::sort(ids.begin(), ids.end());
  for (size_t i = 1; i < ids.size(); ++i) {
    if (ids[i].first != ids[i - 1].first) continue;
    return Refuse(
        absl::StrCat("obligations[", ids[i].second, "].id"),
        static_cast<uint64_t>(ids[i].first),
        absl::StrCat("another id than obligations[", ids[i - 1].second, "]"));
  }
  return absl::OkStatus();
}

absl::Status CheckCreditLines(const Problem& problem) {
  std::vector<bool> seen(problem.party_count);
  for (size_t i = 0; i < problem.credit_lines.size(); ++i) {
    const CreditLine& line = problem.credit_lines[i];
    const auto name = [i](const char* field) {
      return absl::StrCat("credit_lines[", i, "].", field);
    };
    const uint32_t party = IndexOf(line.party);
    if (party >= problem.party_count) {
      return Refuse(
          name("party"), party,
          absl::StrCat("a party, from 0 to below ", problem.party_count));
    }
    if (seen[party]) {
      return Refuse(name("party"), party, "one credit line for each party");
    }
    seen[party] = true;
    if (line.spendable_minor_units < 0) {
      return Refuse(name("spendable_minor_units"), line.spendable_minor_units,
                    "zero or more");
    }
    if (line.receivable_minor_units < 0) {
      return Refuse(name("receivable_minor_units"), line.receivable_minor_units,
                    "zero or more");
    }
  }
  return absl::OkStatus();
}

// Fills graph->obligations: sorted by debtor, creditor and class, and within
// those by due date and id.
void SortObligations(const Problem& problem, ClaimGraph* graph) {
  const std::vector<Obligation>& all = problem.obligations;
  std::vector<uint32_t> place(size_t{problem.party_count} + 1);
  for (const Obligation& owed : all) ++place[IndexOf(owed.debtor) + 1];
  for (size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
  graph->obligations.resize(all.size());
  std::vector<uint32_t>& order = graph->obligations;
  for (uint32_t i = 0; i < all.size(); ++i) {
    order[place[IndexOf(all[i].debtor)]++] = i;
  }
  const auto before = [&all](uint32_t a, uint32_t b) {
    const Obligation& x = all[a];
    const Obligation& y = all[b];
    return std::tie(x.creditor, x.priority_class, x.due_day, x.id) <
           std::tie(y.creditor, y.priority_class, y.due_day, y.id);
  };
  uint32_t begin = 0;
  for (uint32_t party = 0; party < problem.party_count; ++party) {
    std::sort(order.begin() + begin, order.begin() + place[party], before);
    begin = place[party];
  }
}

void AddArc(ClaimGraph* graph, uint32_t head, ArcKind kind, int64_t capacity) {
  if (capacity == 0) return;
  graph->head.push_back(head);
  graph->kind.push_back(kind);
  graph->capacity.push_back(capacity);
}

// What is of use of each line: nobody needs to spend more than all its debts,
// nor to receive more than all its claims. By party.
std::vector<CreditUse> UsefulLines(const Problem& problem) {
  std::vector<CreditUse> owed(problem.party_count);
  for (const Obligation& obligation : problem.obligations) {
    owed[IndexOf(obligation.debtor)].spent_minor_units +=
        obligation.minor_units;
    owed[IndexOf(obligation.creditor)].received_minor_units +=
        obligation.minor_units;
  }
  std::vector<CreditUse> useful(problem.party_count);
  for (const CreditLine& line : problem.credit_lines) {
    const CreditUse& most = owed[IndexOf(line.party)];
    useful[IndexOf(line.party)] = {
        std::min(line.spendable_minor_units, most.spent_minor_units),
        std::min(line.receivable_minor_units, most.received_minor_units)};
  }
  return useful;
}

// Adds the arcs of the obligations from order[*next] on that `party` owes.
void AddClaims(const Problem& problem, uint32_t party, size_t* next,
               ClaimGraph* graph) {
  const size_t begin = graph->head.size();
  for (; *next < graph->obligations.size(); ++*next) {
    const Obligation& owed = problem.obligations[graph->obligations[*next]];
    if (IndexOf(owed.debtor) != party) return;
    const uint32_t head = IndexOf(owed.creditor);
    if (graph->head.size() > begin && graph->head.back() == head &&
        graph->kind.back() == owed.priority_class) {
      graph->capacity.back() += owed.minor_units;
    } else {
      AddArc(graph, head, owed.priority_class, owed.minor_units);
    }
  }
}

}  // namespace

absl::Status CheckProblem(const Problem& problem) {
  if (problem.party_count > kPartiesMax) {
    return Refuse("party_count", problem.party_count,
                  absl::StrCat("at most ", kPartiesMax));
  }
  if (problem.leverage < 0 || problem.leverage > kLeverageMax) {
    return Refuse("leverage", problem.leverage,
                  absl::StrCat("from 0 to ", kLeverageMax));
  }
  SKONTRO_RETURN_IF_ERROR(CheckObligations(problem));
  SKONTRO_RETURN_IF_ERROR(CheckIds(problem));
  return CheckCreditLines(problem);
}

ClaimGraph MakeClaimGraph(const Problem& problem) {
  ClaimGraph graph;
  graph.node_count = problem.party_count + 1;
  graph.first.reserve(size_t{graph.node_count} + 1);
  SortObligations(problem, &graph);
  std::vector<CreditUse> lines;
  if (!problem.credit_lines.empty()) lines = UsefulLines(problem);
  size_t next = 0;
  for (uint32_t party = 0; party < problem.party_count; ++party) {
    graph.first.push_back(static_cast<uint32_t>(graph.head.size()));
    AddClaims(problem, party, &next, &graph);
    if (lines.empty()) continue;
    AddArc(&graph, graph.pool(), kReceiving, lines[party].received_minor_units);
  }
  graph.first.push_back(static_cast<uint32_t>(graph.head.size()));
  for (uint32_t party = 0; party < lines.size(); ++party) {
    AddArc(&graph, party, kSpending, lines[party].spent_minor_units);
  }
  graph.first.push_back(static_cast<uint32_t>(graph.head.size()));
  return graph;
}

Solution Allocate(const Problem& problem, const ClaimGraph& graph,
                  const std::vector<int64_t>& flow) {
  Solution solution;
  solution.set_off_minor_units.resize(problem.obligations.size());
  std::vector<CreditUse> use(problem.credit_lines.empty() ? 0
                                                          : graph.node_count);
  size_t next = 0;
  for (uint32_t tail = 0; tail < graph.node_count; ++tail) {
    for (uint32_t arc = graph.first[tail]; arc < graph.first[tail + 1]; ++arc) {
      int64_t left = flow[arc];
      if (graph.kind[arc] == kSpending) {
        use[graph.head[arc]].spent_minor_units = left;
        solution.spent_minor_units += left;
        continue;
      }
      if (graph.kind[arc] == kReceiving) {
        use[tail].received_minor_units = left;
        continue;
      }
      solution.total_minor_units += left;
      for (int64_t room = graph.capacity[arc]; room > 0; ++next) {
        const uint32_t place = graph.obligations[next];
        const int64_t owed = problem.obligations[place].minor_units;
        const int64_t amount = std::min(left, owed);
        solution.set_off_minor_units[place] = amount;
        left -= amount;
        room -= owed;
      }
      SKONTRO_CHECK(left == 0);
    }
  }
  for (const CreditLine& line : problem.credit_lines) {
    solution.credit_use.push_back(use[IndexOf(line.party)]);
  }
  return solution;
}

}  // namespace skontro::netting
