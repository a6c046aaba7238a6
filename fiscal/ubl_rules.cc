#include "fiscal/ubl_rules.h"

#include <string>
#include <string_view>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

using Wide = absl::int128;  // Holds every sum and product here.

constexpr char kTotals[] = "Invoice/LegalMonetaryTotal/";
constexpr char kTaxTotal[] = "Invoice/TaxTotal";

Wide Sum(const std::vector<int64_t>& amounts) {
  Wide sum = 0;
  for (int64_t amount : amounts) sum += amount;
  return sum;
}

Wide Magnitude(Wide value) { return value < 0 ? -value : value; }

int64_t OneUnit(int decimals) {
  int64_t one = 1;
  for (int i = 0; i < decimals; ++i) one *= 10;
  return one;
}

// Half away from zero.
Wide RoundedProduct(Wide base, int64_t rate_ppm) {
  const Wide product = Magnitude(base) * rate_ppm;
  const Wide rounded = (product + kRateOne / 2) / kRateOne;
  return base < 0 ? -rounded : rounded;
}

// `value` as a decimal, also where it is too wide for an int64.
std::string Decimal(Wide value, int decimals) {
  if (value >= INT64_MIN && value <= INT64_MAX) {
    return ledger::FormatDecimal(static_cast<int64_t>(value), decimals);
  }
  return "a number past 64 bits";
}

// Refuses `claimed` unless it is `computed`.
absl::Status Equal(absl::string_view path, int64_t claimed, Wide computed,
                   absl::string_view rule, int decimals) {
  if (claimed == computed) return absl::OkStatus();
  return ToStatus(
      FieldInvalid(std::string(path), ledger::FormatDecimal(claimed, decimals),
                   absl::StrCat(Decimal(computed, decimals), " (", rule, ")")));
}

std::string SubtotalPath(const UblInvoice& invoice, size_t index,
                         absl::string_view leaf) {
  if (invoice.tax_lines.size() == 1) {
    return absl::StrCat(kTaxTotal, "/TaxSubtotal/", leaf);
  }
  return absl::StrCat(kTaxTotal, "/TaxSubtotal[", index + 1, "]/", leaf);
}

// BR-CO-17: the official rule is strict on both sides.
bool IsNearExpected(const TaxLine& line, int decimals) {
  const int64_t one = OneUnit(decimals);
  constexpr int64_t kHalfPercent = kRateOne / 200;
  if (line.rate_ppm.value_or(0) < kHalfPercent) {
    // round(tax) = 0, where XPath rounds a half upwards.
    return 2 * Wide(line.tax) >= -one && 2 * Wide(line.tax) < one;
  }
  const Wide expected = RoundedProduct(Magnitude(line.base), *line.rate_ppm);
  return Magnitude(Magnitude(line.tax) - expected) < one;
}

absl::Status CheckTaxLine(const UblInvoice& invoice, size_t index) {
  const TaxLine& line = invoice.tax_lines[index];
  const auto text = [&invoice](int64_t amount) {
    return ledger::FormatDecimal(amount, invoice.decimals);
  };
  if (!IsNearExpected(line, invoice.decimals)) {
    const int64_t rate_ppm = line.rate_ppm.value_or(0);
    return ToStatus(FieldInvalid(
        SubtotalPath(invoice, index, "TaxAmount"), text(line.tax),
        absl::StrCat(
            Decimal(RoundedProduct(line.base, rate_ppm), invoice.decimals),
            ", less than one currency unit away, for ", text(line.base), " at ",
            ledger::FormatDecimal(rate_ppm, 4), " % (BR-CO-17)")));
  }
  if ((line.base < 0 && line.tax > 0) || (line.base > 0 && line.tax < 0)) {
    return ToStatus(
        FieldInvalid(SubtotalPath(invoice, index, "TaxAmount"), text(line.tax),
                     absl::StrCat("an amount with the sign of ",
                                  text(line.base), " (SKONTRO-2)")));
  }
  return absl::OkStatus();
}

