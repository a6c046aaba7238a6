#include "fiscal/ubl_invoice.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "fiscal/ubl_cursor.h"
#include "fiscal/ubl_rules.h"
#include "fiscal/xml_tree.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

constexpr char kInvoiceNamespace[] =
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2";
constexpr char kAggregates[] =
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
constexpr char kBasics[] =
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

constexpr char kTypeCodesAllowed[] =
    "326, 380, 384, 386, 388 or 389; a credit note corrects a trade by a "
    "reversal, and other types are no claim of the seller on the buyer";

// Below Invoice/.
const char* const kDocumentLeaves[] = {
    "ID",
    "IssueDate",
    "DueDate",
    "TaxPointDate",
    "InvoiceTypeCode",
    "DocumentCurrencyCode",
    "TaxCurrencyCode",
    "BuyerReference",
    "InvoicePeriod/EndDate",
    "OrderReference/ID",
    "OrderReference/SalesOrderID",
    "Delivery/ActualDeliveryDate",
    "AllowanceCharge/ChargeIndicator",
    "AllowanceCharge/Amount",
    "TaxTotal/TaxAmount",
    "TaxTotal/TaxSubtotal/TaxableAmount",
    "TaxTotal/TaxSubtotal/TaxAmount",
    "TaxTotal/TaxSubtotal/TaxCategory/ID",
    "TaxTotal/TaxSubtotal/TaxCategory/Percent",
    "TaxTotal/TaxSubtotal/TaxCategory/TaxScheme/ID",
    "LegalMonetaryTotal/LineExtensionAmount",
    "LegalMonetaryTotal/TaxExclusiveAmount",
    "LegalMonetaryTotal/TaxInclusiveAmount",
    "LegalMonetaryTotal/AllowanceTotalAmount",
    "LegalMonetaryTotal/ChargeTotalAmount",
    "LegalMonetaryTotal/PrepaidAmount",
    "LegalMonetaryTotal/PayableRoundingAmount",
    "LegalMonetaryTotal/PayableAmount",
    "InvoiceLine/LineExtensionAmount",
};

// Below Invoice/AccountingSupplierParty/Party/ and the customer's.
const char* const kPartyLeaves[] = {
    "EndpointID",
    "PartyIdentification/ID",
    "PartyName/Name",
    "PostalAddress/Country/IdentificationCode",
    "PartyTaxScheme/CompanyID",
    "PartyTaxScheme/TaxScheme/ID",
    "PartyLegalEntity/RegistrationName",
    "PartyLegalEntity/CompanyID",
};

const XmlSelection& Selection() {
  static const auto* const kSelection = [] {
    std::vector<std::string> leaves;
    for (const char* leaf : kDocumentLeaves) {
      leaves.push_back(absl::StrCat("Invoice/", leaf));
    }
    for (const char* role : {"Supplier", "Customer"}) {
      for (const char* leaf : kPartyLeaves) {
        leaves.push_back(
            absl::StrCat("Invoice/Accounting", role, "Party/Party/", leaf));
      }
    }
    return new XmlSelection({kInvoiceNamespace, kAggregates, kBasics},
                            std::move(leaves));
  }();
  return *kSelection;
}

absl::Status CheckRoot(std::string_view bytes) {
  SKONTRO_ASSIGN_OR_RETURN(const auto root, ReadXmlRoot(bytes));
  const auto& [name, uri] = root;
  if (name == "Invoice" && uri == kInvoiceNamespace) return absl::OkStatus();
  return ToStatus(FieldInvalid(
      name, uri.empty() ? "the root, in no namespace" : uri,
      name == "CreditNote"
          ? "an Invoice; a credit note is no trade: reverse the trade of the "
            "invoice it corrects"
          : absl::StrCat("a root Invoice of ", kInvoiceNamespace)));
}

absl::Status CheckTypeCode(const std::string& code) {
  for (const char* allowed : {"326", "380", "384", "386", "388", "389"}) {
    if (code == allowed) return absl::OkStatus();
  }
  return ToStatus(
      FieldInvalid("Invoice/InvoiceTypeCode", Quoted(code), kTypeCodesAllowed));
}

// --- Parties -----------------------------------------------------------------

