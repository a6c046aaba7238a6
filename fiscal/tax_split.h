// VAT of an amount, and how an invoice is settled in units and money. Nothing
// here knows a rate of the unit: VAT is owed on the whole value in national
// currency, however it is paid.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_TAX_SPLIT_H_
#define SKONTRO_FISCAL_TAX_SPLIT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "fiscal/rounding.h"

namespace skontro::fiscal {

// Minor units of the national currency.
struct NetAndTax {
  int64_t net = 0;
  int64_t tax = 0;

  friend bool operator==(const NetAndTax&, const NetAndTax&) = default;
};

// VAT on `net` at `rate_ppm` millionths: net x rate, rounded once.
// OUT_OF_RANGE where it does not fit. REQUIRES: rate_ppm >= 0.
absl::StatusOr<NetAndTax> TaxOnNet(int64_t net, int64_t rate_ppm,
                                   Rounding rounding);

// The two parts of `gross`: net = gross / (1 + rate) rounded once, and the tax
// is the rest, so that they always add up.
absl::StatusOr<NetAndTax> TaxInGross(int64_t gross, int64_t rate_ppm,
                                     Rounding rounding);

// How the tax of an invoice that is paid in part is settled; a rule of the
// network.
enum class TaxSettlement {
  kProrata,  // Each part carries its share of the tax.
  kInMoney,  // Units settle a share of the net; all tax is paid in money.
};

struct Settlement {
  int64_t units_value = 0;
  int64_t money = 0;

  friend bool operator==(const Settlement&, const Settlement&) = default;
};

// Settles an invoice with `share_ppm` millionths in units. Only the part in
// units is rounded; money is the rest, so the parts always add up.
// OUT_OF_RANGE where a sum does not fit. REQUIRES: 0 <= share_ppm <= 1,000,000.
absl::StatusOr<Settlement> SettleInvoice(const NetAndTax& invoice,
                                         int64_t share_ppm, TaxSettlement tax,
                                         Rounding rounding);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_TAX_SPLIT_H_
