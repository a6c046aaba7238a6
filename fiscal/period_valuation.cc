#include "fiscal/period_valuation.h"

#include <algorithm>
#include <cstdlib>

#include "fiscal/rate_table.h"
#include "fiscal/source_check.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

using Lines = std::vector<ValuationLine>;
using enum ValuationAccount;

// Debits one account and credits the other.
void Book(ValuationAccount debit, ValuationAccount credit, int64_t amount,
          Lines* lines) {
  SKONTRO_CHECK(amount > 0);
  lines->push_back({debit, amount, 0});
  lines->push_back({credit, 0, amount});
}

Lines Opposite(const Lines& lines) {
  Lines opposite;
  for (const ValuationLine& line : lines) {
    opposite.push_back({line.account, line.credit, line.debit});
  }
  return opposite;
}

// The difference goes into the result; the units keep the new value.
void CloseCash(PeriodEnd* end) {
  end->book_value = end->market_value;
  if (end->difference > 0) {
    Book(kUnits, kExchangeGain, end->difference, &end->closing);
  } else {
    Book(kExchangeLoss, kUnits, -end->difference, &end->closing);
  }
}

// Where what is set aside stands, and what changes it.
struct Reserve {
  ValuationAccount account;
  ValuationAccount expense;
  ValuationAccount income;
};

// Sets aside what earlier periods did not of `needed`, or releases what they
// did beyond it.
void SetAside(int64_t needed, const Reserve& reserve, PeriodEnd* end) {
  const int64_t more = needed - end->allowance;
  if (more > 0) Book(reserve.expense, reserve.account, more, &end->closing);
  if (more < 0) Book(reserve.account, reserve.income, -more, &end->closing);
  end->allowance = needed;
}

// The difference stands on an account of its own until the next opening; only
// what is lost goes into the result, as a provision, which stays.
void CloseReceivable(PeriodEnd* end) {
  end->book_value = end->market_value;
  const int64_t loss = std::max<int64_t>(0, -end->difference);
  if (loss > 0) Book(kLatentLoss, kUnits, loss, &end->closing);
  if (end->difference > 0) {
    Book(kUnits, kLatentGain, end->difference, &end->closing);
  }
  end->opening = Opposite(end->closing);
  SetAside(loss, {kProvision, kProvisionExpense, kProvisionIncome}, end);
}

// Only what is held can be impaired: a debt is owed in full.
void Impair(const UnitBalance& holding, PeriodEnd* end) {
  const int64_t needed =
      holding.units > 0 ? std::max<int64_t>(0, -end->difference) : 0;
  SetAside(needed, {kAllowance, kImpairmentExpense, kImpairmentIncome}, end);
}

}  // namespace

Account DefaultAccount(ValuationAccount account) {
  switch (account) {
    case kExchangeLoss:
      return {"666000", "Pertes de change"};
    case kExchangeGain:
      return {"766000", "Gains de change"};
    case kLatentLoss:
      return {"476000", "Différence de conversion - actif"};
    case kLatentGain:
      return {"477000", "Différence de conversion - passif"};
    case kProvisionExpense:
      return {"686500", "Dotations aux provisions financières"};
    case kProvision:
      return {"151500", "Provisions pour pertes de change"};
    case kProvisionIncome:
      return {"786500", "Reprises sur provisions financières"};
    case kImpairmentExpense:
      return {"681700", "Dotations aux dépréciations des actifs circulants"};
    case kImpairmentIncome:
      return {"781700", "Reprises sur dépréciations des actifs circulants"};
    case kAllowance:
      return {"496700", "Dépréciations des comptes de débiteurs divers"};
    case kUnits:
      break;
  }
  SKONTRO_CHECK(account != kUnits);
  return {};
}

absl::StatusOr<PeriodEnd> ValueAtPeriodEnd(
    const UnitBalance& holding, int64_t allowance, const ExactRate& rate,
    ValuationPolicy policy, UnitAccountClass account_class, Rounding rounding) {
  SKONTRO_CHECK(allowance >= 0);
  PeriodEnd end;
  end.allowance = allowance;
  end.book_value = holding.national_value;
  SKONTRO_ASSIGN_OR_RETURN(end.market_value,
                           ValueAt(holding.units, rate, rounding));
  end.difference = end.market_value;
  SKONTRO_RETURN_IF_ERROR(AddTo(&end.difference, -holding.national_value));
  switch (policy) {
    case ValuationPolicy::kParity:
      break;
    case ValuationPolicy::kClosingRate:
      if (account_class == UnitAccountClass::kReceivable) {
        CloseReceivable(&end);
      } else if (end.difference != 0) {
        CloseCash(&end);
      }
      break;
    case ValuationPolicy::kImpairment:
      Impair(holding, &end);
      break;
  }
  return end;
}

}  // namespace skontro::fiscal
