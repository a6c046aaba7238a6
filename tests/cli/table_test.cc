#include "cli/table.h"

#include <gtest/gtest.h>

#include <string>

namespace skontro::cli {
namespace {

TEST(TableTest, ColumnsAlignByWhatIsSeen) {
  Table table({{"Member"}, {"Amount", CellKind::kNumber}, {"Name"}});
  table.Add({"a", "-7.00", "Crème"});
  table.Add({"crémerie", "1234.50", "日本"});
  table.Add({"日本", "0.00", ""});
  EXPECT_EQ(table.Text(),
            "Member     Amount  Name\n"
            "a           -7.00  Crème\n"
            "crémerie  1234.50  日本\n"
            "日本         0.00\n");
}

TEST(TableTest, WhatAMemberWroteMovesNoCursor) {
  EXPECT_EQ(PlainText("a\x1b[2Jb\r\n\tc"), "a?[2Jb???c");
  EXPECT_EQ(PlainText("\xe2\x80\xae"
                      "evil"),
            "?evil");
  EXPECT_EQ(PlainText("a\xff\xc3"), "a??");
  EXPECT_EQ(PlainText("Liège"), "Liège");
}

TEST(TableTest, CsvQuotesAndEndsLinesAsRfc4180) {
  Table table({{"name"}, {"amount", CellKind::kNumber}});
  table.Add({"Dupont, \"fils\"", "-720.00"});
  table.Add({" blank ", ""});
  EXPECT_EQ(table.Csv(),
            "name,amount\r\n"
            "\"Dupont, \"\"fils\"\"\",-720.00\r\n"
            "\" blank \",\r\n");
}

TEST(TableTest, NoCellOfCsvIsAFormula) {
  for (const char* text : {"=1+1", "+1", "-1", "@SUM(A1)",
                           "\xef\xbc\x9d"
                           "1",
                           "  =1"}) {
    EXPECT_EQ(SpreadsheetText(text), "'" + std::string(text));
  }
  EXPECT_EQ(SpreadsheetText("a=1"), "a=1");
  EXPECT_EQ(SpreadsheetText("\t=1"), "?=1");
  EXPECT_EQ(SpreadsheetText(""), "");
  // A number of ours stays a number.
  Table table({{"amount", CellKind::kNumber}, {"name"}});
  table.Add({"-1.00", "-1.00"});
  EXPECT_EQ(table.Csv(), "amount,name\r\n-1.00,'-1.00\r\n");
}

}  // namespace
}  // namespace skontro::cli
