#include "bench/claims.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>

#include "bench/metrics.h"

namespace skontro::bench {
namespace {

using benchmark::BenchmarkReporter;

// Prints as Google Benchmark does and keeps the medians.
class Medians : public benchmark::ConsoleReporter {
 public:
  Medians() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& reports) override {
    std::vector<Run> shown;
    for (const Run& run : reports) {
      const bool failed = run.error_occurred;
      if (failed) failed_ = true;
      if (failed || run.aggregate_name == "median") shown.push_back(run);
      if (!failed && run.aggregate_name == "median") Keep(run);
    }
    if (!shown.empty()) ConsoleReporter::ReportRuns(shown);
  }

  bool failed() const { return failed_; }
  const Metrics& values() const { return values_; }

 private:
  static std::string NameOf(const Run& run) {
    std::string name = run.run_name.function_name;
    if (!run.run_name.args.empty()) name += "/" + run.run_name.args;
    return name;
  }

  void Keep(const Run& run) {
    const std::string name = NameOf(run);
    double rate = 0;
    for (const auto& [key, counter] : run.counters) {
      const bool is_rate = key == "items_per_second";
      if (is_rate) rate = counter.value;
      values_[name + "." + (is_rate ? "rate" : key)] = counter.value;
    }
    if (rate <= 0) return;
    const bool on_cpu_clock = run.run_name.time_type.empty();
    const double busy =
        on_cpu_clock ? 1.0
                     : run.GetAdjustedCPUTime() / run.GetAdjustedRealTime();
    values_[name + ".cpu_us"] = busy / rate * 1e6;
  }

  Metrics values_;
  bool failed_ = false;
};

void PrintClaims(const std::vector<Claim>& claims, const Metrics& values) {
  for (const Claim& claim : claims) {
    const auto subject = values.find(claim.subject + ".rate");
    const auto reference = values.find(claim.reference + ".rate");
    if (subject == values.end() || reference == values.end()) continue;
    std::printf("%-40s %12.0f /s = %6.2f x %-32s %12.0f /s\n",
                claim.subject.c_str(), subject->second,
                subject->second / reference->second, claim.reference.c_str(),
                reference->second);
  }
}

}  // namespace

int RunClaims(int argc, char** argv, const std::vector<Claim>& claims) {
  std::vector<std::string> arguments = {
      argv[0], "--benchmark_repetitions=5",
      "--benchmark_enable_random_interleaving=true",
      "--benchmark_min_time=0.3"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;

  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  benchmark::Shutdown();
  std::printf("\n");
  PrintClaims(claims, medians.values());
  AppendMetrics(medians.values());
  return medians.failed() ? 1 : 0;
}

}  // namespace skontro::bench
