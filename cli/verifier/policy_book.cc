#include "cli/verifier/policy_book.h"

#include "absl/strings/str_format.h"
#include "cli/verifier/account_book.h"

namespace skontro::verifier {
namespace {

struct Bounds {
  int64_t by_default = 0;
  int64_t least = 0;
  int64_t most = 0;
};

// By number, from 1.
constexpr Bounds kBounds[] = {
    {.by_default = 0, .least = 0, .most = kAmountMax},
    {.by_default = 0, .least = 0, .most = 10'000},
    {.by_default = 0, .least = 0, .most = 1},
    {.by_default = 0, .least = 0, .most = 1},
};
constexpr uint32_t kLastPolicy = sizeof(kBounds) / sizeof(kBounds[0]);

}  // namespace

void PolicyBook::Set(uint64_t sequence, const PoliciesSet& set) {
  const auto add = [&](const std::string& what) {
    findings_.Add(sequence, what);
  };
  if (set.version != set_.version + 1) {
    add(absl::StrFormat("the policies have version %d; %d would be next",
                        set.version, set_.version + 1));
  }
  uint32_t last = 0;
  for (const PolicyValue& value : set.values) {
    if (value.policy <= last || value.policy > kLastPolicy) {
      add(absl::StrFormat("policy %d is unknown, or not in order",
                          value.policy));
      continue;
    }
    last = value.policy;
    const Bounds& bounds = kBounds[value.policy - 1];
    if (value.value == bounds.by_default || value.value < bounds.least ||
        value.value > bounds.most) {
      add(absl::StrFormat("policy %d is %d, which it cannot be", value.policy,
                          value.value));
    }
  }
  set_ = set;
}

int64_t PolicyBook::Get(uint32_t policy) const {
  for (const PolicyValue& value : set_.values) {
    if (value.policy == policy) return value.value;
  }
  return kBounds[policy - 1].by_default;
}

}  // namespace skontro::verifier
