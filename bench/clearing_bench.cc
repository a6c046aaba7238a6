// The claim: clearing is as fast as the better solver of LEMON up to 10,000
// firms, three times as fast as its CostScaling above, takes a quarter of its
// memory at most, and its certificate is checked in a twentieth of the time.
//
//   clearing_bench [--firms N,...] [--degrees N,...] [--rounds N]
//                  [--simplex-max FIRMS] [--shape SHAPE] [--seed N]
//
// 1,000, 10,000 and 100,000 firms with degrees of 5, 10 and 20 unless given.
// A million firms take LEMON minutes and gigabytes: --firms 1000000.
//
// Every run is in a process of its own, and those of a round take turns. LEMON
// is given a graph that was prepared for it (parallel debts merged, what is on
// no ring left out), and preparing is a column of its own; ours counts
// everything from the list of obligations to the set-offs. Time is CPU
// time. Memory is the most that a run had beyond the list or graph that was
// loaded before it. All must clear the same, or the process ends with 1.
//
// Prints the rows of the table in docs/performance.md.

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/child_run.h"
#include "bench/debt_graph.h"
#include "bench/flow_graph.h"
#include "bench/lemon_flow.h"
#include "bench/metrics.h"
#include "engine/netting/certificate.h"
#include "engine/netting/netting.h"
#include "ledger/base/check.h"

