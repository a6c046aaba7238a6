// The figures of an invoice against each other: each rule at its limit and one
// minor unit past it.

#include "fiscal/ubl_rules.h"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>

#include "fiscal/ubl_invoice.h"
#include "tests/fiscal/refusal_matchers.h"
#include "tests/fiscal/sample_invoice.h"

namespace skontro::fiscal {
namespace {

struct Case {
  const char* rule;
  const char* from;
  const char* to;
  const char* field;
  const char* value;
  const char* computed;
};

TEST(UblRulesTest, AFigureThatDoesNotAddUpIsNamedWithBothValues) {
  const Case kCases[] = {
      {"BR-CO-10", "EUR\">980.00<", "EUR\">980.01<", "LineExtensionAmount",
       "980.01", "980.00"},
      {"BR-CO-11", "EUR\">10.00</cbc:Allow", "EUR\">10.01</cbc:Allow",
       "AllowanceTotalAmount", "10.01", "10.00"},
      {"BR-CO-12", "EUR\">30.00</cbc:Charge", "EUR\">29.99</cbc:Charge",
       "ChargeTotalAmount", "29.99", "30.00"},
      {"BR-CO-13", ">1000.00</cbc:TaxExclusiveAmount>",
       ">1000.01</cbc:TaxExclusiveAmount>", "TaxExclusiveAmount", "1000.01",
       "1000.00"},
      {"BR-CO-15", ">1171.00<", ">1170.99<", "TaxInclusiveAmount", "1170.99",
       "1171.00"},
      {"BR-CO-16", ">1000.05<", ">1000.00<", "PayableAmount", "1000.00",
       "1000.05"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.rule);
    const absl::Status status =
        ReadUblInvoice(SampleWith(c.from, c.to)).status();
    EXPECT_EQ(
        RefusalText(status),
        std::string("FIELD_INVALID Invoice/LegalMonetaryTotal/") + c.field);
    EXPECT_EQ(RefusalValue(status, "value"), c.value);
    const std::string allowed = RefusalValue(status, "allowed");
    EXPECT_EQ(allowed.rfind(c.computed, 0), 0u) << allowed;
    EXPECT_NE(allowed.find(c.rule), std::string::npos) << allowed;
  }
}

TEST(UblRulesTest, ATotalThatIsLeftOutCountsAsZero) {
  const std::string xml = SampleWith(
      "<cbc:AllowanceTotalAmount currencyID=\"EUR\">10.00"
      "</cbc:AllowanceTotalAmount>",
      "");
  EXPECT_EQ(RefusalText(ReadUblInvoice(xml).status()),
            "FIELD_INVALID Invoice/LegalMonetaryTotal/AllowanceTotalAmount");
}

// The sample's first subtotal with this tax, and totals that follow it.
absl::Status WithTax(int64_t tax, int64_t rate_ppm = 200'000,
                     int64_t base = 80'000) {
  UblInvoice invoice;
  invoice.tax_lines = {{"S", rate_ppm, base, tax}};
  invoice.totals.lines = base;
  invoice.totals.tax_exclusive = base;
  invoice.totals.tax = tax;
  invoice.totals.tax_inclusive = base + tax;
  invoice.totals.payable = base + tax;
  return CheckUblRules(invoice, {{base}, {}, {}});
}

TEST(UblRulesTest, ATaxMayBeLessThanOneCurrencyUnitOff) {
  EXPECT_TRUE(WithTax(16'000).ok());
  EXPECT_TRUE(WithTax(16'099).ok());
  EXPECT_TRUE(WithTax(15'901).ok());
  for (int64_t tax : {16'100, 15'900}) {
    const absl::Status status = WithTax(tax);
    EXPECT_EQ(RefusalText(status),
              "FIELD_INVALID Invoice/TaxTotal/TaxSubtotal/TaxAmount");
    EXPECT_NE(status.message().find("BR-CO-17"), absl::string_view::npos);
    EXPECT_NE(status.message().find("160.00"), absl::string_view::npos);
  }
}

TEST(UblRulesTest, ARateBelowHalfAPercentAllowsLessThanHalfAUnitOfTax) {
  EXPECT_TRUE(WithTax(0, 0).ok());
  EXPECT_TRUE(WithTax(49, 0).ok());
  EXPECT_FALSE(WithTax(50, 0).ok());
  EXPECT_TRUE(WithTax(49, 4'999).ok());
  EXPECT_FALSE(WithTax(400, 4'999).ok());
  EXPECT_TRUE(WithTax(400, 5'000).ok());
}

TEST(UblRulesTest, TheTotalTaxIsTheSumOfTheSubtotals) {
  const absl::Status status =
      ReadUblInvoice(With(SampleWith("EUR\">171.00</cbc:TaxAmount>",
                                     "EUR\">171.01</cbc:TaxAmount>"),
                          ">1171.00<", ">1171.01<"))
          .status();
  EXPECT_EQ(RefusalText(status), "FIELD_INVALID Invoice/TaxTotal/TaxAmount");
  EXPECT_NE(status.message().find("BR-CO-14"), absl::string_view::npos);
}

TEST(UblRulesTest, TheBasesAddUpToTheTotalWithoutTax) {
  const absl::Status status =
      ReadUblInvoice(SampleWith(">200.00</cbc:TaxableAmount>",
                                ">200.10</cbc:TaxableAmount>"))
          .status();
  EXPECT_EQ(RefusalText(status),
            "FIELD_INVALID Invoice/LegalMonetaryTotal/TaxExclusiveAmount");
  EXPECT_NE(status.message().find("SKONTRO-1"), absl::string_view::npos);
}

TEST(UblRulesTest, ATaxHasTheSignOfItsBase) {
  EXPECT_EQ(
      WithTax(-16'000).message().find("SKONTRO-2") != absl::string_view::npos,
      true);
  EXPECT_FALSE(WithTax(-1, 0).ok());
  // A subtotal below zero is in order where the whole is not.
  UblInvoice invoice;
  invoice.tax_lines = {{"S", 200'000, 10'000, 2'000},
                       {"S", 100'000, -5'000, -500}};
  invoice.totals = {.lines = 5'000,
                    .tax_exclusive = 5'000,
                    .tax = 1'500,
                    .tax_inclusive = 6'500,
                    .payable = 6'500};
  EXPECT_TRUE(CheckUblRules(invoice, {{5'000}, {}, {}}).ok());
}

TEST(UblRulesTest, ATotalBelowZeroIsACreditNoteAndRefused) {
  const absl::Status status = WithTax(-16'000, 200'000, -80'000);
  EXPECT_NE(status.message().find("SKONTRO-3"), absl::string_view::npos)
      << status;
  UblInvoice prepaid;
  prepaid.tax_lines = {{"O", std::nullopt, 0, 0}};
  prepaid.totals.prepaid = -1;
  prepaid.totals.payable = 1;
  EXPECT_EQ(RefusalText(CheckUblRules(prepaid, {{0}, {}, {}})),
            "FIELD_INVALID Invoice/LegalMonetaryTotal/PrepaidAmount");
}

TEST(UblRulesTest, SumsOfTheLargestAmountsDoNotOverflow) {
  constexpr int64_t kMost = 1'000'000'000'000'000;
  UblInvoice invoice;
  invoice.tax_lines = {{"S", 200'000, kMost, 0}};
  invoice.totals.lines = kMost;
  const UblClaims claims{std::vector<int64_t>(10'000, kMost), {}, {}};
  const absl::Status status = CheckUblRules(invoice, claims);
  EXPECT_EQ(RefusalText(status),
            "FIELD_INVALID Invoice/LegalMonetaryTotal/LineExtensionAmount");
  EXPECT_NE(status.message().find("past 64 bits"), absl::string_view::npos);
}

TEST(UblRulesTest, TheExpectedTaxIsTheExactProductRoundedHalfAway) {
  using boost::multiprecision::cpp_int;
  EXPECT_EQ(ExpectedTax(5, 100'000), 1);    // 0.5
  EXPECT_EQ(ExpectedTax(-5, 100'000), -1);  // -0.5
  EXPECT_EQ(ExpectedTax(4, 100'000), 0);    // 0.4
  std::mt19937_64 random(20'250'314);
  for (int i = 0; i < 10'000; ++i) {
    const int64_t base =
        static_cast<int64_t>(random() % 2'000'000'000'000'001) -
        1'000'000'000'000'000;
    const auto rate = static_cast<int64_t>(random() % 1'000'001);
    const cpp_int magnitude = base < 0 ? -base : base;
    const cpp_int doubled = 2 * magnitude * rate + 1'000'000;
    cpp_int expected = doubled / 2'000'000;
    if (base < 0) expected = -expected;
    ASSERT_EQ(cpp_int(ExpectedTax(base, rate)), expected)
        << base << " at " << rate;
  }
}

}  // namespace
}  // namespace skontro::fiscal
