#include "cli/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/failure.h"

namespace skontro::cli {
namespace {

using testing::HasSubstr;

// A page of boulangerie's statement: +100.00, then -30.50.
v1::GetStatementResponse Page() {
  v1::GetStatementResponse page;
  page.set_sequence(12);
  page.mutable_opening_balance()->set_minor_units(-5'000);
  page.mutable_closing_balance()->set_minor_units(1'950);
  int64_t balance = -5'000;
  for (const int64_t amount : {10'000, -3'050}) {
    v1::StatementLine& line = *page.add_lines();
    line.set_sequence(7 + page.lines_size());
    line.mutable_amount()->set_minor_units(amount);
    line.mutable_balance_after()->set_minor_units(balance += amount);
    line.set_kind(v1::StatementLine::TRADE);
    line.set_trade("networks/res/trades/t8");
    line.set_counterparty("networks/res/members/imprimerie");
    line.set_counterparty_legal_name("=Imprimerie, SARL");
    line.set_invoice_number("F2025-0001");
    line.mutable_booking_date()->set_year(2026);
    line.mutable_booking_date()->set_month(3);
    line.mutable_booking_date()->set_day(1);
    line.mutable_national_value()->set_currency_code("EUR");
    line.mutable_national_value()->set_minor_units(amount);
  }
  return page;
}

class StatementTest : public testing::Test {
 protected:
  StatementTest() {
    v1::Network& network = statement_.network;
    network.set_name("networks/res");
    network.set_display_name("RES");
    network.set_unit_code("RES");
    network.set_unit_decimals(2);
    network.set_peg_currency_code("EUR");
    network.set_peg_currency_decimals(2);
    network.mutable_parity()->set_numerator(1);
    network.mutable_parity()->set_denominator(1);
    statement_.member = "networks/res/members/boulangerie";
    statement_.legal_name = "Boulangerie Dupont SPRL";
    statement_.from_date = "2026-01-01";
    statement_.to_date = "2026-12-31";
  }

  absl::Status Read(const std::vector<v1::GetStatementResponse>& pages) {
    for (size_t i = 0; i < pages.size(); ++i) {
      const absl::Status status = AddPage(pages[i], i == 0, &statement_);
      if (!status.ok()) return status;
    }
    return CheckStatement(&statement_);
  }

  Statement statement_;
};

TEST_F(StatementTest, AStatementThatAddsUpIsPrinted) {
  ASSERT_TRUE(Read({Page()}).ok());
  EXPECT_EQ(statement_.total_in, 10'000);
  EXPECT_EQ(statement_.total_out, 3'050);
  EXPECT_EQ(
      StatementIn(Format::kText, statement_),
      "Network           RES (res)\n"
      "Member            Boulangerie Dupont SPRL (boulangerie)\n"
      "Period            2026-01-01 to 2026-12-31\n"
      "Unit              RES, valued in EUR\n"
      "\n"
      "Date        Kind             Counterparty  Invoice     Trade  Amount  "
      "Balance\n"
      "2026-01-01  Opening balance                                            "
      "-50.00\n"
      "2026-03-01  TRADE            imprimerie    F2025-0001  t8     100.00    "
      "50.00\n"
      "2026-03-01  TRADE            imprimerie    F2025-0001  t8     -30.50    "
      "19.50\n"
      "2026-12-31  Closing balance                                             "
      "19.50\n"
      "\n"
      "Total in          100.00 RES\n"
      "Total out         30.50 RES\n"
      "Lines             2\n"
      "Sequence          12\n");
}

TEST_F(StatementTest, PagesAreOneStatement) {
  v1::GetStatementResponse first = Page();
  first.mutable_lines()->RemoveLast();
  v1::GetStatementResponse second = Page();
  second.mutable_lines()->DeleteSubrange(0, 1);
  ASSERT_TRUE(Read({first, second}).ok());
  EXPECT_EQ(statement_.lines.size(), 2u);
}

TEST_F(StatementTest, APageOfAnotherSequenceOrBalanceIsRefused) {
  v1::GetStatementResponse other = Page();
  other.set_sequence(13);
  EXPECT_EQ(ExitCodeOf(Read({Page(), other})), ExitCode::kBroken);
  other = Page();
  other.mutable_closing_balance()->set_minor_units(0);
  EXPECT_EQ(ExitCodeOf(Read({Page(), other})), ExitCode::kBroken);
}

TEST_F(StatementTest, ALineThatDoesNotAddUpIsNamed) {
  v1::GetStatementResponse page = Page();
  page.mutable_lines(1)->mutable_balance_after()->set_minor_units(1'951);
  const absl::Status status = Read({page});
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kBroken);
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 2 (sequence 9"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("19.51 RES"));
}

TEST_F(StatementTest, AClosingBalanceThatDoesNotAddUpIsRefused) {
  v1::GetStatementResponse page = Page();
  page.mutable_closing_balance()->set_minor_units(1'951);
  EXPECT_EQ(ExitCodeOf(Read({page})), ExitCode::kBroken);
}

TEST_F(StatementTest, SumsThatDoNotFitAreRefused) {
  v1::GetStatementResponse page = Page();
  page.mutable_opening_balance()->set_minor_units(INT64_MAX);
  EXPECT_EQ(ExitCodeOf(Read({page})), ExitCode::kBroken);
  page = Page();
  page.mutable_lines(0)->mutable_amount()->set_minor_units(INT64_MIN);
  statement_.lines.clear();
  EXPECT_EQ(ExitCodeOf(Read({page})), ExitCode::kBroken);
}

TEST_F(StatementTest, CsvHasBothBalancesAndNoFormula) {
  ASSERT_TRUE(Read({Page()}).ok());
  const std::string csv = StatementIn(Format::kCsv, statement_);
  EXPECT_THAT(csv, HasSubstr("2026-01-01,,OPENING,,,,,,-50.00,RES,,,,\r\n"));
  EXPECT_THAT(csv, HasSubstr("\"'=Imprimerie, SARL\",F2025-0001,t8,100.00,"
                             "50.00,RES,100.00,EUR,8,"));
  EXPECT_THAT(csv, HasSubstr("2026-12-31,,CLOSING,,,,,,19.50,RES,,,,\r\n"));
}

TEST_F(StatementTest, JsonHasAmountsAsDecimalsAndMinorUnits) {
  ASSERT_TRUE(Read({Page()}).ok());
  const std::string json = StatementIn(Format::kJson, statement_);
  EXPECT_THAT(json, HasSubstr("\"opening_balance\": {\n"
                              "      \"amount\": \"-50.00\",\n"
                              "      \"minor_units\": -5000\n"
                              "    }"));
  EXPECT_THAT(json,
              HasSubstr("\"member\": \"networks/res/members/boulangerie\""));
  EXPECT_THAT(json, HasSubstr("\"sequence\": 12\n}\n"));
}

TEST_F(StatementTest, AnEmptyStatementIsOne) {
  v1::GetStatementResponse page = Page();
  page.clear_lines();
  page.mutable_closing_balance()->set_minor_units(-5'000);
  ASSERT_TRUE(Read({page}).ok());
  EXPECT_THAT(StatementIn(Format::kText, statement_),
              HasSubstr("Lines             0\n"));
}

}  // namespace
}  // namespace skontro::cli
