#include "cli/batch_file.h"

#include <gtest/gtest.h>

#include <string>

#include "cli/failure.h"

namespace skontro::cli {
namespace {

constexpr char kNetwork[] = "networks/res";

Unit Res() {
  Unit unit;
  unit.code = "RES";
  unit.decimals = 2;
  unit.peg_code = "EUR";
  unit.peg_decimals = 2;
  return unit;
}

BatchFile Parse(std::string_view text) {
  absl::StatusOr<BatchFile> file = ParseBatchFile(text, kNetwork, Res());
  EXPECT_TRUE(file.ok()) << file.status();
  return file.ok() ? *std::move(file) : BatchFile();
}

TEST(BatchFileTest, ALineOfCsvBecomesATrade) {
  const BatchFile file = Parse(
      "seller,buyer,units,cash,invoice,invoice_date,supply_date,due_date,"
      "purchase_order,description,gross,prepaid,tax_lines,initiator,id,"
      "request_id\n"
      "imprimerie,boulangerie,720.00,480 EUR,F2025-0001,2025-03-14,2025-03-10,"
      "2025-04-13,PO-42,\"Cartes, 500\",1200,0,"
      "S:20%:900.00:180.00 S:0%:120:0,buyer,f2025-0001,r1\n");
  EXPECT_TRUE(file.problems.empty());
  ASSERT_EQ(file.items.size(), 1u);
  EXPECT_EQ(file.items[0].line, 2);
  const v1::CreateTradeRequest& request = file.items[0].request;
  EXPECT_EQ(request.parent(), kNetwork);
  EXPECT_EQ(request.trade_id(), "f2025-0001");
  EXPECT_EQ(request.request_id(), "r1");
  const v1::Trade& trade = request.trade();
  EXPECT_EQ(trade.seller(), "networks/res/members/imprimerie");
  EXPECT_EQ(trade.buyer(), "networks/res/members/boulangerie");
  EXPECT_EQ(trade.initiator(), v1::Trade::BUYER);
  EXPECT_EQ(trade.unit_leg().minor_units(), 72'000);
  EXPECT_EQ(trade.cash_leg().minor_units(), 48'000);
  EXPECT_EQ(trade.cash_leg().currency_code(), "EUR");
  EXPECT_EQ(trade.description(), "Cartes, 500");
  const v1::Invoice& invoice = trade.invoice();
  EXPECT_EQ(invoice.number(), "F2025-0001");
  EXPECT_EQ(invoice.issue_date().month(), 3);
  EXPECT_EQ(invoice.supply_date().day(), 10);
  EXPECT_EQ(invoice.due_date().month(), 4);
  EXPECT_EQ(invoice.purchase_order(), "PO-42");
  EXPECT_EQ(invoice.gross_minor_units(), 120'000);
  ASSERT_EQ(invoice.tax_lines_size(), 2);
  EXPECT_EQ(invoice.tax_lines(0).tax_minor_units(), 18'000);
  EXPECT_EQ(invoice.tax_lines(1).base_minor_units(), 12'000);
}

TEST(BatchFileTest, ALineOfNdjsonBecomesTheSame) {
  const BatchFile file =
      Parse(R"({"seller":"imprimerie","buyer":"boulangerie","units":"720.00"})"
            "\n\n"
            R"({"buyer":"boulangerie","seller":"imprimerie","units":0.10,)"
            R"("invoice":"F-1","tax_lines":["S:20%:0.08:0.02"],"cash":null})"
            "\n");
  EXPECT_TRUE(file.problems.empty());
  ASSERT_EQ(file.items.size(), 2u);
  EXPECT_EQ(file.items[0].request.trade().initiator(), v1::Trade::SELLER);
  EXPECT_FALSE(file.items[0].request.trade().has_invoice());
  EXPECT_EQ(file.items[1].line, 3);
  EXPECT_EQ(file.items[1].request.trade().unit_leg().minor_units(), 10);
  EXPECT_EQ(file.items[1].request.trade().invoice().tax_lines_size(), 1);
}

TEST(BatchFileTest, EveryWrongLineIsReportedAndTheOthersAreRead) {
  const BatchFile file = Parse(
      "seller;buyer;units;cash;invoice_date;initiator\n"
      "imprimerie;boulangerie;720.00;;;\n"
      "Imprimerie;boulangerie;1;;;\n"
      "imprimerie;;1;;;\n"
      "imprimerie;boulangerie;1,50;;;\n"
      "imprimerie;boulangerie;0;;;\n"
      "imprimerie;boulangerie;1;-5;;\n"
      "imprimerie;boulangerie;1;;2025-03-14;\n"
      "imprimerie;boulangerie;1;;;both\n"
      "imprimerie;boulangerie;1\n"
      "imprimerie;boul\tangerie;1;;;\n"
      "imprimerie;boulangerie;2;;;buyer\n");
  ASSERT_EQ(file.items.size(), 2u);
  EXPECT_EQ(file.items[1].line, 12);
  ASSERT_EQ(file.problems.size(), 9u);
  const std::pair<int, const char*> kExpected[] = {
      {3, "seller: "},
      {4, "buyer: "},
      {5, "units: '1,50' is not a decimal number"},
      {6, "units: '0' is not above zero"},
      {7, "cash: '-5' is below zero"},
      {8, "invoice_date belongs to an invoice; give invoice too"},
      {9, "initiator: 'both'"},
      {10, "3 cells, and the header has 6"},
      {11, "buyer: 'boul?angerie' holds a control character"}};
  for (size_t i = 0; i < file.problems.size(); ++i) {
    EXPECT_EQ(file.problems[i].line, kExpected[i].first);
    EXPECT_NE(file.problems[i].message.find(kExpected[i].second),
              std::string::npos)
        << file.problems[i].message;
  }
}

TEST(BatchFileTest, EveryWrongLineOfNdjsonIsReported) {
  const BatchFile file = Parse(
      "{\"seller\":\"a\",\"buyer\":\"b\",\"units\":1}\n"
      "{\"seller\":\"a\",\"buyer\":\"b\",\"unit\":1}\n"
      "{\"seller\":[\"a\"],\"buyer\":[\"b\",\"c\"],\"units\":1}\n"
      "not json\n"
      "{\"seller\":\"a\",\"buyer\":\"b\"}\n"
      "{\"seller\":\"a\",\"buyer\":\"b\",\"units\":1e2}\n");
  EXPECT_EQ(file.items.size(), 1u);
  ASSERT_EQ(file.problems.size(), 5u);
  EXPECT_NE(file.problems[0].message.find("there is no column 'unit'"),
            std::string::npos);
  EXPECT_EQ(file.problems[4].line, 6);
}

TEST(BatchFileTest, AFileThatCannotBeReadAsAWholeIsRefused) {
  for (const char* text :
       {"", "\n\n", "seller,buyer\n", "seller,buyer,units,units\n",
        "seller,buyer,units,color\n", "seller,buyer,units\na,b,\"1\n"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(ExitCodeOf(ParseBatchFile(text, kNetwork, Res()).status()),
              ExitCode::kUsage);
  }
}

TEST(BatchFileTest, AnInvoiceThatDoesNotAddUpIsReportedInItsCurrency) {
  const BatchFile file = Parse(
      "seller,buyer,units,cash,invoice,gross,prepaid,tax_lines\n"
      "a,b,720,480,F-1,1300,100,S:0%:1300:0\n"
      "a,b,720,480,F-1,1300,99,\n"
      "a,b,720,480,F-1,,,S:20%:1000.00:200.01\n"
      "a,b,720,480,F-1,,,S:20%:1000.00:200.00\n");
  EXPECT_EQ(file.items.size(), 2u);
  ASSERT_EQ(file.problems.size(), 2u);
  EXPECT_EQ(file.problems[0].message,
            "gross: 1300.00 EUR is not the sum of units, cash and prepaid, "
            "which is 1299.00 EUR");
  EXPECT_EQ(file.problems[1].message,
            "tax_lines: bases and taxes add up to 1200.01 EUR, and the invoice "
            "to 1200.00 EUR");
}

TEST(BatchFileTest, ManyTaxLinesAreRefused) {
  std::string line =
      "{\"seller\":\"a\",\"buyer\":\"b\",\"units\":1,"
      "\"invoice\":\"F\",\"tax_lines\":[\"S:0%:1:0\"";
  for (int i = 0; i < 32; ++i) line += ",\"S:0%:1:0\"";
  const BatchFile file = Parse(line + "]}");
  ASSERT_EQ(file.problems.size(), 1u);
  EXPECT_NE(file.problems[0].message.find("33 are more than 32"),
            std::string::npos);
}

}  // namespace
}  // namespace skontro::cli