absl::StatusOr<UblId> ReadId(const UblCursor& parent, const char* name) {
  UblId id;
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<UblCursor> at,
                           parent.Optional(name));
  if (!at.has_value()) return id;
  SKONTRO_ASSIGN_OR_RETURN(id.value, at->Text(kNameLengthMax));
  id.scheme = Quoted(at->Attribute("schemeID"));
  return id;
}

absl::Status ReadTaxIds(const UblCursor& party, UblParty* out) {
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> schemes,
                           party.All("PartyTaxScheme", kPartyIdsMax));
  for (const UblCursor& scheme : schemes) {
    SKONTRO_ASSIGN_OR_RETURN(const UblId id, ReadId(scheme, "CompanyID"));
    if (id.empty()) continue;
    SKONTRO_ASSIGN_OR_RETURN(const std::string name,
                             scheme.TextBelow({"TaxScheme", "ID"}));
    if (absl::EqualsIgnoreCase(name, "VAT")) {
      out->vat_ids.push_back(id.value);
    } else {
      out->tax_ids.push_back({name, id.value});
    }
  }
  return absl::OkStatus();
}

absl::Status ReadLegalEntity(const UblCursor& party, UblParty* out) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<UblCursor> entity,
                           party.Optional("PartyLegalEntity"));
  if (!entity.has_value()) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(out->registered_name,
                           entity->TextBelow({"RegistrationName"}));
  SKONTRO_ASSIGN_OR_RETURN(out->legal_id, ReadId(*entity, "CompanyID"));
  return absl::OkStatus();
}

// `name` is AccountingSupplierParty or AccountingCustomerParty.
absl::StatusOr<UblParty> ReadParty(const UblCursor& invoice, const char* name,
                                   const UblReadOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor outer, invoice.Required(name));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor at, outer.Required("Party"));
  UblParty party;
  SKONTRO_ASSIGN_OR_RETURN(party.endpoint, ReadId(at, "EndpointID"));
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> ids,
                           at.All("PartyIdentification", kPartyIdsMax));
  for (const UblCursor& id : ids) {
    SKONTRO_ASSIGN_OR_RETURN(party.ids.emplace_back(), ReadId(id, "ID"));
  }
  SKONTRO_ASSIGN_OR_RETURN(party.trading_name,
                           at.TextBelow({"PartyName", "Name"}));
  SKONTRO_ASSIGN_OR_RETURN(
      party.country_code,
      at.TextBelow({"PostalAddress", "Country", "IdentificationCode"}));
  SKONTRO_RETURN_IF_ERROR(ReadTaxIds(at, &party));
  SKONTRO_RETURN_IF_ERROR(ReadLegalEntity(at, &party));
  if (party.registered_name.empty()) {
    return at.Missing("PartyLegalEntity/RegistrationName",
                      "the party's legal name (BR-06, BR-07)");
  }
  if (party.vat_ids.empty() && options.vat_ids_required) {
    return at.Missing("PartyTaxScheme/CompanyID",
                      "the party's VAT id, with TaxScheme/ID VAT");
  }
  return party;
}

// --- Figures -----------------------------------------------------------------

absl::StatusOr<TaxLine> ReadTaxLine(const UblCursor& subtotal,
                                    const UblMoney& money) {
  TaxLine line;
  SKONTRO_ASSIGN_OR_RETURN(line.base,
                           subtotal.RequiredAmount("TaxableAmount", money));
  SKONTRO_ASSIGN_OR_RETURN(line.tax,
                           subtotal.RequiredAmount("TaxAmount", money));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor category,
                           subtotal.Required("TaxCategory"));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor id, category.Required("ID"));
  SKONTRO_ASSIGN_OR_RETURN(line.category, id.Text(kUblCodeLengthMax));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor scheme,
                           category.Required("TaxScheme"));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor scheme_id, scheme.Required("ID"));
  if (!absl::EqualsIgnoreCase(scheme_id.text(), "VAT")) {
    return scheme_id.Invalid("VAT; no other tax is settled here");
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<UblCursor> percent,
                           category.Optional("Percent"));
  if (!percent.has_value()) {
    if (line.category == "O") return line;
    return category.Missing("Percent",
                            "the rate; only category O has none (BR-48)");
  }
  SKONTRO_ASSIGN_OR_RETURN(line.rate_ppm, percent->Percent());
  return line;
}

