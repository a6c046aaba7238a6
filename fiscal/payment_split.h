// How an invoice is paid: part of it in units, the rest in money. The parts
// always add up, because only one of them is rounded.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_PAYMENT_SPLIT_H_
#define SKONTRO_FISCAL_PAYMENT_SPLIT_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "fiscal/ubl_invoice.h"

namespace skontro::fiscal {

// The part that is to be paid in units, as a share or as an amount.
struct UnitShare {
  enum class Kind { kPercent, kAmount };
  Kind kind = Kind::kPercent;
  // kPercent: billionths of one percent, above 0 and at most 100 %.
  // kAmount: minor units of the national currency, above 0.
  int64_t value = 0;
};

// One percent, as UnitShare::value counts it.
inline constexpr int64_t kOnePercent = 1'000'000'000;

// Reads "60%", "33.333 %" (at most nine decimals) or an amount such as
// "720.00" with at most `decimals` decimals. Returns INVALID_ARGUMENT with
// FIELD_INVALID, naming `field`, for another form, for zero and less, and for
// more than 100 %.
//
// An amount is worth what it says in national currency. Where one unit is not
// worth one unit of that currency the caller converts it first.
absl::StatusOr<UnitShare> ParseUnitShare(std::string_view text, int decimals,
                                         std::string_view field = "units");

// Minor units of the invoice's currency.
struct PaymentSplit {
  int64_t units_value = 0;  // Above zero.
  int64_t cash = 0;         // Zero or more.

  friend bool operator==(const PaymentSplit&, const PaymentSplit&) = default;
};

// Splits what is still to be paid, TaxInclusiveAmount - PrepaidAmount: the part
// in units is rounded half up to a minor unit, the rest is cash. VAT is not
// treated apart: each part carries its share of it. A rounding of the payable
// amount (BT-114) belongs to a payment in cash and is left out.
//
// Returns INVALID_ARGUMENT with FIELD_INVALID where nothing is left to pay,
// where the part in units would be less than one minor unit, and where an
// amount is more than what is left.
absl::StatusOr<PaymentSplit> SplitPayment(const UblInvoice& invoice,
                                          const UnitShare& share);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_PAYMENT_SPLIT_H_
