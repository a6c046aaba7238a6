#include "cli/client/amount.h"

#include "absl/strings/str_cat.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::client {

absl::StatusOr<int64_t> ParseAmount(std::string_view text, int decimals) {
  SKONTRO_ASSIGN_OR_RETURN(const int64_t amount,
                           ledger::ParseDecimal(text, decimals));
  if (amount > kAmountMax || amount < -kAmountMax) {
    return absl::OutOfRangeError(
        absl::StrCat("more than the largest amount, ",
                     ledger::FormatDecimal(kAmountMax, decimals)));
  }
  return amount;
}

std::string FormatAmount(int64_t minor_units, int decimals) {
  return ledger::FormatDecimal(minor_units, decimals);
}

}  // namespace skontro::client
