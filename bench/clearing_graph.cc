// Writes a list of obligations at random, for `skontro clearing bench`:
//
//   clearing_graph SHAPE FIRMS [DEGREE [SEED]]
//
// debt_graph.h says what the shapes are. The same arguments write the same
// bytes on every machine.

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "bench/debt_graph.h"

namespace skontro::bench {
namespace {

constexpr uint64_t kFirmsMin = 12;

int Usage() {
  std::fprintf(stderr,
               "usage: clearing_graph SHAPE FIRMS [DEGREE [SEED]]\n"
               "SHAPE is one of:");
  for (const DebtShape shape : kDebtShapes) {
    std::fprintf(stderr, " %s", NameOf(shape));
  }
  std::fprintf(stderr,
               "\nFIRMS is at least %" PRIu64
               ", DEGREE 10 and SEED 1 unless given.\n",
               kFirmsMin);
  return 2;
}

std::optional<uint64_t> NumberIn(const std::string& text) {
  char* end = nullptr;
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  const uint64_t number = std::strtoull(text.c_str(), &end, 10);
  if (*end != '\0') return std::nullopt;
  return number;
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2 || arguments.size() > 4) return Usage();
  const std::optional<DebtShape> shape = ShapeNamed(arguments[0]);
  const std::optional<uint64_t> firms = NumberIn(arguments[1]);
  const std::optional<uint64_t> degree =
      NumberIn(arguments.size() > 2 ? arguments[2] : "10");
  const std::optional<uint64_t> seed =
      NumberIn(arguments.size() > 3 ? arguments[3] : "1");
  if (!shape || !firms || !degree || !seed || *firms < kFirmsMin ||
      *firms > netting::kPartiesMax || *degree == 0 ||
      *degree > netting::kObligationsMax / *firms) {
    return Usage();
  }
  const netting::Problem problem =
      MakeProblem({*shape, static_cast<uint32_t>(*firms),
                   static_cast<uint32_t>(*degree), *seed});
  std::printf("# clearing_graph %s %" PRIu64 " %" PRIu64 " %" PRIu64
              "\ndebtor,creditor,amount\n",
              NameOf(*shape), *firms, *degree, *seed);
  for (const netting::Obligation& owed : problem.obligations) {
    std::printf("f%" PRIu32 ",f%" PRIu32 ",%" PRId64 "\n",
                static_cast<uint32_t>(owed.debtor),
                static_cast<uint32_t>(owed.creditor), owed.minor_units);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  return skontro::bench::Run({argv + 1, argv + argc});
}