namespace skontro::bench {
namespace {

constexpr uint64_t kFirmsMin = 12;
// Above, CostScaling takes minutes, and is run in its first form alone.
constexpr uint64_t kBothFormsMax = 100'000;

struct Options {
  std::vector<uint64_t> firms = {1'000, 10'000, 100'000};
  std::vector<uint64_t> degrees = {5, 10, 20};
  uint64_t rounds = 5;
  // Above, the simplex takes minutes and is not run.
  uint64_t simplex_max = 10'000;
  uint64_t seed = 1;
  DebtShape shape = DebtShape::kTrade;
};

struct Rival {
  LemonMethod method;
  LemonForm form;
};

RunResult RunOurs(const DebtGraph& graph) {
  const netting::Problem problem = MakeProblem(graph);
  const MemoryMeter meter;
  RunResult result;
  const int64_t begin = CpuUs();
  const absl::StatusOr<netting::Solution> solution = netting::Solve(problem);
  const int64_t solved = CpuUs();
  result.memory_bytes = meter.PeakBytes();
  SKONTRO_CHECK(solution.ok() && solution->is_optimal);
  const int64_t check = CpuUs();
  const absl::Status verdict = netting::Verify(problem, *solution);
  result.check_cpu_us = CpuUs() - check;
  SKONTRO_CHECK(verdict.ok());
  result.cpu_us = solved - begin;
  result.debt_minor_units = solution->total_minor_units;
  result.spent_minor_units = solution->spent_minor_units;
  return result;
}

RunResult RunLemon(const DebtGraph& graph, const Rival& rival) {
  const netting::Problem problem = MakeProblem(graph);
  RunResult result;
  const int64_t prepare = CpuUs();
  const FlowGraph flow_graph = MakePreparedFlowGraph(problem);
  result.prepare_cpu_us = CpuUs() - prepare;
  const MemoryMeter meter;
  const int64_t begin = CpuUs();
  const std::vector<int64_t> flow =
      LeastCostFlow(flow_graph, rival.method, rival.form);
  result.cpu_us = CpuUs() - begin;
  result.memory_bytes = meter.PeakBytes();
  const Cleared cleared = ClearedBy(flow_graph, flow);
  result.debt_minor_units = cleared.debt_minor_units;
  result.spent_minor_units = cleared.spent_minor_units;
  return result;
}

struct Median {
  double prepare_cpu_us = 0;
  double cpu_us = 0;
  double check_cpu_us = 0;
  double memory_bytes = 0;
};

Median MedianOf(const std::vector<RunResult>& results) {
  std::vector<double> prepare;
  std::vector<double> cpu;
  std::vector<double> check;
  std::vector<double> memory;
  for (const RunResult& result : results) {
    prepare.push_back(static_cast<double>(result.prepare_cpu_us));
    cpu.push_back(static_cast<double>(result.cpu_us));
    check.push_back(static_cast<double>(result.check_cpu_us));
    memory.push_back(static_cast<double>(result.memory_bytes));
  }
  return {Quantile(prepare, 0.5), Quantile(cpu, 0.5), Quantile(check, 0.5),
          Quantile(memory, 0.5)};
}

// By name of the solver.
using Results = std::map<std::string, std::vector<RunResult>>;

constexpr char kOurs[] = "ours";
constexpr char kSimplex[] = "simplex";
constexpr char kScaling[] = "scaling";
constexpr char kScalingComplement[] = "scaling-complement";

// Whether all cleared the same; says who did not.
bool AllAgree(const Results& results) {
  const RunResult& ours = results.at(kOurs).front();
  for (const auto& [name, runs] : results) {
    for (const RunResult& run : runs) {
      if (run.debt_minor_units == ours.debt_minor_units &&
          run.spent_minor_units == ours.spent_minor_units) {
        continue;
      }
      std::fprintf(stderr,
                   "%s clears %" PRId64 " and spends %" PRId64
                   ", ours clears %" PRId64 " and spends %" PRId64 "\n",
                   name.c_str(), run.debt_minor_units, run.spent_minor_units,
                   ours.debt_minor_units, ours.spent_minor_units);
      return false;
    }
  }
  return true;
}

Results Measure(const DebtGraph& graph, const Options& options) {
  Results results;
  const auto lemon = [&graph](LemonMethod method, LemonForm form) {
    return RunInChild([&] { return RunLemon(graph, {method, form}); });
  };
  for (uint64_t round = 0; round < options.rounds; ++round) {
    results[kOurs].push_back(RunInChild([&graph] { return RunOurs(graph); }));
    results[kScaling].push_back(
        lemon(LemonMethod::kCostScaling, LemonForm::kCirculation));
    if (graph.firms > kBothFormsMax) continue;
    results[kScalingComplement].push_back(
        lemon(LemonMethod::kCostScaling, LemonForm::kComplement));
    if (graph.firms > options.simplex_max) continue;
    results[kSimplex].push_back(
        lemon(LemonMethod::kNetworkSimplex, LemonForm::kComplement));
  }
  return results;
}

std::string Milliseconds(double us) {
  char text[32];
  std::snprintf(text, sizeof(text), us < 100'000 ? "%.2f" : "%.0f", us / 1'000);
  return text;
}

std::string Megabytes(double bytes) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", bytes / 1e6);
  return text;
}

// Prints a row and keeps its numbers. CostScaling is taken in the form that it
// was faster in.
void Report(const DebtGraph& graph, const Results& results, Metrics* metrics) {
  const Median ours = MedianOf(results.at(kOurs));
  Median scaling = MedianOf(results.at(kScaling));
  if (const auto found = results.find(kScalingComplement);
      found != results.end()) {
    const Median complement = MedianOf(found->second);
    if (complement.cpu_us < scaling.cpu_us) scaling = complement;
  }
  std::string simplex_ms = "-";
  std::string simplex_mb = "-";
  double best_cpu_us = scaling.cpu_us;
  if (const auto found = results.find(kSimplex); found != results.end()) {
    const Median simplex = MedianOf(found->second);
    simplex_ms = Milliseconds(simplex.cpu_us);
    simplex_mb = Megabytes(simplex.memory_bytes);
    best_cpu_us = std::min(best_cpu_us, simplex.cpu_us);
  }
  const double best_ratio = best_cpu_us / ours.cpu_us;
  const double scaling_ratio = scaling.cpu_us / ours.cpu_us;
  const double check_percent = 100 * ours.check_cpu_us / ours.cpu_us;
  const double memory_ratio = ours.memory_bytes / scaling.memory_bytes;
  std::printf(
      "| %" PRIu32 " | %" PRIu32
      " | %s | %s | %s | %s | %.2f | %.2f | %.1f | %s | %s | %s | %.2f |\n",
      graph.firms, graph.degree, Milliseconds(ours.cpu_us).c_str(),
      Milliseconds(scaling.prepare_cpu_us).c_str(), simplex_ms.c_str(),
      Milliseconds(scaling.cpu_us).c_str(), best_ratio, scaling_ratio,
      check_percent, Megabytes(ours.memory_bytes).c_str(), simplex_mb.c_str(),
      Megabytes(scaling.memory_bytes).c_str(), memory_ratio);
  std::fflush(stdout);
  const std::string prefix = "clearing." + std::to_string(graph.firms) + "." +
                             std::to_string(graph.degree) + ".";
  (*metrics)[prefix + "best_ratio"] = best_ratio;
  (*metrics)[prefix + "scaling_ratio"] = scaling_ratio;
  (*metrics)[prefix + "check_percent"] = check_percent;
  (*metrics)[prefix + "memory_ratio"] = memory_ratio;
}

int RunAll(const Options& options) {
  std::printf(
      "| firms | degree | ours, ms | preparing, ms | simplex, ms | scaling, ms "
      "| better / ours "
      "| scaling / ours | certificate, %% of ours | ours, MB | simplex, MB | "
      "scaling, MB | memory, ours / scaling |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  Metrics metrics;
  for (const uint64_t firms : options.firms) {
    for (const uint64_t degree : options.degrees) {
      const DebtGraph graph = {options.shape, static_cast<uint32_t>(firms),
                               static_cast<uint32_t>(degree), options.seed};
      const Results results = Measure(graph, options);
      if (!AllAgree(results)) return 1;
      Report(graph, results, &metrics);
    }
  }
  AppendMetrics(metrics);
  return 0;
}

std::optional<std::vector<uint64_t>> NumbersIn(const std::string& text) {
  std::vector<uint64_t> numbers;
  const char* at = text.c_str();
  for (;;) {
    char* end = nullptr;
    if (*at < '0' || *at > '9') return std::nullopt;
    numbers.push_back(std::strtoull(at, &end, 10));
    if (*end == '\0') return numbers;
    if (*end != ',') return std::nullopt;
    at = end + 1;
  }
}

bool SetOption(const std::string& name, const std::string& value,
               Options* options) {
  if (name == "--shape") {
    const std::optional<DebtShape> shape = ShapeNamed(value);
    options->shape = shape.value_or(options->shape);
    return shape.has_value();
  }
  const std::optional<std::vector<uint64_t>> numbers = NumbersIn(value);
  if (!numbers) return false;
  if (name == "--firms") return options->firms = *numbers, true;
  if (name == "--degrees") return options->degrees = *numbers, true;
  if (numbers->size() != 1) return false;
  const std::map<std::string_view, uint64_t*> places = {
      {"--rounds", &options->rounds},
      {"--simplex-max", &options->simplex_max},
      {"--seed", &options->seed}};
  const auto place = places.find(name);
  if (place == places.end()) return false;
  *place->second = numbers->front();
  return true;
}

bool IsPossible(const Options& options) {
  if (options.rounds == 0) return false;
  for (const uint64_t firms : options.firms) {
    if (firms < kFirmsMin || firms > netting::kPartiesMax) return false;
    for (const uint64_t degree : options.degrees) {
      if (degree == 0 || degree > netting::kObligationsMax / firms) {
        return false;
      }
    }
  }
  return true;
}

int Run(const std::vector<std::string>& arguments) {
  Options options;
  bool understood = arguments.size() % 2 == 0;
  for (size_t i = 0; understood && i < arguments.size(); i += 2) {
    understood = SetOption(arguments[i], arguments[i + 1], &options);
  }
  if (!understood || !IsPossible(options)) {
    std::fprintf(stderr,
                 "usage: clearing_bench [--firms N,...] [--degrees N,...] "
                 "[--rounds N]\n  [--simplex-max FIRMS] [--shape SHAPE] "
                 "[--seed N]\n");
    return 2;
  }
  return RunAll(options);
}

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  return skontro::bench::Run({argv + 1, argv + argc});
}
