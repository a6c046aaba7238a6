// Partners draws who trades: all members alike, or by Zipf's law, where the
// member on rank r has a share of 1 / r^s, as in networks in which a few
// wholesalers sell to everybody. Ranks are the members' numbers.
//
// Thread safety: const methods from any thread, each with its own generator.

#ifndef SKONTRO_BENCH_LOAD_PARTNERS_H_
#define SKONTRO_BENCH_LOAD_PARTNERS_H_

#include <cstdint>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace skontro::bench {

class Partners {
 public:
  // From "uniform", "zipf" (s = 0.99) or "zipf:S", 0 < S <= 5. Returns
  // INVALID_ARGUMENT for another text and for fewer than two members or more
  // than ten million.
  static absl::StatusOr<Partners> Parse(std::string_view text,
                                        uint64_t members);

  // A member's number, from 1.
  uint64_t Draw(std::mt19937_64* random) const;
  // Two that differ.
  std::pair<uint64_t, uint64_t> DrawPair(std::mt19937_64* random) const;

 private:
  explicit Partners(uint64_t members) : members_(members) {}

  uint64_t members_;
  // The share of all ranks up to each; empty where all are alike.
  std::vector<double> shares_;
};

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_PARTNERS_H_
