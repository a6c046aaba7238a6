#include "cli/invoice_trade.h"

#include <algorithm>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/wire_text.h"
#include "fiscal/payment_split.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

using fiscal::UblInvoice;
using fiscal::UnitShare;

constexpr int kInvoiceDecimalsMax = 2;  // EN 16931, BR-DEC.

// What an amount of the invoice is multiplied with to be in minor units of the
// peg currency, which may have more decimals than an invoice may write.
int64_t ScaleOf(const UblInvoice& invoice, const Unit& unit) {
  int64_t scale = 1;
  for (int i = invoice.decimals; i < unit.peg_decimals; ++i) scale *= 10;
  return scale;
}

// The units that are worth `value`, where there are.
absl::StatusOr<int64_t> UnitsWorth(int64_t value, const Unit& unit) {
  const absl::int128 product = absl::int128(value) * unit.parity_denominator;
  if (product % unit.parity_numerator != 0 ||
      product / unit.parity_numerator > INT64_MAX) {
    return UsageFailure(absl::StrCat("no amount in ", unit.code,
                                     " is worth exactly ",
                                     CashText(value, unit)));
  }
  return static_cast<int64_t>(product / unit.parity_numerator);
}

// The share of `open` in units, half a minor unit of the unit up.
int64_t RoundedUnits(int64_t open, int64_t share, const Unit& unit) {
  const absl::int128 whole =
      absl::int128(100 * fiscal::kOnePercent) * unit.parity_numerator;
  const absl::int128 part =
      absl::int128(open) * share * unit.parity_denominator;
  return static_cast<int64_t>((part + whole / 2) / whole);
}

// What of the invoice's currency is paid in units.
struct NationalPart {
  UnitShare share;
  std::string note;
};

absl::StatusOr<NationalPart> PartOf(const UblInvoice& invoice,
                                    std::string_view text, int64_t scale,
                                    const Unit& unit) {
  NationalPart part;
  if (!text.ends_with('%')) {
    SKONTRO_ASSIGN_OR_RETURN(const int64_t units,
                             ParseUnits("--units", text, unit));
    const absl::StatusOr<int64_t> value = ExactNationalValue(units, unit);
    if (!value.ok()) return Prefixed("--units", value.status());
    if (*value % scale != 0) {
      return UsageFailure(absl::StrCat("--units: ", UnitText(units, unit),
                                       " is finer than an invoice can write"));
    }
    part.share = {UnitShare::Kind::kAmount, *value / scale};
    return part;
  }
  SKONTRO_ASSIGN_OR_RETURN(
      part.share, fiscal::ParseUnitShare(text, invoice.decimals, "--units"));
  // A minor unit of the currency is a whole number of minor units: the split
  // of the currency's amount is exact in units.
  if (unit.parity_numerator == 1) return part;
  const int64_t open = invoice.totals.tax_inclusive - invoice.totals.prepaid;
  const int64_t units =
      RoundedUnits(std::max<int64_t>(open, 0) * scale, part.share.value, unit);
  SKONTRO_ASSIGN_OR_RETURN(const int64_t value,
                           ExactNationalValue(units, unit));
  part.share = {UnitShare::Kind::kAmount, value / scale};
  part.note =
      absl::StrCat(std::string(text), " of ", CashText(open * scale, unit),
                   " is rounded to ", UnitText(units, unit), ", since ",
                   unit.code, " has only ", unit.decimals,
                   unit.decimals == 1 ? " decimal" : " decimals");
  return part;
}

}  // namespace

std::vector<PartyId> PartyIds(const UblInvoice& invoice, PartyRole role) {
  const bool is_seller = role == PartyRole::kSeller;
  const fiscal::UblParty& party = is_seller ? invoice.seller : invoice.buyer;
  const std::string path =
      absl::StrCat("Invoice/Accounting", is_seller ? "Supplier" : "Customer",
                   "Party/Party/");
  std::vector<PartyId> ids;
  for (const std::string& vat_id : party.vat_ids) {
    ids.push_back({path + "PartyTaxScheme/CompanyID", vat_id});
  }
  if (!party.legal_id.empty()) {
    ids.push_back({path + "PartyLegalEntity/CompanyID", party.legal_id.value});
  }
  return ids;
}

absl::StatusOr<UblInvoice> ReadInvoice(std::string_view bytes,
                                       const Unit& unit) {
  fiscal::UblReadOptions options;
  options.vat_ids_required = false;
  options.decimals = std::min(unit.peg_decimals, kInvoiceDecimalsMax);
  SKONTRO_ASSIGN_OR_RETURN(UblInvoice invoice,
                           fiscal::ReadUblInvoice(bytes, options));
  SKONTRO_RETURN_IF_ERROR(fiscal::CheckCurrency(invoice, unit.peg_code));
  return invoice;
}

absl::StatusOr<InvoicePayment> SplitInvoice(const UblInvoice& invoice,
                                            std::string_view share,
                                            const Unit& unit) {
  const int64_t scale = ScaleOf(invoice, unit);
  SKONTRO_ASSIGN_OR_RETURN(const NationalPart part,
                           PartOf(invoice, share, scale, unit));
  SKONTRO_ASSIGN_OR_RETURN(const fiscal::PaymentSplit split,
                           fiscal::SplitPayment(invoice, part.share));
  InvoicePayment payment;
  payment.note = part.note;
  payment.national_value = split.units_value * scale;
  payment.cash = split.cash * scale;
  SKONTRO_ASSIGN_OR_RETURN(payment.units,
                           UnitsWorth(payment.national_value, unit));
  return payment;
}

v1::Trade TradeOfInvoice(const UblInvoice& source,
                         const InvoicePayment& payment, const Unit& unit) {
  const int64_t scale = ScaleOf(source, unit);
  v1::Trade trade;
  trade.mutable_unit_leg()->set_minor_units(payment.units);
  if (payment.cash != 0) {
    trade.mutable_cash_leg()->set_minor_units(payment.cash);
    trade.mutable_cash_leg()->set_currency_code(unit.peg_code);
  }
  v1::Invoice& invoice = *trade.mutable_invoice();
  invoice.set_number(source.number);
  const auto set_date = [&](ledger::CivilDate date,
                            v1::Date* (v1::Invoice::*field)()) {
    if (date.has_value()) *(invoice.*field)() = WireDate(date);
  };
  set_date(source.issue_date, &v1::Invoice::mutable_issue_date);
  set_date(fiscal::SupplyDate(source), &v1::Invoice::mutable_supply_date);
  set_date(source.due_date, &v1::Invoice::mutable_due_date);
  invoice.set_purchase_order(source.purchase_order);
  invoice.set_gross_minor_units(source.totals.tax_inclusive * scale);
  invoice.set_prepaid_minor_units(source.totals.prepaid * scale);
  for (const fiscal::TaxLine& line : source.tax_lines) {
    v1::TaxLine& wire = *invoice.add_tax_lines();
    wire.set_category(line.category);
    wire.set_rate_ppm(line.rate_ppm.value_or(0));
    wire.set_base_minor_units(line.base * scale);
    wire.set_tax_minor_units(line.tax * scale);
  }
  return trade;
}

}  // namespace skontro::cli
