#include "cli/invoice_trade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/failure.h"

namespace skontro::cli {
namespace {

using testing::HasSubstr;

// A unit with `unit_decimals` at parity with a currency of two decimals.
Unit Pegged(int unit_decimals, int peg_decimals = 2) {
  Unit unit;
  unit.code = "RES";
  unit.decimals = unit_decimals;
  unit.peg_code = "EUR";
  unit.peg_decimals = peg_decimals;
  for (int i = unit_decimals; i < peg_decimals; ++i) {
    unit.parity_numerator *= 10;
  }
  for (int i = peg_decimals; i < unit_decimals; ++i) {
    unit.parity_denominator *= 10;
  }
  return unit;
}

// 1,200.00 with tax, of which `prepaid` is paid.
fiscal::UblInvoice Invoice(int64_t total = 120'000, int64_t prepaid = 0) {
  fiscal::UblInvoice invoice;
  invoice.number = "F2025-0001";
  invoice.issue_date = *ledger::ParseDate("2025-03-14");
  invoice.due_date = *ledger::ParseDate("2025-04-13");
  invoice.delivery_date = *ledger::ParseDate("2025-03-10");
  invoice.currency = "EUR";
  invoice.purchase_order = "PO-42";
  invoice.seller.vat_ids = {"FR44732829320"};
  invoice.seller.legal_id = {"0002", "732829320"};
  invoice.buyer.legal_id = {"0208", "0123456749"};
  invoice.tax_lines = {{"S", 200'000, 100'000, 20'000}, {"O", {}, 0, 0}};
  invoice.totals.tax_inclusive = total;
  invoice.totals.prepaid = prepaid;
  return invoice;
}

InvoicePayment Split(const fiscal::UblInvoice& invoice, const char* share,
                     const Unit& unit) {
  const absl::StatusOr<InvoicePayment> payment =
      SplitInvoice(invoice, share, unit);
  EXPECT_TRUE(payment.ok()) << payment.status();
  return payment.ok() ? *payment : InvoicePayment();
}

std::string Refusal(const fiscal::UblInvoice& invoice, const char* share,
                    const Unit& unit) {
  const absl::Status status = SplitInvoice(invoice, share, unit).status();
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
  return std::string(status.message());
}

TEST(InvoiceTradeTest, AShareIsOfWhatIsLeftToPay) {
  const InvoicePayment whole = Split(Invoice(), "60%", Pegged(2));
  EXPECT_EQ(whole.units, 72'000);
  EXPECT_EQ(whole.cash, 48'000);
  const InvoicePayment rest = Split(Invoice(120'000, 20'000), "60%", Pegged(2));
  EXPECT_EQ(rest.units, 60'000);
  EXPECT_EQ(rest.cash, 40'000);
  EXPECT_EQ(Split(Invoice(), "100%", Pegged(2)).cash, 0);
}

TEST(InvoiceTradeTest, AShareIsRoundedHalfUpAndCashIsTheRest) {
  const InvoicePayment payment = Split(Invoice(101), "50%", Pegged(2));
  EXPECT_EQ(payment.units, 51);
  EXPECT_EQ(payment.cash, 50);
  EXPECT_EQ(payment.note, "");
}

TEST(InvoiceTradeTest, UnitsWithMoreDecimalsThanTheCurrencyAreExact) {
  const InvoicePayment payment = Split(Invoice(10'001), "60%", Pegged(4));
  EXPECT_EQ(payment.units, 600'100);         // 60.0100 RES
  EXPECT_EQ(payment.national_value, 6'001);  // 60.01 EUR
  EXPECT_EQ(payment.cash, 4'000);
  EXPECT_THAT(Refusal(Invoice(), "720.0050", Pegged(4)),
              HasSubstr("720.0050 RES has no exact value in EUR"));
}

TEST(InvoiceTradeTest, UnitsWithFewerDecimalsAreRoundedOnceAndSaid) {
  const InvoicePayment payment = Split(Invoice(123'457), "60%", Pegged(0));
  EXPECT_EQ(payment.units, 741);  // Of 740.742.
  EXPECT_EQ(payment.national_value, 74'100);
  EXPECT_EQ(payment.cash, 49'357);
  EXPECT_EQ(payment.note,
            "60% of 1234.57 EUR is rounded to 741 RES, since RES has only 0 "
            "decimals");
  // 49.5 % of 1.00 is 0.495: nothing to the nearest whole unit, where rounding
  // to the cent first would give one.
  EXPECT_THAT(Refusal(Invoice(100), "49.5%", Pegged(0)), HasSubstr("0.00 EUR"));
  // And what rounds to more than is left cannot be paid.
  EXPECT_THAT(Refusal(Invoice(60), "100%", Pegged(0)), HasSubstr("1.00 EUR"));
}

TEST(InvoiceTradeTest, AnAmountOfUnitsLeavesTheRestInCash) {
  const InvoicePayment payment = Split(Invoice(), "720.5", Pegged(2));
  EXPECT_EQ(payment.units, 72'050);
  EXPECT_EQ(payment.cash, 47'950);
  EXPECT_EQ(Split(Invoice(), "1200 RES", Pegged(2)).cash, 0);
  EXPECT_THAT(Refusal(Invoice(), "1200.01", Pegged(2)), HasSubstr("1200.00"));
  EXPECT_THAT(Refusal(Invoice(120'000, 120'000), "1", Pegged(2)),
              HasSubstr("PrepaidAmount"));
}

TEST(InvoiceTradeTest, WhatIsNeitherShareNorAmountIsRefused) {
  for (const char* share : {"", "%", "0%", "101%", "-1%", "60 percent", "0",
                            "-1", "0.6x", "60%%"}) {
    SCOPED_TRACE(share);
    EXPECT_NE(Refusal(Invoice(), share, Pegged(2)), "");
  }
}

TEST(InvoiceTradeTest, CurrenciesOfOtherDecimalsAreScaled) {
  // Three decimals: the invoice writes two.
  const InvoicePayment dinars = Split(Invoice(), "60%", Pegged(3, 3));
  EXPECT_EQ(dinars.units, 720'000);
  EXPECT_EQ(dinars.cash, 480'000);
  const v1::Trade trade = TradeOfInvoice(Invoice(), dinars, Pegged(3, 3));
  EXPECT_EQ(trade.invoice().gross_minor_units(), 1'200'000);
  EXPECT_EQ(trade.invoice().tax_lines(0).base_minor_units(), 1'000'000);
  EXPECT_THAT(Refusal(Invoice(), "720.005", Pegged(3, 3)),
              HasSubstr("finer than an invoice"));
}

TEST(InvoiceTradeTest, TheTradeIsTheInvoice) {
  const v1::Trade trade = TradeOfInvoice(
      Invoice(120'000, 20'000),
      Split(Invoice(120'000, 20'000), "60%", Pegged(2)), Pegged(2));
  EXPECT_EQ(trade.unit_leg().minor_units(), 60'000);
  EXPECT_EQ(trade.cash_leg().minor_units(), 40'000);
  EXPECT_EQ(trade.cash_leg().currency_code(), "EUR");
  const v1::Invoice& invoice = trade.invoice();
  EXPECT_EQ(invoice.number(), "F2025-0001");
  EXPECT_EQ(invoice.issue_date().day(), 14);
  EXPECT_EQ(invoice.supply_date().day(), 10);
  EXPECT_EQ(invoice.due_date().day(), 13);
  EXPECT_EQ(invoice.purchase_order(), "PO-42");
  EXPECT_EQ(invoice.gross_minor_units(), 120'000);
  EXPECT_EQ(invoice.prepaid_minor_units(), 20'000);
  ASSERT_EQ(invoice.tax_lines_size(), 2);
  EXPECT_EQ(invoice.tax_lines(0).category(), "S");
  EXPECT_EQ(invoice.tax_lines(0).rate_ppm(), 200'000);
  EXPECT_EQ(invoice.tax_lines(0).base_minor_units(), 100'000);
  EXPECT_EQ(invoice.tax_lines(0).tax_minor_units(), 20'000);
  EXPECT_EQ(invoice.tax_lines(1).rate_ppm(), 0);
}

TEST(InvoiceTradeTest, PartiesAreFoundByVatIdThenByLegalId) {
  const std::vector<PartyId> seller = PartyIds(Invoice(), PartyRole::kSeller);
  ASSERT_EQ(seller.size(), 2u);
  EXPECT_EQ(seller[0].value, "FR44732829320");
  EXPECT_EQ(seller[0].element,
            "Invoice/AccountingSupplierParty/Party/PartyTaxScheme/CompanyID");
  EXPECT_EQ(seller[1].value, "732829320");
  const std::vector<PartyId> buyer = PartyIds(Invoice(), PartyRole::kBuyer);
  ASSERT_EQ(buyer.size(), 1u);
  EXPECT_EQ(buyer[0].element,
            "Invoice/AccountingCustomerParty/Party/PartyLegalEntity/CompanyID");
}

}  // namespace
}  // namespace skontro::cli
