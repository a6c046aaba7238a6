#include "fiscal/tax_split.h"

#include "fiscal/source_check.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

constexpr int64_t kOnePpm = 1'000'000;

}  // namespace

absl::StatusOr<NetAndTax> TaxOnNet(int64_t net, int64_t rate_ppm,
                                   Rounding rounding) {
  SKONTRO_CHECK(rate_ppm >= 0);
  NetAndTax parts{net, 0};
  SKONTRO_ASSIGN_OR_RETURN(parts.tax,
                           MultiplyDivide(net, rate_ppm, kOnePpm, rounding));
  return parts;
}

absl::StatusOr<NetAndTax> TaxInGross(int64_t gross, int64_t rate_ppm,
                                     Rounding rounding) {
  SKONTRO_CHECK(rate_ppm >= 0 && rate_ppm <= INT64_MAX - kOnePpm);
  NetAndTax parts;
  SKONTRO_ASSIGN_OR_RETURN(
      parts.net, MultiplyDivide(gross, kOnePpm, kOnePpm + rate_ppm, rounding));
  parts.tax = gross - parts.net;
  return parts;
}

absl::StatusOr<Settlement> SettleInvoice(const NetAndTax& invoice,
                                         int64_t share_ppm, TaxSettlement tax,
                                         Rounding rounding) {
  SKONTRO_CHECK(share_ppm >= 0 && share_ppm <= kOnePpm);
  int64_t gross = invoice.net;
  SKONTRO_RETURN_IF_ERROR(AddTo(&gross, invoice.tax));
  const int64_t shared = tax == TaxSettlement::kProrata ? gross : invoice.net;
  Settlement settlement;
  SKONTRO_ASSIGN_OR_RETURN(
      settlement.units_value,
      MultiplyDivide(shared, share_ppm, kOnePpm, rounding));
  settlement.money = gross - settlement.units_value;
  return settlement;
}

}  // namespace skontro::fiscal
