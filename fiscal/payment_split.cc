#include "fiscal/payment_split.h"

#include <string>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "ledger/base/limits.h"
#include "ledger/base/reason.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

constexpr int kPercentDecimals = 9;
constexpr int64_t kWhole = 100 * kOnePercent;

}  // namespace

absl::StatusOr<UnitShare> ParseUnitShare(std::string_view text, int decimals,
                                         std::string_view field) {
  std::string_view number = text;
  const bool percent = !number.empty() && number.back() == '%';
  if (percent) {
    number.remove_suffix(1);
    if (!number.empty() && number.back() == ' ') number.remove_suffix(1);
  }
  const absl::StatusOr<int64_t> value =
      ledger::ParseDecimal(number, percent ? kPercentDecimals : decimals);
  const int64_t value_max = percent ? kWhole : kAmountMax;
  if (!value.ok() || *value <= 0 || *value > value_max) {
    return ToStatus(FieldInvalid(
        field, Quoted(text),
        absl::StrCat("a share such as 60% or 33.333%, above 0 and at most "
                     "100%, or an amount such as ",
                     ledger::FormatDecimal(72'000, decimals))));
  }
  return UnitShare{
      percent ? UnitShare::Kind::kPercent : UnitShare::Kind::kAmount, *value};
}

absl::StatusOr<PaymentSplit> SplitPayment(const UblInvoice& invoice,
                                          const UnitShare& share) {
  // Two amounts within kAmountMax of zero: the difference fits.
  const int64_t open = invoice.totals.tax_inclusive - invoice.totals.prepaid;
  const auto text = [&invoice](int64_t amount) {
    return absl::StrCat(ledger::FormatDecimal(amount, invoice.decimals), " ",
                        invoice.currency);
  };
  if (open <= 0) {
    return ToStatus(
        FieldInvalid("Invoice/LegalMonetaryTotal/PrepaidAmount",
                     text(invoice.totals.prepaid),
                     absl::StrCat("less than TaxInclusiveAmount, ",
                                  text(invoice.totals.tax_inclusive),
                                  ": nothing is left to pay")));
  }
  int64_t units_value = share.value;
  if (share.kind == UnitShare::Kind::kPercent) {
    const absl::int128 product = absl::int128(open) * share.value;
    units_value = static_cast<int64_t>((product + kWhole / 2) / kWhole);
  }
  if (units_value <= 0 || units_value > open) {
    return ToStatus(FieldInvalid(
        "units", text(units_value),
        absl::StrCat("more than zero and at most what is left to pay, ",
                     text(open))));
  }
  return PaymentSplit{units_value, open - units_value};
}

}  // namespace skontro::fiscal
