#include "fiscal/payment_split.h"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>

#include "tests/fiscal/refusal_matchers.h"

namespace skontro::fiscal {
namespace {

UblInvoice InvoiceOf(int64_t tax_inclusive, int64_t prepaid = 0) {
  UblInvoice invoice;
  invoice.currency = "EUR";
  invoice.totals.tax_inclusive = tax_inclusive;
  invoice.totals.prepaid = prepaid;
  return invoice;
}

// The split of `invoice` by what a member types; "(units, cash)" or the
// refusal.
std::string Split(const UblInvoice& invoice, std::string_view text) {
  const absl::StatusOr<UnitShare> share = ParseUnitShare(text, 2);
  if (!share.ok()) return RefusalText(share.status());
  const absl::StatusOr<PaymentSplit> split = SplitPayment(invoice, *share);
  if (!split.ok()) return RefusalText(split.status());
  return std::to_string(split->units_value) + " " + std::to_string(split->cash);
}

TEST(PaymentSplitTest, SixtyPercentOfTwelveHundredAreSevenHundredTwenty) {
  EXPECT_EQ(Split(InvoiceOf(120'000), "60%"), "72000 48000");
}

TEST(PaymentSplitTest, WhatWasPrepaidIsNotPaidAgain) {
  EXPECT_EQ(Split(InvoiceOf(120'000, 20'000), "60%"), "60000 40000");
}

TEST(PaymentSplitTest, ThePartInUnitsIsRoundedHalfUpAndCashIsTheRest) {
  EXPECT_EQ(Split(InvoiceOf(1), "50%"), "1 0");                    // 0.5
  EXPECT_EQ(Split(InvoiceOf(3), "50%"), "2 1");                    // 1.5
  EXPECT_EQ(Split(InvoiceOf(100'001), "33.333%"), "33333 66668");  // 33333.3
  EXPECT_EQ(Split(InvoiceOf(100'000), "33.333333333 %"), "33333 66667");
  EXPECT_EQ(Split(InvoiceOf(100'000), "100%"), "100000 0");
}

TEST(PaymentSplitTest, AnAmountIsTakenAsItIs) {
  EXPECT_EQ(Split(InvoiceOf(120'000), "720.00"), "72000 48000");
  EXPECT_EQ(Split(InvoiceOf(120'000), "1200"), "120000 0");
  EXPECT_EQ(Split(InvoiceOf(120'000), "1200.01"), "FIELD_INVALID units");
  EXPECT_EQ(Split(InvoiceOf(120'000), "0.01"), "1 119999");
}

TEST(PaymentSplitTest, AShareThatIsNoneIsRefused) {
  for (const char* text :
       {"", "%", " %", "0%", "0", "0.00", "-1", "-60%", "100.000000001%",
        "101%", "60 percent", "60%%", "60,5%", "6e1%", "720.001", "720,00",
        "1/3", "60%\n", "99999999999999999999%"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(RefusalText(ParseUnitShare(text, 2).status()),
              "FIELD_INVALID units");
  }
  EXPECT_EQ(RefusalText(ParseUnitShare("x", 2, "trade.units").status()),
            "FIELD_INVALID trade.units");
}

TEST(PaymentSplitTest, NothingLeftToPayIsRefused) {
  EXPECT_EQ(Split(InvoiceOf(120'000, 120'000), "60%"),
            "FIELD_INVALID Invoice/LegalMonetaryTotal/PrepaidAmount");
  EXPECT_EQ(Split(InvoiceOf(0), "60%"),
            "FIELD_INVALID Invoice/LegalMonetaryTotal/PrepaidAmount");
  EXPECT_EQ(Split(InvoiceOf(100, 101), "60%"),
            "FIELD_INVALID Invoice/LegalMonetaryTotal/PrepaidAmount");
}

TEST(PaymentSplitTest, APartOfLessThanOneMinorUnitIsRefused) {
  EXPECT_EQ(Split(InvoiceOf(1), "49.999999999%"), "FIELD_INVALID units");
}

TEST(PaymentSplitTest, ThePartsAlwaysAddUpAndTheFirstIsTheNearest) {
  using boost::multiprecision::cpp_int;
  std::mt19937_64 random(720'480);
  for (int i = 0; i < 10'000; ++i) {
    const auto open =
        static_cast<int64_t>(1 + random() % 1'000'000'000'000'000);
    const auto percent =
        static_cast<int64_t>(1 + random() % (100 * kOnePercent));
    const absl::StatusOr<PaymentSplit> split =
        SplitPayment(InvoiceOf(open), {UnitShare::Kind::kPercent, percent});
    const cpp_int exact = cpp_int(open) * percent;  // In 1e-11 minor units.
    const cpp_int whole = cpp_int(100) * kOnePercent;
    if (!split.ok()) {
      ASSERT_LT(2 * exact, whole);
      continue;
    }
    ASSERT_EQ(split->units_value + split->cash, open);
    const cpp_int off = split->units_value * whole - exact;
    ASSERT_LE(2 * off, whole) << open << " " << percent;
    ASSERT_GT(2 * off, -whole) << open << " " << percent;
  }
}

}  // namespace
}  // namespace skontro::fiscal
