#include "engine/command.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "ledger/base/limits.h"
#include "tests/engine/commands.h"

namespace skontro::engine {
namespace {

const CivilDate kToday = Day(2026, 3, 2);

using Fields = std::vector<std::string>;

Command Prepared(Command command, const NetworkCreated& terms = EuroTerms()) {
  command.booking_date = kToday;
  Prepare(terms, &command);
  return command;
}

const CreateTrade& TradeOf(const Command& command) {
  return std::get<CreateTrade>(command.body);
}

const Invoice& InvoiceIn(const Command& command) {
  return *TradeOf(command).invoice;
}

// A sale of 120.00 with an invoice of 20 % tax, to be spoiled by a case.
CreateTrade GoodSale() {
  CreateTrade trade = With(Sale("baker", "mason", 120'00), InvoiceOf("F-1"));
  trade.invoice->tax_lines = {{"S", 200'000, 100'00, 20'00}};
  return trade;
}

TEST(PrepareTest, ATradeOfGoodFormHasNoRefusals) {
  EXPECT_EQ(Prepared(Create(GoodSale())).form_refusals, std::vector<Refusal>());
}

TEST(PrepareTest, WhatHasABadFormIsRefusedWithThePathOfTheField) {
  using Spoil = std::function<void(CreateTrade*)>;
  struct Case {
    const char* what;
    Spoil spoil;
    Fields fields;
    const char* value;
  };
  const Case kCases[] = {
      {"an id of the server",
       [](CreateTrade* t) { t->trade_id = "t17"; },
       {"trade_id"},
       "t17"},
      {"a trade with oneself",
       [](CreateTrade* t) { t->buyer = "baker"; },
       {"trade.buyer"},
       "baker"},
      {"no units",
       [](CreateTrade* t) { t->units = Minor(0); },
       {"trade.unit_leg.minor_units"},
       "0"},
      {"units below zero",
       [](CreateTrade* t) { t->units = Minor(-1); },
       {"trade.unit_leg.minor_units"},
       "-1"},
      {"one minor unit past the largest amount",
       [](CreateTrade* t) { t->units = Minor(kAmountMax + 1); },
       {"trade.unit_leg.minor_units"},
       "1000000000000001"},
      {"cash below zero",
       [](CreateTrade* t) { t->cash = -1; },
       {"trade.cash_leg.minor_units"},
       "-1"},
      {"cash past the largest amount",
       [](CreateTrade* t) { t->cash = kAmountMax + 1; },
       {"trade.cash_leg.minor_units"},
       "1000000000000001"},
      {"cash in another currency",
       [](CreateTrade* t) { t->cash_currency = "CHF"; },
       {"trade.cash_leg.currency_code"},
       "CHF"},
      {"an invoice without number",
       [](CreateTrade* t) { t->invoice->number = ""; },
       {"trade.invoice.number"},
       ""},
      {"an invoice number of blanks",
       [](CreateTrade* t) { t->invoice->number = " \t "; },
       {"trade.invoice.number"},
       " \t "},
      {"an invoice of 1899",
       [](CreateTrade* t) { t->invoice->issue_date = Day(1899, 12, 31); },
       {"trade.invoice.issue_date"},
       "1899-12-31"},
      {"prepaid below zero",
       [](CreateTrade* t) { t->invoice->prepaid = -1; },
       {"trade.invoice.prepaid_minor_units"},
       "-1"},
      {"prepaid past the largest amount",
       [](CreateTrade* t) { t->invoice->prepaid = kAmountMax + 1; },
       {"trade.invoice.prepaid_minor_units"},
       "1000000000000001"},
      {"a gross that the legs do not make",
       [](CreateTrade* t) {
         t->invoice->gross = 120'01;
         t->invoice->tax_lines.clear();
       },
       {"trade.invoice.gross_minor_units"},
       "12001"},
      {"a gross below zero",
       [](CreateTrade* t) {
         t->invoice->gross = -1;
         t->invoice->tax_lines.clear();
       },
       {"trade.invoice.gross_minor_units"},
       "-1"},
      {"a tax rate below zero",
       [](CreateTrade* t) { t->invoice->tax_lines[0].rate_ppm = -1; },
       {"trade.invoice.tax_lines[0].rate_ppm"},
       "-1"},
      {"a tax rate past 100 %",
       [](CreateTrade* t) { t->invoice->tax_lines[0].rate_ppm = 1'000'001; },
       {"trade.invoice.tax_lines[0].rate_ppm"},
       "1000001"},
      {"a base past the largest amount",
       [](CreateTrade* t) { t->invoice->tax_lines[0].base = kAmountMax + 1; },
       {"trade.invoice.tax_lines[0].base_minor_units"},
       "1000000000000001"},
      {"a base as far below zero",
       [](CreateTrade* t) { t->invoice->tax_lines[0].base = -kAmountMax - 1; },
       {"trade.invoice.tax_lines[0].base_minor_units"},
       "-1000000000000001"},
      {"a tax one currency unit off",
       [](CreateTrade* t) {
         t->invoice->tax_lines[0] = {"S", 200'000, 99'00, 20'80};
       },
       {"trade.invoice.tax_lines[0].tax_minor_units"},
       "2080"},
      {"lines that do not make the gross",
       [](CreateTrade* t) { t->invoice->tax_lines[0].tax = 20'01; },
       {"trade.invoice.tax_lines"},
       "12001"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    CreateTrade trade = GoodSale();
    c.spoil(&trade);
    const std::vector<Refusal> refusals = Prepared(Create(trade)).form_refusals;
    EXPECT_EQ(FieldsOf(refusals), c.fields);
    ASSERT_FALSE(refusals.empty());
    EXPECT_EQ(refusals.front().reason, Reason::kFieldInvalid);
    EXPECT_EQ(MetadataOf(refusals.front(), "value"), c.value);
    EXPECT_FALSE(MetadataOf(refusals.front(), "allowed").empty());
  }
}

TEST(PrepareTest, WhatIsJustAllowedIsNotRefused) {
  CreateTrade trade = GoodSale();
  trade.trade_id = "t";
  trade.cash_currency = "EUR";
  trade.invoice->prepaid = 0;
  for (const CivilDate day : {Day(1900, 1, 1), Day(9999, 12, 31)}) {
    trade.invoice->issue_date = day;
    EXPECT_EQ(FieldsOf(Prepared(Create(trade)).form_refusals), Fields());
  }

  trade = Sale("baker", "mason", kAmountMax);
  trade.trade_id = "t1a";
  trade.cash = kAmountMax;
  trade.cash_currency = "EUR";
  trade.invoice = InvoiceOf("1");
  trade.invoice->prepaid = kAmountMax;
  trade.invoice->gross = 3 * kAmountMax;
  EXPECT_EQ(FieldsOf(Prepared(Create(trade)).form_refusals), Fields());
}

TEST(PrepareTest, AllThatIsWrongIsReportedInTheOrderOfTheFields) {
  CreateTrade trade = GoodSale();
  trade.trade_id = "t1";
  trade.buyer = "baker";
  trade.units = Minor(0);
  trade.cash = -5;
  trade.cash_currency = "USD";
  trade.invoice->number = "";
  trade.invoice->prepaid = -1;
  trade.invoice->tax_lines = {{"S", -1, kAmountMax + 1, 0},
                              {"S", 200'000, 100'00, 20'00},
                              {"S", 200'000, 100'00, 40'00}};
  EXPECT_EQ(
      FieldsOf(Prepared(Create(trade)).form_refusals),
      (Fields{"trade_id", "trade.buyer", "trade.unit_leg.minor_units",
              "trade.cash_leg.minor_units", "trade.cash_leg.currency_code",
              "trade.invoice.number", "trade.invoice.prepaid_minor_units",
              "trade.invoice.tax_lines[0].rate_ppm",
              "trade.invoice.tax_lines[0].base_minor_units",
              "trade.invoice.tax_lines[2].tax_minor_units"}));
}

TEST(PrepareTest, WhatFollowsFromARefusedFieldIsNotRefusedToo) {
  // 120.00 was the gross while there were units.
  CreateTrade trade = GoodSale();
  trade.invoice->gross = 120'00;
  trade.units = Minor(0);
  EXPECT_EQ(FieldsOf(Prepared(Create(trade)).form_refusals),
            Fields{"trade.unit_leg.minor_units"});
  trade = GoodSale();
  trade.invoice->gross = 0;
  trade.cash = -1;
  EXPECT_EQ(FieldsOf(Prepared(Create(trade)).form_refusals),
            Fields{"trade.cash_leg.minor_units"});
  // The lines and the gross are both written by the client.
  trade = GoodSale();
  trade.invoice->gross = 121'00;
  trade.units = Minor(0);
  EXPECT_EQ(FieldsOf(Prepared(Create(trade)).form_refusals),
            (Fields{"trade.unit_leg.minor_units", "trade.invoice.tax_lines"}));
}

TEST(PrepareTest, TheNationalValueIsSetFromTheParity) {
  EXPECT_EQ(TradeOf(Prepared(Propose("baker", "mason", 1'23))).national_value,
            1'23);
  // Four decimals of the unit, none of the currency: 1.5000 is worth 2.
  const NetworkCreated yen = TermsWithDecimals(4, 0);
  EXPECT_EQ(TradeOf(Prepared(Propose("a", "b", 1'5000), yen)).national_value,
            2);
  EXPECT_EQ(TradeOf(Prepared(Propose("a", "b", 4999), yen)).national_value, 0);
}

TEST(PrepareTest, UnitsWorthMoreThanTheLargestAmountAreRefused) {
  const NetworkCreated terms = TermsWithDecimals(0, 2);
  EXPECT_EQ(
      FieldsOf(
          Prepared(Propose("a", "b", kAmountMax / 100), terms).form_refusals),
      Fields());
  const Command past = Prepared(Propose("a", "b", kAmountMax / 100 + 1), terms);
  EXPECT_EQ(FieldsOf(past.form_refusals), Fields{"trade.unit_leg.minor_units"});
  EXPECT_EQ(TradeOf(past).national_value, 0);
}

TEST(PrepareTest, AnAbsentGrossIsWhatTheLegsMake) {
  CreateTrade trade = With(Sale("baker", "mason", 70'00), InvoiceOf("F-1"));
  trade.cash = 50'00;
  EXPECT_EQ(InvoiceIn(Prepared(Create(trade))).gross, 120'00);
  trade.invoice->prepaid = 30'00;
  EXPECT_EQ(InvoiceIn(Prepared(Create(trade))).gross, 150'00);
}

TEST(PrepareTest, AGrossOfZeroIsAGrossWhereTheUnitsAreWorthNothing) {
  const NetworkCreated terms = TermsWithDecimals(4, 0);
  CreateTrade trade = With(Sale("baker", "mason", 1), InvoiceOf("F-1"));
  trade.invoice->tax_lines = {{"Z", 0, 0, 0}};
  EXPECT_EQ(FieldsOf(Prepared(Create(trade), terms).form_refusals), Fields());
  trade.invoice->tax_lines = {{"Z", 0, 1, 0}};
  EXPECT_EQ(FieldsOf(Prepared(Create(trade), terms).form_refusals),
            Fields{"trade.invoice.tax_lines"});
}

TEST(PrepareTest, AnAbsentIssueDateIsTheDayOfTheCommand) {
  EXPECT_EQ(InvoiceIn(Prepared(Create(GoodSale()))).issue_date, kToday);
  CreateTrade old = GoodSale();
  old.invoice->issue_date = Day(1999, 12, 31);
  EXPECT_EQ(InvoiceIn(Prepared(Create(old))).issue_date, Day(1999, 12, 31));
}

TEST(PrepareTest, LinesOfAllowancesCountBelowZero) {
  CreateTrade trade = GoodSale();
  trade.invoice->tax_lines = {{"S", 200'000, 150'00, 30'00},
                              {"S", 200'000, -50'00, -10'00}};
  EXPECT_EQ(FieldsOf(Prepared(Create(trade)).form_refusals), Fields());
}

TEST(PrepareTest, TheFieldsOfAGroupNameTheItem) {
  CreateTrade bad = GoodSale();
  bad.units = Minor(0);
  bad.trade_id = "t0";
  EXPECT_EQ(
      FieldsOf(Prepared(Together({GoodSale(), bad, bad})).form_refusals),
      (Fields{"requests[1].trade_id", "requests[1].trade.unit_leg.minor_units",
              "requests[2].trade_id",
              "requests[2].trade.unit_leg.minor_units"}));
}

TEST(PrepareTest, AGroupHasAtLeastOneItemAndAtMost1024) {
  EXPECT_EQ(FieldsOf(Prepared(Together({})).form_refusals), Fields{"requests"});
  std::vector<CreateTrade> trades(kGroupItemsMax, Sale("baker", "mason", 1));
  EXPECT_EQ(FieldsOf(Prepared(Together(trades)).form_refusals), Fields());
  trades.push_back(trades.back());
  EXPECT_EQ(FieldsOf(Prepared(Together(trades)).form_refusals),
            Fields{"requests"});
}

TEST(PrepareTest, LimitsAreHeldToTheirBounds) {
  struct Case {
    int64_t line;
    int64_t limit;
    Fields fields;
  };
  const char* const kLine = "credit_line.credit_line.minor_units";
  const char* const kLimit = "credit_line.balance_limit.minor_units";
  const Case kCases[] = {
      {0, 1, {}},
      {kAmountMax, kAmountMax, {}},
      {-1, 1, {kLine}},
      {kAmountMax + 1, 1, {kLine}},
      {0, 0, {kLimit}},
      {0, -1, {kLimit}},
      {0, kAmountMax + 1, {kLimit}},
      {-1, 0, {kLine, kLimit}},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(testing::Message() << c.line << " " << c.limit);
    EXPECT_EQ(
        FieldsOf(Prepared(SetLimits("baker", c.line, c.limit)).form_refusals),
        c.fields);
  }
  EXPECT_EQ(FieldsOf(Prepared(SetLine("baker", 0)).form_refusals), Fields());
}

TEST(PrepareTest, OtherCommandsHaveNothingThatDependsOnTheTerms) {
  for (const Command& command :
       {Admit("baker"), Accept("t1"), Decline("t1"), Reverse("t1")}) {
    EXPECT_TRUE(Prepared(command).form_refusals.empty());
  }
}

TEST(PrepareTest, ASecondTimeChangesNothing) {
  CreateTrade trade = GoodSale();
  trade.cash = -1;
  trade.cash_currency = "USD";
  Command once = Prepared(Create(trade));
  Command twice = Prepared(once);
  EXPECT_EQ(twice.request_fields, once.request_fields);
  EXPECT_EQ(twice.form_refusals, once.form_refusals);
  EXPECT_EQ(InvoiceIn(twice), InvoiceIn(once));
  EXPECT_EQ(TradeOf(twice).national_value, TradeOf(once).national_value);
}

TEST(PrepareTest, EachKindOfCommandHasItsOwnMark) {
  const Command kCommands[] = {Admit("a"),
                               SetLine("a", 1),
                               Pay("a", "b", 1),
                               Accept("t1"),
                               Decline("t1"),
                               Reverse("t1"),
                               Together({Sale("a", "b", 1)})};
  uint64_t place = 0;
  for (Command command : kCommands) {
    command.request_fields = {{1, 77}};
    EXPECT_EQ(Prepared(command).request_fields,
              (std::vector<ledger::FieldHash>{{kKindField, ++place}, {1, 77}}));
  }
}

}  // namespace
}  // namespace skontro::engine
