#include "bench/load/mix.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ledger/base/check.h"

namespace skontro::bench {
namespace {

constexpr std::array<std::string_view, kOperationCount> kNames = {
    "settle", "request", "read", "statement", "stream"};
constexpr int64_t kWeightMax = 1'000'000;

}  // namespace

std::string_view NameOf(Operation operation) {
  return kNames[static_cast<size_t>(operation)];
}

absl::StatusOr<Mix> Mix::Parse(std::string_view text) {
  Mix mix;
  for (const std::string& part :
       std::vector<std::string>(absl::StrSplit(std::string(text), ','))) {
    const std::pair<std::string, std::string> pair =
        absl::StrSplit(part, absl::MaxSplits(':', 1));
    size_t index = 0;
    while (index < kNames.size() && kNames[index] != pair.first) ++index;
    int64_t weight = 0;
    if (index == kNames.size() || mix.weights_[index] != 0 ||
        !absl::SimpleAtoi(pair.second, &weight) || weight < 1 ||
        weight > kWeightMax) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", part,
          "' is no part of a mix: each of settle, request, read, "
          "statement and stream at most once, with a weight from 1 to ",
          kWeightMax, ", such as settle:60,read:40"));
    }
    mix.weights_[index] = weight;
    mix.sum_ += weight;
  }
  return mix;
}

Operation Mix::Draw(std::mt19937_64* random) const {
  int64_t at = std::uniform_int_distribution<int64_t>(0, sum_ - 1)(*random);
  size_t index = 0;
  while (at >= weights_[index]) at -= weights_[index++];
  SKONTRO_CHECK(index < kOperationCount);
  return static_cast<Operation>(index);
}

}  // namespace skontro::bench
