#include "fiscal/ubl_invoice.h"

#include <gtest/gtest.h>

#include "fiscal/ubl_rules.h"
#include "ledger/base/reason.h"
#include "tests/fiscal/refusal_matchers.h"
#include "tests/fiscal/sample_invoice.h"

namespace skontro::fiscal {
namespace {

using ledger::FormatDate;

// --- What is read
// -----------------------------------------------------------------

TEST(UblInvoiceTest, EveryFieldIsReadAsItIsWritten) {
  const absl::StatusOr<UblInvoice> read = ReadUblInvoice(kSampleInvoice);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->number, "F2025-0001");
  EXPECT_EQ(FormatDate(read->issue_date), "2025-03-14");
  EXPECT_EQ(FormatDate(read->due_date), "2025-04-13");
  EXPECT_EQ(FormatDate(read->tax_point_date), "2025-03-13");
  EXPECT_EQ(FormatDate(read->delivery_date), "2025-03-12");
  EXPECT_EQ(read->type_code, "380");
  EXPECT_EQ(read->currency, "EUR");
  EXPECT_EQ(read->buyer_reference, "PO-42");
  EXPECT_EQ(read->purchase_order, "O-7");
  EXPECT_EQ(read->sales_order, "S-8");
  EXPECT_EQ(read->seller.registered_name, "Atelier SARL");
  EXPECT_EQ(read->seller.trading_name, "Atelier");
  EXPECT_EQ(read->seller.country_code, "FR");
  EXPECT_EQ(read->seller.endpoint, (UblId{"0225", "732829320"}));
  EXPECT_EQ(read->seller.legal_id, (UblId{"0002", "732829320"}));
  EXPECT_EQ(read->buyer.registered_name, "Garage Martin SARL");
  EXPECT_EQ(read->line_count, 2);
}

TEST(UblInvoiceTest, TaxIdsAreGivenAsWritten) {
  const absl::StatusOr<UblInvoice> read = ReadUblInvoice(kSampleInvoice);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->seller.vat_ids, std::vector<std::string>{"FR 44 732829320"});
  EXPECT_EQ(read->buyer.vat_ids, std::vector<std::string>{"FR83404833048"});
}

