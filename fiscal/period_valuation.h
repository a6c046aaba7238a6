// What the end of a period does to the book value of units, by the policy of
// the member, as lines that an accountant books: the closing and, where the
// policy has one, its reversal at the opening of the next period.
//
// Accounts are given by what they are for; DefaultAccount() has the numbers of
// the French plan comptable general. docs/fiscal/valuation.md has the examples.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_PERIOD_VALUATION_H_
#define SKONTRO_FISCAL_PERIOD_VALUATION_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/exact_rate.h"
#include "fiscal/rounding.h"
#include "fiscal/source.h"

namespace skontro::fiscal {

enum class ValuationPolicy {
  kParity,       // Units keep their book value.
  kClosingRate,  // They are worth what the rate of the last day says.
  kImpairment,   // At cost, with an allowance where they are worth less.
};

// What the account of units is in the chart: the same policy is booked another
// way on each.
enum class UnitAccountClass {
  kCash,        // Like a bank account in a foreign currency (512).
  kReceivable,  // Other receivables and payables (467).
};

enum class ValuationAccount {
  kUnits,
  kExchangeLoss,
  kExchangeGain,
  kLatentLoss,        // On the side of the assets.
  kLatentGain,        // On the side of the liabilities.
  kProvisionExpense,  // For a latent loss.
  kProvision,
  kProvisionIncome,  // What of a provision is not needed any more.
  kImpairmentExpense,
  kImpairmentIncome,  // What of an allowance is not needed any more.
  kAllowance,
};

// REQUIRES: not kUnits, whose account the chart of the export has.
Account DefaultAccount(ValuationAccount account);

// Exactly one of debit and credit is above zero. Units move on no line: a
// revaluation changes what they are worth and not how many there are.
struct ValuationLine {
  ValuationAccount account = ValuationAccount::kUnits;
  int64_t debit = 0;
  int64_t credit = 0;

  friend bool operator==(const ValuationLine&, const ValuationLine&) = default;
};

struct PeriodEnd {
  int64_t market_value = 0;            // Of the units, signed like them.
  int64_t difference = 0;              // Market value less book value before.
  int64_t book_value = 0;              // Of the account of units afterwards.
  int64_t allowance = 0;               // Afterwards; zero or above.
  std::vector<ValuationLine> closing;  // Balanced; empty: nothing to book.
  // The exact opposite of the lines that are reversed at opening.
  std::vector<ValuationLine> opening;
};

// Values `holding` at `rate` on the last day of a period. `allowance` is what
// earlier periods have set aside under this policy and account class, as a
// provision or as an impairment: only what is needed above it is booked, and
// what is not needed any more is released. Parity and cash leave it as it is.
//
// OUT_OF_RANGE where a value does not fit in 64 bits.
// REQUIRES: allowance >= 0.
absl::StatusOr<PeriodEnd> ValueAtPeriodEnd(
    const UnitBalance& holding, int64_t allowance, const ExactRate& rate,
    ValuationPolicy policy, UnitAccountClass account_class, Rounding rounding);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_PERIOD_VALUATION_H_
