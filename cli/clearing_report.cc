#include "cli/clearing_report.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/json_writer.h"
#include "engine/netting/baselines.h"

namespace skontro::cli {
namespace {

// Of `whole`, in hundredths of a percent, rounded down.
int64_t BasisPoints(absl::int128 part, int64_t whole) {
  if (whole == 0) return 0;
  return static_cast<int64_t>(part * 10'000 / whole);
}

std::string Percent(absl::int128 part, int64_t whole) {
  const int64_t points = BasisPoints(part, whole);
  return absl::StrFormat("%d.%02d %%", points / 100, points % 100);
}

// Sums of lines are not bounded as sums of debt are.
int64_t AtMostInt64(absl::int128 amount) {
  return static_cast<int64_t>(std::min<absl::int128>(amount, INT64_MAX));
}

std::string CpuTime(int64_t cpu_us) {
  return absl::StrFormat("%d.%03d ms of CPU", cpu_us / 1'000, cpu_us % 1'000);
}

std::string Line(const char* name, const std::string& value) {
  return absl::StrFormat("%-20s%s\n", name, value);
}

// A text between quotes in the language of Graphviz.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return quoted + "\"";
}

}  // namespace

ClearingReport MakeReport(const EdgeList& list,
                          const netting::Solution& solution) {
  const netting::Problem& problem = list.problem;
  ClearingReport report;
  report.firms = list.names.size();
  report.obligations = problem.obligations.size();
  report.left_out = list.left_out;
  report.total_debt = netting::TotalDebt(problem);
  report.net_internal_debt = netting::NetInternalDebt(problem);
  report.cleared = solution.total_minor_units;
  report.ring_by_ring = netting::RingByRingTotal(problem);
  report.bilateral = netting::BilateralTotal(problem);
  report.is_optimal = solution.is_optimal;
  const netting::Stage& last = solution.stages.back();
  report.gap = static_cast<int64_t>((last.bound - last.score + 1) / 2);
  if (!problem.credit_lines.empty()) {
    report.credit = 0;
    for (const netting::CreditLine& line : problem.credit_lines) {
      *report.credit += line.spendable_minor_units;
    }
  }
  report.credit_spent = solution.spent_minor_units;
  report.leverage = problem.leverage;
  report.steps = solution.steps;
  return report;
}

std::string ReportText(const ClearingReport& report) {
  std::string text = Line("firms", absl::StrCat(report.firms));
  text += Line("obligations", absl::StrCat(report.obligations));
  if (report.left_out > 0) {
    text += Line("left out", absl::StrCat(report.left_out,
                                          ", debtor and creditor the same"));
  }
  const int64_t total = report.total_debt;
  const auto amount = [total](absl::int128 part) {
    return absl::StrCat(AtMostInt64(part), "  ", Percent(part, total));
  };
  text += Line("total debt", absl::StrCat(total));
  text += Line("net internal debt", amount(report.net_internal_debt));
  text += Line("cleared", amount(report.cleared));
  text += Line("  ring by ring", amount(report.ring_by_ring));
  text += Line("  bilateral", amount(report.bilateral));
  if (report.credit.has_value()) {
    text += Line("credit lines", amount(*report.credit));
    text += Line("  spent", amount(report.credit_spent));
    text += Line("  leverage", absl::StrCat(report.leverage));
  }
  text += Line("certificate",
               report.is_optimal
                   ? "valid: nothing clears more"
                   : absl::StrCat("valid: the work limit was reached, at most ",
                                  report.gap, " from the best"));
  text += Line("steps", absl::StrCat(report.steps));
  text += Line("solve", CpuTime(report.solve_cpu_us));
  text += Line("verify", CpuTime(report.verify_cpu_us));
  text += Line("memory", absl::StrFormat("%d.%d MB at most",
                                         report.memory_bytes / 1'000'000,
                                         report.memory_bytes / 100'000 % 10));
  return text;
}

std::string ReportJson(const ClearingReport& report) {
  JsonWriter json;
  json.BeginObject();
  json.Number("firms", static_cast<int64_t>(report.firms));
  json.Number("obligations", static_cast<int64_t>(report.obligations));
  json.Number("left_out", static_cast<int64_t>(report.left_out));
  json.Number("total_debt", report.total_debt);
  json.Number("net_internal_debt", report.net_internal_debt);
  json.Number("cleared", report.cleared);
  json.Number("ring_by_ring", report.ring_by_ring);
  json.Number("bilateral", report.bilateral);
  json.Number("cleared_basis_points",
              BasisPoints(report.cleared, report.total_debt));
  if (report.credit.has_value()) {
    json.Number("credit", AtMostInt64(*report.credit));
    json.Number("credit_spent", report.credit_spent);
    json.Number("leverage", report.leverage);
  }
  json.Bool("is_verified", true);
  json.Bool("is_optimal", report.is_optimal);
  json.Number("gap", report.gap);
  json.Number("steps", static_cast<int64_t>(report.steps));
  json.Number("solve_cpu_us", report.solve_cpu_us);
  json.Number("verify_cpu_us", report.verify_cpu_us);
  json.Number("memory_bytes", report.memory_bytes);
  json.EndObject();
  return json.Finish();
}

std::string ClearingPicture(const EdgeList& list,
                            const netting::Solution& solution) {
  std::string dot =
      "digraph clearing {\n"
      "  rankdir=LR;\n"
      "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
      "  edge [fontname=\"sans-serif\", fontsize=10];\n";
  for (size_t i = 0; i < list.names.size(); ++i) {
    absl::StrAppend(&dot, "  p", i, " [label=", Quoted(list.names[i]), "];\n");
  }
  for (size_t i = 0; i < list.problem.obligations.size(); ++i) {
    const netting::Obligation& owed = list.problem.obligations[i];
    const int64_t set_off = solution.set_off_minor_units[i];
    const char* style = "solid";
    if (set_off == owed.minor_units) style = "bold";
    if (set_off == 0) style = "dashed";
    absl::StrAppend(&dot, "  p", static_cast<uint32_t>(owed.debtor), " -> p",
                    static_cast<uint32_t>(owed.creditor), " [label=\"", set_off,
                    " of ", owed.minor_units, "\", style=", style, "];\n");
  }
  return dot + "}\n";
}

}  // namespace skontro::cli
