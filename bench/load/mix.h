// What members do, and how often: the operations of a mixed load.
//
// Thread safety: values and pure functions.

#ifndef SKONTRO_BENCH_LOAD_MIX_H_
#define SKONTRO_BENCH_LOAD_MIX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>

#include "absl/status/statusor.h"

namespace skontro::bench {

enum class Operation {
  kSettle,     // A buyer pays: CreateTrade.
  kRequest,    // A seller requests, then the buyer accepts: two calls.
  kRead,       // A member looks at its balance: GetAccount.
  kStatement,  // A page of 100 lines of a statement: GetStatement.
  kStream,     // Some events, from a while ago up to now: WatchEvents.
};
inline constexpr size_t kOperationCount = 5;

std::string_view NameOf(Operation operation);

class Mix {
 public:
  // From a text such as "settle:60,request:20,read:20": names and weights, what
  // is not named has none. Returns INVALID_ARGUMENT for a name that is unknown
  // or there twice, and for a weight that is no whole number from 1 to a
  // million.
  static absl::StatusOr<Mix> Parse(std::string_view text);

  Operation Draw(std::mt19937_64* random) const;

  int64_t weight(Operation operation) const {
    return weights_[static_cast<size_t>(operation)];
  }

 private:
  std::array<int64_t, kOperationCount> weights_ = {};
  int64_t sum_ = 0;
};

}  // namespace skontro::bench

#endif  // SKONTRO_BENCH_LOAD_MIX_H_
