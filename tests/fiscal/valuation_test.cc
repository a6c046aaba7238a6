// The worked example of docs/fiscal/valuation.md to the cent, and properties
// that hold for every history of a holding.

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>

#include "fiscal/period_valuation.h"
#include "fiscal/rate_table.h"
#include "fiscal/tax_split.h"
#include "fiscal/unit_holding.h"
#include "tests/fiscal/judge.h"
#include "tests/fiscal/list_source.h"
#include "tests/fiscal/refusal_matchers.h"

namespace skontro::fiscal {
namespace {

using boost::multiprecision::cpp_int;
using enum ValuationAccount;

constexpr Rounding kHalfUp = Rounding::kHalfUp;
constexpr int64_t kTwentyPercent = 200'000;
constexpr int64_t kSixtyPercent = 600'000;

// --- Rounding ----------------------------------------------------------------

TEST(RoundingTest, HalfACentGoesWhereTheRuleSays) {
  struct Case {
    int64_t amount;
    int64_t up, even, down;
  };
  for (const Case& c : {Case{1, 1, 0, 0}, Case{3, 2, 2, 1}, Case{5, 3, 2, 2},
                        Case{-1, -1, 0, 0}, Case{-3, -2, -2, -1}}) {
    EXPECT_EQ(*MultiplyDivide(c.amount, 1, 2, Rounding::kHalfUp), c.up);
    EXPECT_EQ(*MultiplyDivide(c.amount, 1, 2, Rounding::kHalfEven), c.even);
    EXPECT_EQ(*MultiplyDivide(c.amount, 1, 2, Rounding::kDown), c.down);
  }
}

TEST(RoundingTest, ALimitIsRefusedAndNotWrapped) {
  EXPECT_EQ(*MultiplyDivide(INT64_MAX, INT64_MAX, INT64_MAX, kHalfUp),
            INT64_MAX);
  EXPECT_EQ(MultiplyDivide(INT64_MAX, 2, 1, kHalfUp).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(MultiplyDivide(INT64_MIN, INT64_MIN, 1, kHalfUp).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(RoundingTest, WhatIsRoundedIsTheExactQuotient) {
  std::mt19937_64 random(41);
  for (int i = 0; i < 20'000; ++i) {
    const auto amount = static_cast<int64_t>(random()) >> (random() % 40);
    const auto numerator =
        static_cast<int64_t>(random() >> (20 + random() % 40));
    const int64_t denominator =
        1 + static_cast<int64_t>(random() >> (1 + random() % 60));
    const auto result = MultiplyDivide(amount, numerator, denominator, kHalfUp);
    const cpp_int product = cpp_int(amount) * numerator;
    if (!result.ok()) {
      EXPECT_GT(abs(product) / denominator, cpp_int(INT64_MAX) - 1);
      continue;
    }
    // |2 x (product - result x denominator)| <= denominator.
    EXPECT_LE(abs(2 * (product - cpp_int(*result) * denominator)), denominator);
  }
}

// --- Invoices: 7.1 to 7.4 ----------------------------------------------------

TEST(TaxSplitTest, ASaleIsSettledSixtyToForty) {  // 7.1
  const NetAndTax sale = *TaxOnNet(100'000, kTwentyPercent, kHalfUp);
  EXPECT_EQ(sale, (NetAndTax{100'000, 20'000}));
  EXPECT_EQ(
      *SettleInvoice(sale, kSixtyPercent, TaxSettlement::kProrata, kHalfUp),
      (Settlement{72'000, 48'000}));
  EXPECT_EQ(
      *SettleInvoice(sale, kSixtyPercent, TaxSettlement::kInMoney, kHalfUp),
      (Settlement{60'000, 60'000}));
}

TEST(TaxSplitTest, AGrossPriceIsTakenApartSoThatItAddsUp) {  // 7.1, variant
  const NetAndTax sale = *TaxInGross(100'000, kTwentyPercent, kHalfUp);
  EXPECT_EQ(sale, (NetAndTax{83'333, 16'667}));
  EXPECT_EQ(
      *SettleInvoice(sale, kSixtyPercent, TaxSettlement::kProrata, kHalfUp),
      (Settlement{60'000, 40'000}));
}

TEST(TaxSplitTest, AFeeACreditAndAPurchase) {  // 7.2, 7.3, 7.4
  const int64_t fee = *MultiplyDivide(72'000, 20'000, 1'000'000, kHalfUp);
  EXPECT_EQ(*TaxOnNet(fee, kTwentyPercent, kHalfUp), (NetAndTax{1'440, 288}));
  const NetAndTax credit = *TaxOnNet(10'000, kTwentyPercent, kHalfUp);
  EXPECT_EQ(
      *SettleInvoice(credit, kSixtyPercent, TaxSettlement::kProrata, kHalfUp),
      (Settlement{7'200, 4'800}));
  const NetAndTax purchase = *TaxOnNet(50'000, kTwentyPercent, kHalfUp);
  EXPECT_EQ(
      *SettleInvoice(purchase, 1'000'000, TaxSettlement::kProrata, kHalfUp),
      (Settlement{60'000, 0}));
}

// --- Rates -------------------------------------------------------------------

RateRow Rate(const char* day, int64_t numerator, int64_t denominator,
             RateKind kind = RateKind::kParity) {
  return {"XBU", "EUR",     Day(day),      numerator, denominator,
          kind,  "Rules 4", "file 2025-7", "anna",    "bruno"};
}

TEST(RateTableTest, TheLatestDayCountsAndOfADayTheLatestVersion) {
  RateTable table;
  EXPECT_EQ(*table.Append(Rate("2025-01-01", 1, 1)), 1);
  EXPECT_EQ(*table.Append(Rate("2025-07-01", 9, 10, RateKind::kReference)), 2);
  EXPECT_EQ(*table.Append(Rate("2025-07-01", 8, 9, RateKind::kReference)), 3);
  const auto at = [&](const char* day, int64_t version) {
    return table.ForTrade("XBU", "EUR", Day(day), version);
  };
  EXPECT_EQ(at("2025-06-30", 3)->version, 1);
  EXPECT_EQ(at("2025-07-01", 3)->version, 3);
  EXPECT_EQ(at("2026-02-28", 3)->numerator, 8);
  // What was exported with an earlier version is exported so again.
  EXPECT_EQ(at("2025-07-01", 2)->numerator, 9);
  EXPECT_EQ(at("2025-07-01", 1)->numerator, 1);
}

TEST(RateTableTest, ADayWithoutARateIsAnErrorAndNeverAGuess) {
  RateTable table;
  ASSERT_TRUE(table.Append(Rate("2025-01-01", 1, 1)).ok());
  for (const auto& missing :
       {table.ForTrade("XBU", "EUR", Day("2024-12-31"), 1),
        table.ForTrade("XBU", "CHF", Day("2025-01-01"), 1),
        table.ForTrade("XXX", "EUR", Day("2025-01-01"), 1),
        table.ForTrade("XBU", "EUR", Day("2025-01-01"), 0)}) {
    EXPECT_EQ(missing.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(RateTableTest, ADiscountNeverTouchesTheValueOfATrade) {
  RateTable table;
  ASSERT_TRUE(table.Append(Rate("2025-01-01", 1, 1)).ok());
  ASSERT_TRUE(table.Append(Rate("2025-03-01", 4, 5, RateKind::kDiscount)).ok());
  const ExactRate trade =
      *table.ForTrade("XBU", "EUR", Day("2025-03-14"), table.version());
  EXPECT_EQ(*ValueAt(72'000, trade, kHalfUp), 72'000);
  const ExactRate holding =
      *table.ForHolding("XBU", "EUR", Day("2025-12-31"), table.version());
  EXPECT_EQ(*ValueAt(53'072, holding, kHalfUp), 42'458);
}

TEST(RateTableTest, ARowThatNobodyCouldDefendIsRefused) {
  RateTable table;
  ASSERT_TRUE(table.Append(Rate("2025-01-01", 1, 1)).ok());
  std::vector<RateRow> rows(16, Rate("2025-02-01", 1, 1));
  rows[0].numerator = 0;
  rows[1].numerator = -1;
  rows[2].denominator = 0;
  rows[3].numerator = kRateTermMax + 1;
  rows[4].numerator = 1'000'001;  // More than a million to one.
  rows[5].evidence = "";
  rows[6].approved_by = rows[6].proposed_by;
  rows[7].unit_code = "xbu";
  rows[8].currency = "XBU";
  rows[9].valid_from = ledger::CivilDate();
  rows[10].source = std::string(201, 'x');
  rows[11].kind = RateKind::kDiscount;
  rows[11].numerator = 2;          // A discount that is more than parity.
  rows[12].numerator = 2'000'001;  // Half more than a million to one.
  rows[12].denominator = 2;
  rows[13].approved_by = " Anna ";
  rows[14].proposed_by = "Anna  Maria";
  rows[14].approved_by = "anna\xC2\xA0maria";
  rows[15].approved_by = "  ";
  for (const RateRow& row : rows) {
    EXPECT_EQ(table.Append(row).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(table.version(), 1) << "nothing was added";
  rows[4].numerator = kRateFactorMax;
  EXPECT_TRUE(table.Append(rows[4]).ok());
  std::swap(rows[4].numerator, rows[4].denominator);
  EXPECT_TRUE(table.Append(rows[4]).ok());
  ++rows[4].denominator;
  EXPECT_FALSE(table.Append(rows[4]).ok());
}

// --- Holdings: 7.5 to 7.8 ----------------------------------------------------

TEST(UnitHoldingTest, TheYearOfTheWorkedExample) {  // 7.6, parity
  for (const CostMethod method :
       {CostMethod::kMovingAverage, CostMethod::kFifo}) {
    UnitHolding holding(method, kHalfUp);
    for (const int64_t units :
         {50'000, 72'000, -1'728, -7'200, -60'000, -5'000, 5'000}) {
      EXPECT_EQ(holding.Move(units, std::abs(units))->realised, 0);
    }
    EXPECT_EQ(holding.balance(), (UnitBalance{53'072, 53'072}));
    // 7.7: revalued to 424.58, then 100 XBU pay an invoice of 100.00.
    EXPECT_EQ(*holding.Revalue(42'458), -10'614);
    const UnitMovement paid = *holding.Move(-10'000, 10'000);
    EXPECT_EQ(paid.cost, 8'000);
    EXPECT_EQ(paid.realised, 2'000);
    EXPECT_EQ(holding.balance(), (UnitBalance{43'072, 34'458}));
  }
}

TEST(UnitHoldingTest, TheTwoMethodsDifferAsTheBooksOfTheLawSay) {  // 7.8
  UnitHolding average(CostMethod::kMovingAverage, kHalfUp);
  UnitHolding fifo(CostMethod::kFifo, kHalfUp);
  for (UnitHolding* holding : {&average, &fifo}) {
    ASSERT_TRUE(holding->Move(72'000, 72'000).ok());
    ASSERT_TRUE(holding->Move(40'000, 36'000).ok());
  }
  const UnitMovement by_average = *average.Move(-80'000, 80'000);
  EXPECT_EQ(by_average.cost, 77'143);
  EXPECT_EQ(by_average.realised, 2'857);
  EXPECT_EQ(average.balance(), (UnitBalance{32'000, 30'857}));
  const UnitMovement by_fifo = *fifo.Move(-80'000, 80'000);
  EXPECT_EQ(by_fifo.cost, 79'200);
  EXPECT_EQ(by_fifo.realised, 800);
  EXPECT_EQ(fifo.balance(), (UnitBalance{32'000, 28'800}));
  // The last disposal takes the rest: no cent stays behind.
  EXPECT_EQ(average.Move(-32'000, 0)->cost, 30'857);
  EXPECT_EQ(fifo.Move(-32'000, 0)->cost, 28'800);
}

TEST(UnitHoldingTest, ADebtIsSettledAtItsOwnCost) {
  UnitHolding holding(CostMethod::kMovingAverage, kHalfUp);
  ASSERT_TRUE(holding.Move(-10'000, 10'000).ok());
  EXPECT_EQ(holding.balance(), (UnitBalance{-10'000, -10'000}));
  // 150 units worth 0.80 each: 100 settle the debt, 50 are held.
  const UnitMovement settled = *holding.Move(15'000, 12'000);
  EXPECT_EQ(settled.cost, 10'000);
  EXPECT_EQ(settled.realised, 2'000);
  EXPECT_EQ(holding.balance(), (UnitBalance{5'000, 4'000}));
}

TEST(UnitHoldingTest, NothingIsLostInAnyHistory) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    const auto method =
        seed % 2 == 0 ? CostMethod::kFifo : CostMethod::kMovingAverage;
    UnitHolding holding(method, kHalfUp);
    cpp_int units = 0;
    cpp_int book = 0;  // What came less what went, plus what was realised.
    for (int i = 0; i < 200; ++i) {
      const auto size = 1 + static_cast<int64_t>(random() % 100'000);
      const int64_t value = static_cast<int64_t>(random() % 100'000);
      const int64_t sign = random() % 2 == 0 ? 1 : -1;
      const UnitMovement movement = *holding.Move(sign * size, value);
      units += sign * size;
      book += cpp_int(sign) * value + movement.realised;
      EXPECT_EQ(cpp_int(holding.balance().units), units);
      EXPECT_EQ(cpp_int(holding.balance().national_value), book);
      // Units and their value stand on one side.
      EXPECT_GE(
          cpp_int(holding.balance().units) * holding.balance().national_value,
          0);
    }
    const int64_t rest = holding.balance().units;
    if (rest == 0) continue;
    ASSERT_TRUE(holding.Move(-rest, 0).ok());
    EXPECT_EQ(holding.balance(), UnitBalance());
  }
}

TEST(UnitHoldingTest, AtParityThereIsOneLotHoweverLongTheYear) {
  UnitHolding holding(CostMethod::kFifo, kHalfUp);
  for (size_t i = 0; i < 2 * kLotsMax; ++i) {
    ASSERT_TRUE(holding.Move(100, 100).ok());
  }
  EXPECT_EQ(holding.Move(-50, 50)->cost, 50);
}

TEST(UnitHoldingTest, ASumThatDoesNotFitIsRefused) {
  UnitHolding holding(CostMethod::kMovingAverage, kHalfUp);
  ASSERT_TRUE(holding.Move(INT64_MAX, 1).ok());
  EXPECT_EQ(holding.Move(1, 1).status().code(), absl::StatusCode::kOutOfRange);
}

// Another program's opinion on first in, first out: the worked example's file
// with the gain that we come to.
TEST(UnitHoldingJudgeTest, BeancountFindsTheSameCost) {
  SKONTRO_SKIP_WITHOUT_TOOL("bean-check");
  const std::string books =
      "2025-01-01 open Assets:Units XBU \"FIFO\"\n"
      "2025-01-01 open Assets:Customers EUR\n"
      "2025-01-01 open Liabilities:Suppliers EUR\n"
      "2025-01-01 open Income:Gain EUR\n"
      "2025-03-14 * \"a\"\n  Assets:Units  720 XBU {1.00 EUR}\n"
      "  Assets:Customers  -720.00 EUR\n"
      "2025-06-01 * \"b\"\n  Assets:Units  400 XBU {0.90 EUR}\n"
      "  Assets:Customers  -360.00 EUR\n"
      "2025-07-01 * \"c\"\n  Liabilities:Suppliers  800.00 EUR\n"
      "  Assets:Units  -800 XBU {}\n  Income:Gain\n";
  const JudgeFolder folder;
  const auto judge = [&](const char* gain) {
    return Ask("bean-check " +
               folder.Put("lots.beancount",
                          books + "2025-07-02 balance Income:Gain  -" + gain +
                              " EUR\n"))
        .code;
  };
  EXPECT_EQ(judge("8.00"), 0);
  EXPECT_NE(judge("28.57"), 0);
}

// --- The end of a period -----------------------------------------------------

PeriodEnd EndAt(const UnitBalance& holding, ExactRate rate,
                ValuationPolicy policy, UnitAccountClass account_class,
                int64_t allowance = 0) {
  const auto end = ValueAtPeriodEnd(holding, allowance, rate, policy,
                                    account_class, kHalfUp);
  EXPECT_TRUE(end.ok()) << end.status();
  for (const auto* lines : {&end->closing, &end->opening}) {
    int64_t sum = 0;
    for (const ValuationLine& line : *lines) {
      EXPECT_TRUE((line.debit > 0) != (line.credit > 0));
      sum += line.debit - line.credit;
    }
    EXPECT_EQ(sum, 0);
  }
  return *end;
}

constexpr UnitBalance kHeld{53'072, 53'072};
constexpr ExactRate kEighty{4, 5, 2};

TEST(PeriodEndTest, AtParityNothingIsBooked) {
  const PeriodEnd end =
      EndAt(kHeld, kEighty, ValuationPolicy::kParity, UnitAccountClass::kCash);
  EXPECT_TRUE(end.closing.empty());
  EXPECT_EQ(end.book_value, 53'072);
}

TEST(PeriodEndTest, LikeCashTheDifferenceGoesIntoTheResult) {  // 7.6
  const PeriodEnd end = EndAt(kHeld, kEighty, ValuationPolicy::kClosingRate,
                              UnitAccountClass::kCash);
  EXPECT_EQ(end.market_value, 42'458);  // 424.576
  EXPECT_EQ(end.closing, (std::vector<ValuationLine>{{kExchangeLoss, 10'614, 0},
                                                     {kUnits, 0, 10'614}}));
  EXPECT_TRUE(end.opening.empty());
  EXPECT_EQ(end.book_value, 42'458);
  EXPECT_EQ(DefaultAccount(kExchangeLoss).number, "666000");
}

TEST(PeriodEndTest, AReceivableIsTurnedBackAtOpening) {  // 7.6, 467
  const PeriodEnd end = EndAt(kHeld, kEighty, ValuationPolicy::kClosingRate,
                              UnitAccountClass::kReceivable);
  EXPECT_EQ(end.closing,
            (std::vector<ValuationLine>{{kLatentLoss, 10'614, 0},
                                        {kUnits, 0, 10'614},
                                        {kProvisionExpense, 10'614, 0},
                                        {kProvision, 0, 10'614}}));
  EXPECT_EQ(end.opening, (std::vector<ValuationLine>{{kLatentLoss, 0, 10'614},
                                                     {kUnits, 10'614, 0}}));
  EXPECT_EQ(DefaultAccount(kLatentLoss).number, "476000");
}

TEST(PeriodEndTest, AProvisionIsBookedOnceAndReleasedWhenItIsNotNeeded) {
  const auto end_at = [](ExactRate rate, int64_t allowance) {
    return EndAt(kHeld, rate, ValuationPolicy::kClosingRate,
                 UnitAccountClass::kReceivable, allowance);
  };
  PeriodEnd end = end_at(kEighty, 0);
  EXPECT_EQ(end.allowance, 10'614);
  // A second year at the same rate: what was turned back stands again, and no
  // more is set aside.
  const std::vector<ValuationLine> latent = {{kLatentLoss, 10'614, 0},
                                             {kUnits, 0, 10'614}};
  end = end_at(kEighty, end.allowance);
  EXPECT_EQ(end.closing, latent);
  EXPECT_EQ(end.allowance, 10'614);
  // A worse one: the rest. 530.72 x 0.70 = 371.50, 159.22 less.
  EXPECT_EQ(end_at({7, 10, 3}, 10'614).closing,
            (std::vector<ValuationLine>{{kLatentLoss, 15'922, 0},
                                        {kUnits, 0, 15'922},
                                        {kProvisionExpense, 5'308, 0},
                                        {kProvision, 0, 5'308}}));
  // A better one: what is too much. 530.72 x 0.90 = 477.65, 53.07 less.
  end = end_at({9, 10, 3}, end.allowance);
  EXPECT_EQ(end.closing,
            (std::vector<ValuationLine>{{kLatentLoss, 5'307, 0},
                                        {kUnits, 0, 5'307},
                                        {kProvision, 5'307, 0},
                                        {kProvisionIncome, 0, 5'307}}));
  EXPECT_EQ(end.allowance, 5'307);
  EXPECT_EQ(end.opening, (std::vector<ValuationLine>{{kLatentLoss, 0, 5'307},
                                                     {kUnits, 5'307, 0}}));
  // At cost, and above it, nothing is needed.
  end = end_at({1, 1, 4}, 5'307);
  EXPECT_EQ(end.closing,
            (std::vector<ValuationLine>{{kProvision, 5'307, 0},
                                        {kProvisionIncome, 0, 5'307}}));
  EXPECT_TRUE(end.opening.empty());
  EXPECT_EQ(end_at({11, 10, 4}, 5'307).closing,
            (std::vector<ValuationLine>{{kUnits, 5'307, 0},
                                        {kLatentGain, 0, 5'307},
                                        {kProvision, 5'307, 0},
                                        {kProvisionIncome, 0, 5'307}}));
  EXPECT_EQ(DefaultAccount(kProvisionIncome).number, "786500");
}

TEST(PeriodEndTest, AnImpairmentLeavesTheUnitsAlone) {  // 7.6, impairment
  PeriodEnd end = EndAt(kHeld, kEighty, ValuationPolicy::kImpairment,
                        UnitAccountClass::kReceivable);
  EXPECT_EQ(end.closing,
            (std::vector<ValuationLine>{{kImpairmentExpense, 10'614, 0},
                                        {kAllowance, 0, 10'614}}));
  EXPECT_EQ(end.book_value, 53'072);
  EXPECT_EQ(end.allowance, 10'614);
  // A year later they are worth more than their cost: nothing above it.
  end = EndAt(kHeld, {11, 10, 3}, ValuationPolicy::kImpairment,
              UnitAccountClass::kReceivable, end.allowance);
  EXPECT_EQ(end.closing,
            (std::vector<ValuationLine>{{kAllowance, 10'614, 0},
                                        {kImpairmentIncome, 0, 10'614}}));
  EXPECT_EQ(end.allowance, 0);
}

TEST(PeriodEndTest, ADebtThatIsWorthLessIsAGainAndNeverImpaired) {
  const UnitBalance owed{-10'000, -10'000};
  EXPECT_EQ(EndAt(owed, kEighty, ValuationPolicy::kClosingRate,
                  UnitAccountClass::kCash)
                .closing,
            (std::vector<ValuationLine>{{kUnits, 2'000, 0},
                                        {kExchangeGain, 0, 2'000}}));
  EXPECT_TRUE(EndAt(owed, {2, 1, 1}, ValuationPolicy::kImpairment,
                    UnitAccountClass::kCash)
                  .closing.empty());
}

}  // namespace
}  // namespace skontro::fiscal