// Reads the one total in the document's currency with its subtotals, and the
// one in the tax currency, which has none (BT-111).
absl::Status ReadTaxes(const UblCursor& at, const UblMoney& money,
                       UblInvoice* out) {
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> totals,
                           at.All("TaxTotal", 2));
  bool found = false;
  for (const UblCursor& total : totals) {
    SKONTRO_ASSIGN_OR_RETURN(const UblCursor amount,
                             total.Required("TaxAmount"));
    const std::string_view currency = amount.Attribute("currencyID");
    if (currency != out->currency && !out->tax_currency.empty() &&
        currency == out->tax_currency && !out->tax_currency_total.has_value()) {
      SKONTRO_ASSIGN_OR_RETURN(out->tax_currency_total,
                               amount.Amount({out->tax_currency, 2}));
      continue;
    }
    if (found) return amount.Invalid("one total in that currency (BR-CO-15)");
    found = true;
    SKONTRO_ASSIGN_OR_RETURN(out->totals.tax, amount.Amount(money));
    SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> subtotals,
                             total.All("TaxSubtotal", kTaxLinesMax));
    for (const UblCursor& subtotal : subtotals) {
      SKONTRO_ASSIGN_OR_RETURN(out->tax_lines.emplace_back(),
                               ReadTaxLine(subtotal, money));
    }
  }
  if (!found) {
    return at.Missing("TaxTotal/TaxAmount",
                      "the tax in the document's currency (BR-CO-15)");
  }
  if (out->tax_lines.empty()) {
    return at.Missing("TaxTotal/TaxSubtotal",
                      "at least one VAT breakdown (BR-CO-18)");
  }
  if (!out->tax_currency.empty() && out->tax_currency != out->currency &&
      !out->tax_currency_total.has_value()) {
    return at.Missing("TaxTotal/TaxAmount",
                      "the tax in the tax currency too (BR-53)");
  }
  return absl::OkStatus();
}

absl::Status ReadTotals(const UblCursor& at, const UblMoney& money,
                        UblTotals* out) {
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor totals,
                           at.Required("LegalMonetaryTotal"));
  const struct {
    const char* name;
    int64_t UblTotals::*field;
    bool required;
  } kFields[] = {
      {"LineExtensionAmount", &UblTotals::lines, true},
      {"AllowanceTotalAmount", &UblTotals::allowances, false},
      {"ChargeTotalAmount", &UblTotals::charges, false},
      {"TaxExclusiveAmount", &UblTotals::tax_exclusive, true},
      {"TaxInclusiveAmount", &UblTotals::tax_inclusive, true},
      {"PrepaidAmount", &UblTotals::prepaid, false},
      {"PayableRoundingAmount", &UblTotals::rounding, false},
      {"PayableAmount", &UblTotals::payable, true},
  };
  for (const auto& [name, field, required] : kFields) {
    if (required) {
      SKONTRO_ASSIGN_OR_RETURN(out->*field, totals.RequiredAmount(name, money));
    } else {
      SKONTRO_ASSIGN_OR_RETURN(out->*field, totals.OptionalAmount(name, money));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadLines(const UblCursor& at, const UblMoney& money,
                       UblClaims* out) {
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> lines,
                           at.All("InvoiceLine", kInvoiceLinesMax));
  if (lines.empty()) {
    return at.Missing("InvoiceLine", "at least one line (BR-16)");
  }
  for (const UblCursor& line : lines) {
    SKONTRO_ASSIGN_OR_RETURN(out->line_amounts.emplace_back(),
                             line.RequiredAmount("LineExtensionAmount", money));
  }
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<UblCursor> allowances,
                           at.All("AllowanceCharge", kInvoiceLinesMax));
  for (const UblCursor& allowance : allowances) {
    SKONTRO_ASSIGN_OR_RETURN(const UblCursor indicator,
                             allowance.Required("ChargeIndicator"));
    SKONTRO_ASSIGN_OR_RETURN(const int64_t amount,
                             allowance.RequiredAmount("Amount", money));
    if (indicator.text() == "true" || indicator.text() == "1") {
      out->charge_amounts.push_back(amount);
    } else if (indicator.text() == "false" || indicator.text() == "0") {
      out->allowance_amounts.push_back(amount);
    } else {
      return indicator.Invalid("true or false");
    }
  }
  return absl::OkStatus();
}

