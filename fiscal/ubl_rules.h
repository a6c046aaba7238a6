// Whether the figures of an invoice agree with each other, by the rules of EN
// 16931-1 that concern sums, in whole numbers.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_UBL_RULES_H_
#define SKONTRO_FISCAL_UBL_RULES_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "fiscal/ubl_invoice.h"

namespace skontro::fiscal {

// What the rules need and the invoice does not keep. Minor units.
struct UblClaims {
  std::vector<int64_t> line_amounts;
  std::vector<int64_t> allowance_amounts;
  std::vector<int64_t> charge_amounts;
};

// The tax that the rules expect for `base` at `rate_ppm`: the product, half a
// minor unit away from zero.
int64_t ExpectedTax(int64_t base, int64_t rate_ppm);

// OK when all of these hold, else INVALID_ARGUMENT with FIELD_INVALID for the
// first that does not, in this order:
//   BR-CO-10  LineExtensionAmount = sum of the lines
//   BR-CO-11  AllowanceTotalAmount = sum of the document's allowances
//   BR-CO-12  ChargeTotalAmount = sum of the document's charges
//   BR-CO-13  TaxExclusiveAmount = lines - allowances + charges
//   BR-CO-17  each tax is within one currency unit of base x rate, and below
//             half a unit where the rate is below half a percent or absent
//   BR-CO-14  TaxAmount = sum of the subtotals' taxes
//   BR-CO-15  TaxInclusiveAmount = TaxExclusiveAmount + TaxAmount
//   BR-CO-16  PayableAmount = TaxInclusiveAmount - prepaid + rounding
// and these, which are ours, since the trade will be booked:
//   SKONTRO-1 the bases add up to TaxExclusiveAmount, to the minor unit
//   SKONTRO-2 a tax has the sign of its base
//   SKONTRO-3 no total is below zero: that would be a credit note
// REQUIRES: every amount is at most kAmountMax from zero.
absl::Status CheckUblRules(const UblInvoice& invoice, const UblClaims& claims);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_UBL_RULES_H_
