// The official examples of EN 16931 and the invoices of the worked example,
// against figures that were copied by hand from the XML.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fiscal/ubl_invoice.h"
#include "tests/fiscal/refusal_matchers.h"
#include "tests/fiscal/shared_data.h"

namespace skontro::fiscal {
namespace {

constexpr char kSellerVat[] =
    "FIELD_INVALID "
    "Invoice/AccountingSupplierParty/Party/PartyTaxScheme/CompanyID";
constexpr char kBuyerVat[] =
    "FIELD_INVALID "
    "Invoice/AccountingCustomerParty/Party/PartyTaxScheme/CompanyID";

struct Sample {
  const char* file;
  // What the reader says as it is, and as it is where VAT ids are not asked
  // for.
  const char* refusal;
  const char* number;
  const char* issue_date;
  const char* supply_date;
  const char* currency;
  const char* seller;
  const char* seller_vat_id;  // Empty: the sample has none.
  const char* buyer;
  const char* buyer_vat_id;  // Empty: the sample has none.
  int line_count;
  std::vector<TaxLine> tax_lines;
  UblTotals totals;
};

// Of the ten invoices, only examples 2, 3 and 5 have VAT ids for both parties.
const std::vector<Sample>& Samples() {
  static const auto* const kSamples = new std::vector<Sample>{
      {"example1",
       kBuyerVat,
       "12115118",
       "2015-01-09",
       "",
       "EUR",
       "De Koksmaat",
       "NL8200.98.395.B.01",
       "ODIN 59",
       "",
       20,
       {{"S", 60'000, 18'323, 1'099}, {"S", 210'000, 4'637, 974}},
       {22'960, 0, 0, 22'960, 2'073, 25'033, 0, 0, 25'033}},
      {"example2",
       "OK",
       "TOSL108",
       "2013-06-30",
       "2013-06-15",
       "NOK",
       "Salescompany ltd.",
       "NO123456789MVA",
       "The Buyercompany",
       "NO987654321MVA",
       5,
       {{"S", 250'000, 146'050, 36'513},
        {"S", 150'000, 100, 15},
        {"E", 0, -2'500, 0}},
       {143'650, 10'000, 10'000, 143'650, 36'528, 180'178, 100'000, 0, 80'178}},
      {"example3",
       "OK",
       "TOSL108",
       "2013-04-10",
       "2013-04-01",
       "DKK",
       "SubscriptionSeller",
       "DK16356706",
       "Buyercompany ltd",
       "NO987654321MVA",
       2,
       {{"S", 250'000, 90'000, 22'500}, {"S", 100'000, 80'000, 8'000}},
       {160'000, 0, 10'000, 170'000, 30'500, 200'500, 0, 0, 200'500}},
      {"example4",
       kBuyerVat,
       "TOSL110",
       "2013-04-10",
       "2013-04-15",
       "DKK",
       "SellerCompany",
       "DK16356706",
       "Buyercompany ltd",
       "",
       3,
       {{"S", 250'000, 150'000, 37'500}, {"S", 120'000, 250'000, 30'000}},
       {400'000, 0, 0, 400'000, 67'500, 467'500, 0, 0, 467'500}},
      {"example5",
       "OK",
       "TOSL110",
       "2013-04-10",
       "2013-04-15",
       "DKK",
       "SellerCompany",
       "NL16356706",
       "Buyercompany ltd",
       "DK16356607",
       3,
       {{"S", 250'000, 150'000, 37'500}, {"S", 120'000, 250'000, 30'000}},
       {400'000, 15'000, 15'000, 400'000, 67'500, 467'500, 233'750, 0,
        233'750}},
      {"example6",
       kBuyerVat,
       "TOSL110",
       "2013-04-10",
       "",
       "DKK",
       "SellerCompany",
       "DK123456789MVA",
       "Buyercompany ltd",
       "",
       3,
       {{"S", 250'000, 150'000, 37'500}, {"S", 120'000, 250'000, 30'000}},
       {400'000, 0, 0, 400'000, 67'500, 467'500, 0, 0, 467'500}},
      {"example7",
       kSellerVat,
       "INVOICE_test_7",
       "2013-03-11",
       "2013-12-31",
       "SEK",
       "The Sellercompany Incorporated",
       "",
       "THe Buyercompany",
       "",
       2,
       {{"O", std::nullopt, 320'000, 0}},
       {320'000, 0, 0, 320'000, 0, 320'000, 0, 0, 320'000}},
      {"example8",
       kBuyerVat,
       "1100512149",
       "2014-11-10",
       "2013-06-30",
       "EUR",
       "Enexis B.V.",
       "NL809561074B01",
       "Klant",
       "",
       10,
       {{"S", 210'000, 90'891, 19'087}},
       {90'891, 0, 0, 90'891, 19'087, 109'978, 0, 0, 109'978}},
      {"example9",
       kBuyerVat,
       "20150483",
       "2015-04-01",
       "2016-06-30",
       "EUR",
       "Bluem BV",
       "NL809163160B01",
       "Provide Verzekeringen",
       "",
       1,
       {{"S", 210'000, 14'700, 3'087}},
       {14'700, 0, 0, 14'700, 3'087, 17'787, 0, 0, 17'787}},
      {"example10",
       kBuyerVat,
       "12115118",
       "2015-01-09",
       "",
       "EUR",
       "De Koksmaat",
       "NL8200.98.395.B.01",
       "ODIN 59",
       "",
       20,
       {{"S", 60'000, 18'323, 1'099}, {"S", 210'000, 4'637, 974}},
       {22'960, 0, 0, 22'960, 2'073, 25'033, 0, 0, 25'033}},
  };
  return *kSamples;
}

std::filesystem::path Example(const std::string& name) {
  return SharedPath("en16931/examples-ubl/ubl-tc434-" + name + ".xml");
}

void ExpectTotals(const UblTotals& read, const UblTotals& wanted) {
  EXPECT_EQ(read.lines, wanted.lines);
  EXPECT_EQ(read.allowances, wanted.allowances);
  EXPECT_EQ(read.charges, wanted.charges);
  EXPECT_EQ(read.tax_exclusive, wanted.tax_exclusive);
  EXPECT_EQ(read.tax, wanted.tax);
  EXPECT_EQ(read.tax_inclusive, wanted.tax_inclusive);
  EXPECT_EQ(read.prepaid, wanted.prepaid);
  EXPECT_EQ(read.rounding, wanted.rounding);
  EXPECT_EQ(read.payable, wanted.payable);
}

std::string FirstOf(const std::vector<std::string>& ids) {
  return ids.empty() ? "" : ids.front();
}

TEST(UblSamplesTest, EveryOfficialInvoiceIsReadToTheCent) {
  SKONTRO_SKIP_WITHOUT(Example("example1"));
  for (const Sample& sample : Samples()) {
    SCOPED_TRACE(sample.file);
    const std::string xml = ReadFile(Example(sample.file));
    ASSERT_FALSE(xml.empty());
    EXPECT_EQ(RefusalText(ReadUblInvoice(xml).status()), sample.refusal);
    const absl::StatusOr<UblInvoice> read =
        ReadUblInvoice(xml, {.vat_ids_required = false});
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->number, sample.number);
    EXPECT_EQ(ledger::FormatDate(read->issue_date), sample.issue_date);
    EXPECT_EQ(ledger::FormatDate(SupplyDate(*read)), sample.supply_date);
    EXPECT_EQ(read->currency, sample.currency);
    EXPECT_EQ(read->type_code, "380");
    EXPECT_EQ(read->seller.registered_name, sample.seller);
    EXPECT_EQ(FirstOf(read->seller.vat_ids), sample.seller_vat_id);
    EXPECT_EQ(read->buyer.registered_name, sample.buyer);
    EXPECT_EQ(FirstOf(read->buyer.vat_ids), sample.buyer_vat_id);
    EXPECT_EQ(read->line_count, sample.line_count);
    EXPECT_EQ(read->tax_lines, sample.tax_lines);
    ExpectTotals(read->totals, sample.totals);
  }
}

TEST(UblSamplesTest, AsManySamplesAsTheFolderHasAreInTheTable) {
  SKONTRO_SKIP_WITHOUT(Example("example1"));
  size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(
           SharedPath("en16931/examples-ubl"))) {
    files += file.path().extension() == ".xml" ? 1 : 0;
  }
  EXPECT_EQ(files, Samples().size() + 1);  // And the credit note.
}

TEST(UblSamplesTest, TheTaxInTheAccountingCurrencyIsReadBesideTheOther) {
  SKONTRO_SKIP_WITHOUT(Example("example5"));
  const absl::StatusOr<UblInvoice> fifth =
      ReadUblInvoice(ReadFile(Example("example5")));
  ASSERT_TRUE(fifth.ok()) << fifth.status();
  EXPECT_EQ(fifth->tax_currency, "EUR");
  EXPECT_EQ(fifth->tax_currency_total, 62'862);
  EXPECT_EQ(fifth->seller.trading_name, "SelCo");
  EXPECT_EQ(fifth->seller.endpoint, (UblId{"EM", "info@selco.nl"}));
  EXPECT_EQ(fifth->seller.tax_ids, (std::vector<UblId>{{"LOC", "NL16356706"}}));
  EXPECT_EQ(fifth->purchase_order, "PO4711");
  EXPECT_EQ(fifth->sales_order, "123");
  EXPECT_EQ(fifth->buyer_reference, "qwerty");
  const absl::StatusOr<UblInvoice> tenth = ReadUblInvoice(
      ReadFile(Example("example10")), {.vat_ids_required = false});
  ASSERT_TRUE(tenth.ok()) << tenth.status();
  EXPECT_EQ(tenth->tax_currency, "SEK");
  EXPECT_EQ(tenth->tax_currency_total, 200'073);
}

TEST(UblSamplesTest, TheOfficialCreditNoteIsRefusedAsOne) {
  SKONTRO_SKIP_WITHOUT(Example("creditnote1"));
  const absl::Status status =
      ReadUblInvoice(ReadFile(Example("creditnote1"))).status();
  EXPECT_EQ(RefusalText(status), "FIELD_INVALID CreditNote");
}

TEST(UblSamplesTest, TheInvoicesOfTheWorkedExampleAreRead) {
  const auto path = [](const std::string& name) {
    return SharedPath("worked-example/" + name + ".xml");
  };
  SKONTRO_SKIP_WITHOUT(path("ubl-barter-eur"));
  struct Case {
    const char* file;
    const char* currency;
    int64_t prepaid;
    int64_t payable;
  };
  for (const Case& c : {Case{"ubl-barter-eur", "EUR", 72'000, 48'000},
                        Case{"ubl-barter-eur-100pct", "EUR", 120'000, 0},
                        Case{"ubl-barter-xbu", "XBU", 72'000, 48'000}}) {
    SCOPED_TRACE(c.file);
    const absl::StatusOr<UblInvoice> read =
        ReadUblInvoice(ReadFile(path(c.file)));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->currency, c.currency);
    EXPECT_EQ(read->seller.vat_ids, std::vector<std::string>{"FR44732829320"});
    EXPECT_EQ(read->buyer.vat_ids, std::vector<std::string>{"FR83404833048"});
    EXPECT_EQ(read->totals.tax_inclusive, 120'000);
    EXPECT_EQ(read->totals.prepaid, c.prepaid);
    EXPECT_EQ(read->totals.payable, c.payable);
    EXPECT_EQ(CheckCurrency(*read, "EUR").ok(),
              std::string(c.currency) == "EUR");
  }
}

}  // namespace
}  // namespace skontro::fiscal
