// What benchmarks tell bench/report.py: lines of a name, a tab and a number.

#ifndef SKONTRO_BENCH_METRICS_H_
#define SKONTRO_BENCH_METRICS_H_

#include <map>
#include <string>
#include <vector>

namespace skontro::bench {

using Metrics = std::map<std::string, double>;

// Appends `metrics` to the file that SKONTRO_METRICS names in the environment;
// does nothing where it names none. Stops the process if it cannot be written.
void AppendMetrics(const Metrics& metrics);

// The value below which the share `quantile` of `values` lies; 0.5 is the
// median. REQUIRES: not empty; 0 <= quantile <= 1.
double Quantile(std::vector<double> values, double quantile);

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_METRICS_H_
