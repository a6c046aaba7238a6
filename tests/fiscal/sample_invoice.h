// An invoice that is in order, for tests to break in one place: 1,000.00 net,
// two rates, an allowance and a charge.

#ifndef SKONTRO_TESTS_FISCAL_SAMPLE_INVOICE_H_
#define SKONTRO_TESTS_FISCAL_SAMPLE_INVOICE_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace skontro::fiscal {

inline constexpr char kSampleInvoice[] =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>F2025-0001</cbc:ID>
<cbc:IssueDate>2025-03-14</cbc:IssueDate>
<cbc:DueDate>2025-04-13</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:TaxPointDate>2025-03-13</cbc:TaxPointDate>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cbc:BuyerReference>PO-42</cbc:BuyerReference>
<cac:OrderReference><cbc:ID>O-7</cbc:ID><cbc:SalesOrderID>S-8</cbc:SalesOrderID></cac:OrderReference>
<cac:AccountingSupplierParty><cac:Party>
<cbc:EndpointID schemeID="0225">732829320</cbc:EndpointID>
<cac:PartyName><cbc:Name>Atelier</cbc:Name></cac:PartyName>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>FR</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyTaxScheme><cbc:CompanyID>FR 44 732829320</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Atelier SARL</cbc:RegistrationName><cbc:CompanyID schemeID="0002">732829320</cbc:CompanyID></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party>
<cac:PartyTaxScheme><cbc:CompanyID>FR83404833048</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Garage Martin SARL</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
<cac:Delivery><cbc:ActualDeliveryDate>2025-03-12</cbc:ActualDeliveryDate></cac:Delivery>
<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount currencyID="EUR">10.00</cbc:Amount></cac:AllowanceCharge>
<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator><cbc:Amount currencyID="EUR">30.00</cbc:Amount></cac:AllowanceCharge>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">171.00</cbc:TaxAmount>
<cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">800.00</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">160.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20.00</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal>
<cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">200.00</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">11.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>5.5</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal>
</cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">980.00</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount currencyID="EUR">1000.00</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount currencyID="EUR">1171.00</cbc:TaxInclusiveAmount><cbc:AllowanceTotalAmount currencyID="EUR">10.00</cbc:AllowanceTotalAmount><cbc:ChargeTotalAmount currencyID="EUR">30.00</cbc:ChargeTotalAmount><cbc:PrepaidAmount currencyID="EUR">171.00</cbc:PrepaidAmount><cbc:PayableRoundingAmount currencyID="EUR">0.05</cbc:PayableRoundingAmount><cbc:PayableAmount currencyID="EUR">1000.05</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:LineExtensionAmount currencyID="EUR">1000.00</cbc:LineExtensionAmount></cac:InvoiceLine>
<cac:InvoiceLine><cbc:ID>2</cbc:ID><cbc:LineExtensionAmount currencyID="EUR">-20.00</cbc:LineExtensionAmount></cac:InvoiceLine>
</Invoice>
)";

// `text` with its first `from` made `to`. A `from` that is not there is a
// mistake of the test.
inline std::string With(std::string text, std::string_view from,
                        std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "not in the sample: " << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

// The sample with its first `from` made `to`.
inline std::string SampleWith(std::string_view from, std::string_view to) {
  return With(kSampleInvoice, from, to);
}

}  // namespace skontro::fiscal

#endif  // SKONTRO_TESTS_FISCAL_SAMPLE_INVOICE_H_