TEST(UblInvoiceTest, AmountsAreMinorUnitsAndRatesPartsPerMillion) {
  const absl::StatusOr<UblInvoice> read = ReadUblInvoice(kSampleInvoice);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->tax_lines, (std::vector<TaxLine>{
                                 {"S", 200'000, 80'000, 16'000},
                                 {"S", 55'000, 20'000, 1'100},
                             }));
  EXPECT_EQ(read->totals.lines, 98'000);
  EXPECT_EQ(read->totals.allowances, 1'000);
  EXPECT_EQ(read->totals.charges, 3'000);
  EXPECT_EQ(read->totals.tax_exclusive, 100'000);
  EXPECT_EQ(read->totals.tax, 17'100);
  EXPECT_EQ(read->totals.tax_inclusive, 117'100);
  EXPECT_EQ(read->totals.prepaid, 17'100);
  EXPECT_EQ(read->totals.rounding, 5);
  EXPECT_EQ(read->totals.payable, 100'005);
}

TEST(UblInvoiceTest, TheDayOfSupplyIsTheDeliveryBeforeTheTaxPoint) {
  const absl::StatusOr<UblInvoice> delivered = ReadUblInvoice(kSampleInvoice);
  ASSERT_TRUE(delivered.ok());
  EXPECT_EQ(FormatDate(SupplyDate(*delivered)), "2025-03-12");
  const absl::StatusOr<UblInvoice> taxed = ReadUblInvoice(SampleWith(
      "<cbc:ActualDeliveryDate>2025-03-12</cbc:ActualDeliveryDate>", ""));
  ASSERT_TRUE(taxed.ok()) << taxed.status();
  EXPECT_EQ(FormatDate(SupplyDate(*taxed)), "2025-03-13");
}

TEST(UblInvoiceTest, TheTaxInTheAccountingCurrencyIsKeptApart) {
  const std::string xml = With(
      SampleWith("<cbc:BuyerReference>",
                 "<cbc:TaxCurrencyCode>CHF</cbc:TaxCurrencyCode>"
                 "<cbc:BuyerReference>"),
      "<cac:LegalMonetaryTotal>",
      "<cac:TaxTotal><cbc:TaxAmount currencyID=\"CHF\">180.55</cbc:TaxAmount>"
      "</cac:TaxTotal><cac:LegalMonetaryTotal>");
  const absl::StatusOr<UblInvoice> read = ReadUblInvoice(xml);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->totals.tax, 17'100);
  EXPECT_EQ(read->tax_currency, "CHF");
  EXPECT_EQ(read->tax_currency_total, 18'055);
}

TEST(UblInvoiceTest, ACurrencyWithoutDecimalsIsReadInWholeUnits) {
  std::string xml = kSampleInvoice;
  for (const char* cents : {">0.05<", ">1000.05<"}) {
    xml = With(xml, cents, cents == std::string(">0.05<") ? ">0<" : ">1000<");
  }
  const absl::StatusOr<UblInvoice> read = ReadUblInvoice(xml, {.decimals = 0});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->totals.tax_inclusive, 1'171);
}

TEST(UblInvoiceTest, ACommentInsideATextIsNoPartOfIt) {
  const absl::StatusOr<UblInvoice> read = ReadUblInvoice(
      SampleWith("F2025-0001", "F2025<!-- x -->-<![CDATA[0]]>1"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->number, "F2025-01");
}

TEST(UblInvoiceTest, APrefixOfOnesOwnChoiceIsRead) {
  std::string xml = kSampleInvoice;
  for (size_t at = 0; (at = xml.find("cbc:", at)) != std::string::npos;) {
    xml.replace(at, 4, "b:");
  }
  xml = With(xml, "xmlns:cbc=", "xmlns:b=");
  EXPECT_TRUE(ReadUblInvoice(xml).ok());
}

TEST(UblInvoiceTest, AnElementOfAnotherNamespaceIsNotTheOneMeant) {
  const std::string xml =
      SampleWith("<cbc:ID>F2025-0001</cbc:ID>",
                 "<x:ID xmlns:x=\"urn:x\">F2025-0001</x:ID>");
  EXPECT_EQ(RefusalText(ReadUblInvoice(xml).status()),
            "FIELD_INVALID Invoice/ID");
}

TEST(UblInvoiceTest, TheCurrencyIsComparedWithTheNetworksPeg) {
  const absl::StatusOr<UblInvoice> read = ReadUblInvoice(kSampleInvoice);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(CheckCurrency(*read, "EUR").ok());
  EXPECT_EQ(RefusalText(CheckCurrency(*read, "CHF")),
            "FIELD_INVALID Invoice/DocumentCurrencyCode");
}

// --- What is refused
// ----------------------------------------------------------------

struct Case {
  const char* what;
  const char* from;
  const char* to;
  const char* field;
  const char* value;
};

void ExpectRefused(const Case& c) {
  SCOPED_TRACE(c.what);
  const absl::Status status = ReadUblInvoice(SampleWith(c.from, c.to)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(RefusalText(status), std::string("FIELD_INVALID ") + c.field);
  EXPECT_EQ(RefusalValue(status, "value"), c.value);
}

TEST(UblInvoiceTest, ATypeThatIsNoClaimOnTheBuyerIsRefused) {
  for (const char* code : {"381", "396", "261", "393", "751", "325", "", "9"}) {
    ExpectRefused({code, ">380<", (std::string(">") + code + "<").c_str(),
                   "Invoice/InvoiceTypeCode", code});
  }
  for (const char* code : {"326", "384", "386", "388", "389"}) {
    EXPECT_TRUE(
        ReadUblInvoice(SampleWith(">380<", std::string(">") + code + "<")).ok())
        << code;
  }
}

TEST(UblInvoiceTest, AMissingElementIsNamed) {
  const Case kCases[] = {
      {"no number", "<cbc:ID>F2025-0001</cbc:ID>", "", "Invoice/ID",
       "(missing)"},
      {"no issue date", "<cbc:IssueDate>2025-03-14</cbc:IssueDate>", "",
       "Invoice/IssueDate", "(missing)"},
      {"no type", "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", "",
       "Invoice/InvoiceTypeCode", "(missing)"},
      {"no currency",
       "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>", "",
       "Invoice/DocumentCurrencyCode", "(missing)"},
      {"no VAT id of the seller",
       "<cbc:CompanyID>FR 44 732829320</cbc:CompanyID>", "",
       "Invoice/AccountingSupplierParty/Party/PartyTaxScheme/CompanyID",
       "(missing)"},
      {"no VAT id of the buyer", "<cbc:CompanyID>FR83404833048</cbc:CompanyID>",
       "", "Invoice/AccountingCustomerParty/Party/PartyTaxScheme/CompanyID",
       "(missing)"},
      {"another tax than VAT for the buyer",
       "<cbc:CompanyID>FR83404833048</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT",
       "<cbc:CompanyID>FR83404833048</cbc:CompanyID><cac:TaxScheme><cbc:ID>LOC",
       "Invoice/AccountingCustomerParty/Party/PartyTaxScheme/CompanyID",
       "(missing)"},
      {"no name of the buyer",
       "<cbc:RegistrationName>Garage Martin SARL</cbc:RegistrationName>", "",
       "Invoice/AccountingCustomerParty/Party/PartyLegalEntity/"
       "RegistrationName",
       "(missing)"},
      {"no percentage", "<cbc:Percent>20.00</cbc:Percent>", "",
       "Invoice/TaxTotal/TaxSubtotal[1]/TaxCategory/Percent", "(missing)"},
      {"no total with tax",
       "<cbc:TaxInclusiveAmount currencyID=\"EUR\">1171.00"
       "</cbc:TaxInclusiveAmount>",
       "", "Invoice/LegalMonetaryTotal/TaxInclusiveAmount", "(missing)"},
      {"no amount on a line",
       "<cbc:LineExtensionAmount currencyID=\"EUR\">-20.00"
       "</cbc:LineExtensionAmount>",
       "", "Invoice/InvoiceLine[2]/LineExtensionAmount", "(missing)"},
  };
  for (const Case& c : kCases) ExpectRefused(c);
}

TEST(UblInvoiceTest, APartyWithoutAVatIdIsReadWhereItIsKnownByAnother) {
  const std::string xml =
      SampleWith("<cbc:CompanyID>FR83404833048</cbc:CompanyID>", "");
  EXPECT_FALSE(ReadUblInvoice(xml).ok());
  EXPECT_TRUE(ReadUblInvoice(xml, {.vat_ids_required = false}).ok());
}

TEST(UblInvoiceTest, AnElementThatIsThereTwiceIsRefused) {
  const Case kCases[] = {
      {"number", "<cbc:ID>F2025-0001</cbc:ID>",
       "<cbc:ID>F2025-0001</cbc:ID><cbc:ID>F2025-0002</cbc:ID>", "Invoice/ID",
       "2 of them"},
      {"total with tax", "<cbc:TaxInclusiveAmount currencyID=\"EUR\">",
       "<cbc:TaxInclusiveAmount currencyID=\"EUR\">1.00"
       "</cbc:TaxInclusiveAmount><cbc:TaxInclusiveAmount currencyID=\"EUR\">",
       "Invoice/LegalMonetaryTotal/TaxInclusiveAmount", "2 of them"},
      {"seller", "<cac:AccountingCustomerParty>",
       "<cac:AccountingSupplierParty><cac:Party/></cac:AccountingSupplierParty>"
       "<cac:AccountingCustomerParty>",
       "Invoice/AccountingSupplierParty", "2 of them"},
      {"legal totals", "<cac:InvoiceLine>",
       "<cac:LegalMonetaryTotal/><cac:InvoiceLine>",
       "Invoice/LegalMonetaryTotal", "2 of them"},
      {"tax total in the same currency", "<cac:LegalMonetaryTotal>",
       "<cac:TaxTotal><cbc:TaxAmount currencyID=\"EUR\">1.00</cbc:TaxAmount>"
       "</cac:TaxTotal><cac:LegalMonetaryTotal>",
       "Invoice/TaxTotal[2]/TaxAmount", "1.00"},
  };
  for (const Case& c : kCases) ExpectRefused(c);
}

TEST(UblInvoiceTest, AnAmountOfAnotherFormIsRefused) {
  const char* const kAmounts[] = {
      "1171,00",
      "1.171,00",
      "1,171.00",
      "1171.000001",
      "1.171e3",
      "+1171.00",
      "1171.",
      ".5",
      "NaN",
      "INF",
      "0x493",
      "1 171.00",
      "1171.00 EUR",
      "9999999999999999999",  // 19 digits
      "10000000000000.01",    // One minor unit past the most that a leg may be.
      "-10000000000000.01",
      "٣٤",
      "",
  };
  for (const char* amount : kAmounts) {
    ExpectRefused({amount, ">1171.00<",
                   (std::string(">") + amount + "<").c_str(),
                   "Invoice/LegalMonetaryTotal/TaxInclusiveAmount", amount});
  }
}

TEST(UblInvoiceTest, ZerosPastTheDecimalsAreNoOtherAmount) {
  EXPECT_TRUE(ReadUblInvoice(SampleWith(">1171.00<", ">1171.0000<")).ok());
  EXPECT_TRUE(ReadUblInvoice(SampleWith(">1171.00<", ">\n 1171 \n<")).ok());
}

TEST(UblInvoiceTest, AnAmountInAnotherCurrencyIsRefused) {
  const Case kCases[] = {
      {"on a total", "<cbc:PayableAmount currencyID=\"EUR\">",
       "<cbc:PayableAmount currencyID=\"USD\">",
       "Invoice/LegalMonetaryTotal/PayableAmount/@currencyID", "USD"},
      {"none at all", "<cbc:PayableAmount currencyID=\"EUR\">",
       "<cbc:PayableAmount>",
       "Invoice/LegalMonetaryTotal/PayableAmount/@currencyID", ""},
      {"on the tax", "<cbc:TaxAmount currencyID=\"EUR\">171.00",
       "<cbc:TaxAmount currencyID=\"USD\">171.00",
       "Invoice/TaxTotal/TaxAmount/@currencyID", "USD"},
      {"on a line", "<cbc:LineExtensionAmount currencyID=\"EUR\">-20.00",
       "<cbc:LineExtensionAmount currencyID=\"XBU\">-20.00",
       "Invoice/InvoiceLine[2]/LineExtensionAmount/@currencyID", "XBU"},
  };
  for (const Case& c : kCases) ExpectRefused(c);
}

TEST(UblInvoiceTest, AValueOfAnotherFormIsRefused) {
  const Case kCases[] = {
      {"date", "2025-03-14", "14.03.2025", "Invoice/IssueDate", "14.03.2025"},
      {"day that is not", "2025-03-14", "2025-02-29", "Invoice/IssueDate",
       "2025-02-29"},
      {"date with a zone", "2025-04-13", "2025-04-13Z", "Invoice/DueDate",
       "2025-04-13Z"},
      {"currency", ">EUR</cbc:Doc", ">eur</cbc:Doc",
       "Invoice/DocumentCurrencyCode", "eur"},
      {"percentage above 100", ">20.00<", ">100.0001<",
       "Invoice/TaxTotal/TaxSubtotal[1]/TaxCategory/Percent", "100.0001"},
      {"percentage below 0", ">20.00<", ">-20<",
       "Invoice/TaxTotal/TaxSubtotal[1]/TaxCategory/Percent", "-20"},
      {"percentage of five decimals", ">20.00<", ">20.00001<",
       "Invoice/TaxTotal/TaxSubtotal[1]/TaxCategory/Percent", "20.00001"},
      {"tax that is not VAT",
       "<cbc:Percent>20.00</cbc:Percent><cac:TaxScheme><cbc:ID>VAT",
       "<cbc:Percent>20.00</cbc:Percent><cac:TaxScheme><cbc:ID>GST",
       "Invoice/TaxTotal/TaxSubtotal[1]/TaxCategory/TaxScheme/ID", "GST"},
      {"empty number", ">F2025-0001<", "> <", "Invoice/ID", ""},
      {"charge indicator", ">false<", ">no<",
       "Invoice/AllowanceCharge[1]/ChargeIndicator", "no"},
  };
  for (const Case& c : kCases) ExpectRefused(c);
}

TEST(UblInvoiceTest, AnInvoiceNumberIsAtMostSixtyFourBytesLong) {
  EXPECT_TRUE(
      ReadUblInvoice(SampleWith("F2025-0001", std::string(64, 'F'))).ok());
  EXPECT_EQ(
      RefusalText(ReadUblInvoice(SampleWith("F2025-0001", std::string(65, 'F')))
                      .status()),
      "FIELD_INVALID Invoice/ID");
}

TEST(UblInvoiceTest, OnlyAnInvoiceIsAnInvoice) {
  const std::string other =
      "urn:oasis:names:specification:ubl:schema:xsd:"
      "CreditNote-2";
  EXPECT_EQ(
      RefusalText(
          ReadUblInvoice("<CreditNote xmlns=\"" + other + "\"/>").status()),
      "FIELD_INVALID CreditNote");
  EXPECT_EQ(RefusalText(ReadUblInvoice("<Invoice/>").status()),
            "FIELD_INVALID Invoice");
  EXPECT_EQ(RefusalText(ReadUblInvoice("<html/>").status()),
            "FIELD_INVALID html");
}

}  // namespace
}  // namespace skontro::fiscal
