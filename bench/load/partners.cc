#include "bench/load/partners.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace skontro::bench {
namespace {

constexpr double kUsualExponent = 0.99;
constexpr double kExponentMax = 5;
constexpr uint64_t kMembersMax = 10'000'000;

absl::Status NoPartners(std::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", std::string(text),
                   "' says nothing of partners: uniform, zipf, or zipf:S with "
                   "S above 0 and at most ",
                   kExponentMax));
}

}  // namespace

absl::StatusOr<Partners> Partners::Parse(std::string_view text,
                                         uint64_t members) {
  if (members < 2 || members > kMembersMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        members, " members cannot trade: 2 to ", kMembersMax, " can"));
  }
  Partners partners(members);
  if (text == "uniform") return partners;
  double exponent = kUsualExponent;
  if (text.substr(0, 5) == "zipf:") {
    if (!absl::SimpleAtod(std::string(text.substr(5)), &exponent) ||
        !(exponent > 0 && exponent <= kExponentMax)) {
      return NoPartners(text);
    }
  } else if (text != "zipf") {
    return NoPartners(text);
  }
  double sum = 0;
  for (uint64_t rank = 1; rank <= members; ++rank) {
    sum += std::pow(static_cast<double>(rank), -exponent);
    partners.shares_.push_back(sum);
  }
  for (double& share : partners.shares_) share /= sum;
  return partners;
}

uint64_t Partners::Draw(std::mt19937_64* random) const {
  if (shares_.empty()) {
    return std::uniform_int_distribution<uint64_t>(1, members_)(*random);
  }
  const double at = std::uniform_real_distribution<double>(0, 1)(*random);
  const auto found = std::upper_bound(shares_.begin(), shares_.end(), at);
  const auto rank = static_cast<uint64_t>(found - shares_.begin()) + 1;
  return std::min(rank, members_);
}

std::pair<uint64_t, uint64_t> Partners::DrawPair(
    std::mt19937_64* random) const {
  const uint64_t first = Draw(random);
  uint64_t second = first;
  while (second == first) second = Draw(random);
  return {first, second};
}

}  // namespace skontro::bench
