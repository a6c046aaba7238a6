#include "ledger/entry.h"

#include <optional>

#include "ledger/base/limits.h"

namespace skontro::ledger {

absl::Status Validate(const Entry& entry) {
  if (entry.postings.size() < 2) {
    return absl::InvalidArgumentError("an entry needs at least two postings");
  }
  if (entry.postings.size() > kPostingsMax) {
    return absl::InvalidArgumentError("an entry has too many postings");
  }
  if (!entry.value_date.has_value()) {
    return absl::InvalidArgumentError("an entry needs a value date");
  }

  Amount sum;
  for (const Posting& posting : entry.postings) {
    const int64_t minor_units = posting.amount.minor_units();
    if (minor_units == 0) {
      return absl::InvalidArgumentError("a posting of zero moves nothing");
    }
    if (minor_units > kAmountMax || minor_units < -kAmountMax) {
      return absl::OutOfRangeError("a posting is beyond the largest amount");
    }
    const std::optional<Amount> next = Add(sum, posting.amount);
    if (!next.has_value()) {
      return absl::OutOfRangeError("the postings overflow when added up");
    }
    sum = *next;
  }

  if (sum != Amount()) {
    return absl::InvalidArgumentError("the postings do not add up to zero");
  }
  return absl::OkStatus();
}

}  // namespace skontro::ledger