absl::Status CheckTaxes(const UblInvoice& invoice) {
  Wide taxes = 0;
  Wide bases = 0;
  for (size_t i = 0; i < invoice.tax_lines.size(); ++i) {
    SKONTRO_RETURN_IF_ERROR(CheckTaxLine(invoice, i));
    taxes += invoice.tax_lines[i].tax;
    bases += invoice.tax_lines[i].base;
  }
  SKONTRO_RETURN_IF_ERROR(
      Equal(absl::StrCat(kTaxTotal, "/TaxAmount"), invoice.totals.tax, taxes,
            "the sum of the subtotals, BR-CO-14", invoice.decimals));
  return Equal(absl::StrCat(kTotals, "TaxExclusiveAmount"),
               invoice.totals.tax_exclusive, bases,
               "the sum of the taxable amounts, SKONTRO-1", invoice.decimals);
}

absl::Status CheckSigns(const UblInvoice& invoice) {
  const struct {
    const char* name;
    int64_t amount;
  } kAmounts[] = {
      {"TaxExclusiveAmount", invoice.totals.tax_exclusive},
      {"TaxInclusiveAmount", invoice.totals.tax_inclusive},
      {"PrepaidAmount", invoice.totals.prepaid},
  };
  for (const auto& [name, amount] : kAmounts) {
    if (amount >= 0) continue;
    return ToStatus(FieldInvalid(
        absl::StrCat(kTotals, name),
        ledger::FormatDecimal(amount, invoice.decimals),
        "zero or more; what is owed to the buyer is a credit note, and a trade "
        "is undone by a reversal (SKONTRO-3)"));
  }
  return absl::OkStatus();
}

}  // namespace

int64_t ExpectedTax(int64_t base, int64_t rate_ppm) {
  return static_cast<int64_t>(RoundedProduct(base, rate_ppm));
}

absl::Status CheckUblRules(const UblInvoice& invoice, const UblClaims& claims) {
  const UblTotals& totals = invoice.totals;
  const auto equal = [&invoice](absl::string_view name, int64_t claimed,
                                Wide computed, absl::string_view rule) {
    return Equal(absl::StrCat(kTotals, name), claimed, computed, rule,
                 invoice.decimals);
  };
  SKONTRO_RETURN_IF_ERROR(equal("LineExtensionAmount", totals.lines,
                                Sum(claims.line_amounts),
                                "the sum of the invoice lines, BR-CO-10"));
  SKONTRO_RETURN_IF_ERROR(equal(
      "AllowanceTotalAmount", totals.allowances, Sum(claims.allowance_amounts),
      "the sum of the document's allowances, BR-CO-11"));
  SKONTRO_RETURN_IF_ERROR(equal("ChargeTotalAmount", totals.charges,
                                Sum(claims.charge_amounts),
                                "the sum of the document's charges, BR-CO-12"));
  SKONTRO_RETURN_IF_ERROR(
      equal("TaxExclusiveAmount", totals.tax_exclusive,
            Wide(totals.lines) - totals.allowances + totals.charges,
            "LineExtensionAmount - AllowanceTotalAmount + ChargeTotalAmount, "
            "BR-CO-13"));
  SKONTRO_RETURN_IF_ERROR(CheckTaxes(invoice));
  SKONTRO_RETURN_IF_ERROR(equal("TaxInclusiveAmount", totals.tax_inclusive,
                                Wide(totals.tax_exclusive) + totals.tax,
                                "TaxExclusiveAmount + TaxAmount, BR-CO-15"));
  SKONTRO_RETURN_IF_ERROR(equal(
      "PayableAmount", totals.payable,
      Wide(totals.tax_inclusive) - totals.prepaid + totals.rounding,
      "TaxInclusiveAmount - PrepaidAmount + PayableRoundingAmount, BR-CO-16"));
  return CheckSigns(invoice);
}

}  // namespace skontro::fiscal
