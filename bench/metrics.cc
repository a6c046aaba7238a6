#include "bench/metrics.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "ledger/base/check.h"

namespace skontro::bench {

void AppendMetrics(const Metrics& metrics) {
  const char* path = std::getenv("SKONTRO_METRICS");
  if (path == nullptr) return;
  std::FILE* file = std::fopen(path, "a");
  SKONTRO_CHECK(file != nullptr);
  for (const auto& [name, value] : metrics) {
    std::fprintf(file, "%s\t%.9g\n", name.c_str(), value);
  }
  SKONTRO_CHECK(std::fclose(file) == 0);
}

double Quantile(std::vector<double> values, double quantile) {
  SKONTRO_CHECK(!values.empty());
  const auto rank = static_cast<size_t>(
      quantile * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(),
                   values.begin() + static_cast<ptrdiff_t>(rank), values.end());
  return values[rank];
}

}  // namespace skontro::bench