// --- The document
// --------------------------------------------------------------

absl::Status ReadHeader(const UblCursor& at, UblInvoice* out) {
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor type,
                           at.Required("InvoiceTypeCode"));
  SKONTRO_RETURN_IF_ERROR(CheckTypeCode(type.text()));
  out->type_code = type.text();
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor id, at.Required("ID"));
  SKONTRO_ASSIGN_OR_RETURN(out->number, id.Text(kInvoiceNumberLengthMax));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor issued, at.Required("IssueDate"));
  SKONTRO_ASSIGN_OR_RETURN(out->issue_date, issued.Date());
  SKONTRO_ASSIGN_OR_RETURN(out->due_date, at.OptionalDate({"DueDate"}));
  SKONTRO_ASSIGN_OR_RETURN(out->tax_point_date,
                           at.OptionalDate({"TaxPointDate"}));
  SKONTRO_ASSIGN_OR_RETURN(out->delivery_date,
                           at.OptionalDate({"Delivery", "ActualDeliveryDate"}));
  SKONTRO_ASSIGN_OR_RETURN(out->period_end_date,
                           at.OptionalDate({"InvoicePeriod", "EndDate"}));
  SKONTRO_ASSIGN_OR_RETURN(const UblCursor currency,
                           at.Required("DocumentCurrencyCode"));
  SKONTRO_ASSIGN_OR_RETURN(out->currency, currency.CurrencyCode());
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<UblCursor> tax_currency,
                           at.Optional("TaxCurrencyCode"));
  if (tax_currency.has_value()) {
    SKONTRO_ASSIGN_OR_RETURN(out->tax_currency, tax_currency->CurrencyCode());
  }
  SKONTRO_ASSIGN_OR_RETURN(out->buyer_reference,
                           at.TextBelow({"BuyerReference"}));
  SKONTRO_ASSIGN_OR_RETURN(out->purchase_order,
                           at.TextBelow({"OrderReference", "ID"}));
  SKONTRO_ASSIGN_OR_RETURN(out->sales_order,
                           at.TextBelow({"OrderReference", "SalesOrderID"}));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<UblInvoice> ReadUblInvoice(std::string_view bytes,
                                          const UblReadOptions& options) {
  SKONTRO_CHECK(options.decimals >= 0 && options.decimals <= 2);
  SKONTRO_RETURN_IF_ERROR(CheckRoot(bytes));
  SKONTRO_ASSIGN_OR_RETURN(const XmlNode root, ReadXmlTree(bytes, Selection()));
  const UblCursor at(root);
  UblInvoice invoice;
  invoice.decimals = options.decimals;
  SKONTRO_RETURN_IF_ERROR(ReadHeader(at, &invoice));
  SKONTRO_ASSIGN_OR_RETURN(invoice.seller,
                           ReadParty(at, "AccountingSupplierParty", options));
  SKONTRO_ASSIGN_OR_RETURN(invoice.buyer,
                           ReadParty(at, "AccountingCustomerParty", options));
  const UblMoney money{invoice.currency, invoice.decimals};
  SKONTRO_RETURN_IF_ERROR(ReadTaxes(at, money, &invoice));
  SKONTRO_RETURN_IF_ERROR(ReadTotals(at, money, &invoice.totals));
  UblClaims claims;
  SKONTRO_RETURN_IF_ERROR(ReadLines(at, money, &claims));
  invoice.line_count = static_cast<int>(claims.line_amounts.size());
  SKONTRO_RETURN_IF_ERROR(CheckUblRules(invoice, claims));
  return invoice;
}

absl::Status CheckCurrency(const UblInvoice& invoice,
                           std::string_view currency) {
  if (invoice.currency == currency) return absl::OkStatus();
  return ToStatus(
      FieldInvalid("Invoice/DocumentCurrencyCode", invoice.currency,
                   absl::StrCat(Quoted(currency),
                                ", which the network's unit is pegged "
                                "to")));
}

ledger::CivilDate SupplyDate(const UblInvoice& invoice) {
  if (invoice.delivery_date.has_value()) return invoice.delivery_date;
  if (invoice.tax_point_date.has_value()) return invoice.tax_point_date;
  return invoice.period_end_date;
}

}  // namespace skontro::fiscal
